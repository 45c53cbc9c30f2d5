"""Who holds the certificate that an agent's line names, and the key of a holder."""

from functools import lru_cache

from kya.codec.note import VerifierKey
from kya.core.credential import Credential, Role
from kya.core.errors import DistrustError
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
