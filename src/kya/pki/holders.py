"""Who holds the certificate that an agent's line names, and who signed a note."""

from functools import lru_cache

from kya.codec.note import NoteSignature, SignedNote, VerifierKey
from kya.core.credential import Credential, Role, Standing
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.core.state import State


def agents_credential(state: State, digest: str, agent: str, what: str) -> Credential:
    """Return the credential of this digest; DistrustError unless it is the agent's.

    `what` names the line that is judged.
    """
    credential = state.credentials.get(digest)
    if credential is None or credential.role is not Role.AGENT:
        msg = f"{what}: no agent is enrolled under certificate {digest}"
        raise DistrustError(msg)
    if credential.name != agent:
        msg = f"{what}: the certificate is {credential.name}'s, not {agent}'s"
        raise DistrustError(msg)
    return credential


@lru_cache(maxsize=4096)
def verifier_key(name: str, spki: bytes) -> VerifierKey:
    """Return the note key of a public key; loading it is the slow part."""
    return VerifierKey.from_spki(name, spki)


def signers_under(
    note: SignedNote, state: State, at: Instant, roles: tuple[Role, ...]
) -> tuple[Credential, ...]:
    """Return the signers; each must hold one of the roles, valid at the instant."""
    signers: dict[tuple[str, Role], Credential] = {}
    for signature in note.signatures:
        credential = _holder(state, signature, roles)
        who = f"{credential.role.value} {credential.name}"
        if credential.standing_at(at) is not Standing.ACTIVE:
            msg = f"{who}: certificate is not active"
            raise DistrustError(msg)
        if not credential.not_before <= at <= credential.not_after:
            msg = f"{who}: certificate is not valid at {at}"
            raise DistrustError(msg)
        require_signature(note, signature, credential)
        signers[credential.name, credential.role] = credential
    return tuple(signers.values())


def _holder(
    state: State, signature: NoteSignature, roles: tuple[Role, ...]
) -> Credential:
    """Return the newest credential on record with this name, key id and a role."""
    for digest in reversed(state.issued_to.get(signature.name, ())):
        credential = state.credentials[digest]
        key = verifier_key(credential.name, credential.spki)
        if credential.role in roles and key.key_id == signature.key_id:
            return credential
    msg = (
        f"signature by {signature.name} ({signature.key_id.hex()}): want a"
        f" {' or '.join(role.value for role in roles)}"
        " whose certificate is on record"
    )
    raise DistrustError(msg)


def require_signature(
    note: SignedNote, signature: NoteSignature, credential: Credential
) -> None:
    """Raise unless the line is the credential holder's and fits the text."""
    key = verifier_key(credential.name, credential.spki)
    if (signature.name, signature.key_id) != (key.name, key.key_id):
        msg = (
            f"signature by {signature.name} ({signature.key_id.hex()}): want"
            f" {key.name} ({key.key_id.hex()})"
        )
        raise DistrustError(msg)
    if not key.verifies(note.text, signature.value):
        msg = f"signature by {key.name} ({key.key_id.hex()}) does not fit the text"
        raise DistrustError(msg)
