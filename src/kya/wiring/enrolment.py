"""Registration and enrolment of one installation: two people, then the agent's host."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kya.adapters.attest_spiffe import Svid
from kya.adapters.randomness import new_serial, new_token, random_bytes
from kya.agent.enrolment import Applicant, Evidence, no_evidence
from kya.authority import acts
from kya.authority.enrolment import Authority, EnrolmentOffice
from kya.authority.nonces import Nonces
from kya.authority.registering import Wanted
from kya.codec import canonical
from kya.codec.registrations import render_registration
from kya.core.errors import InputError
from kya.core.registration import Registration
from kya.core.state import State
from kya.pki.signer import Signer
from kya.wiring.attestors import attestations_of
from kya.wiring.desk import Desk
from kya.wiring.installation import AUTHORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registration on record, and its token, which is kept nowhere."""

    digest: str
    token: str
    registration: Registration


@dataclass(frozen=True, slots=True)
class DeskRecord:
    """The log as the desk reaches it."""

    desk: Desk

    def state(self) -> State:
        """Return the fold of the whole log, published up to now."""
        return self.desk.state()

    def append(self, note: bytes) -> int:
        """Put a note on record."""
        return self.desk.remote.append(note)


def register(
    desk: Desk, agent: str, operators: Sequence[str], wanted: Wanted | None = None
) -> Registered:
    """Register the agent as these operators, under its newest mandate."""
    wanted = wanted or Wanted()
    mandate = desk.mandate_of(agent)  # No operator is enrolled for an agent without.
    signers = [desk.operator(name) for name in operators]
    token, at = new_token(), desk.clock()
    registration = wanted.registration(mandate, sha256(token).hexdigest(), at)
    desk.remote.append(acts.register(registration, *signers))
    return Registered(
        digest=canonical.digest(render_registration(registration)),
        token=token.hex(),
        registration=registration,
    )


def office_of(desk: Desk, serials: Callable[[], int] = new_serial) -> EnrolmentOffice:
    """Return the enrolment office of an installation."""
    authority = Authority(
        issuer=desk.opened.issuer(),
        signer=desk.opened.note_signer(AUTHORITY),
        attestations=attestations_of(desk.opened.data, desk.clock),
    )
    return EnrolmentOffice(
        authority, DeskRecord(desk), Nonces(random_bytes), desk.clock, serials
    )


def applicant(
    agent: str, signer: Signer, token: str, evidence: Evidence = no_evidence
) -> Applicant:
    """Return the agent that asks with this key, wherever it is kept."""
    return Applicant(
        agent=agent,
        signer=signer,
        custody=acts.custody_text(signer.describe()),
        token=token,
        evidence=evidence,
    )


def read_evidence(text: str | None) -> Evidence:
    """Return what `kubernetes:FILE` or `spiffe:FILE` shows; InputError otherwise."""
    if text is None:
        return no_evidence
    kind, _, name = text.partition(":")
    match kind:
        case "kubernetes":
            return lambda _nonce, _key: _read(name).decode("ascii", "replace").strip()
        case "spiffe":
            return lambda nonce, key: Svid(_read(name)).evidence(nonce, key)
        case _:
            raise InputError(
                f"evidence: want kubernetes:FILE or spiffe:FILE, got {text[:80]!r}"
            )


def _read(name: str) -> bytes:
    """Return what the file holds; InputError if it cannot be read."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from error
