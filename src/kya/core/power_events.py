"""Events of power: who may act, under what, and until when."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from kya.core import tokens
from kya.core.credential import Credential, ReasonCode
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.registration import RULE, Enrolment, Registration


class ClockSource(Enum):
    """Where the gateway's time comes from."""

    SYSTEM = "system"
    VIRTUAL = "virtual"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOpened:
    """The first entry: which log this is, and under which root its keys stand.

    `root` is the SHA-256 of the root certificate, `issuer` the issuing CA in DER;
    `authority` signs this entry and every later act of the authority.
    """

    origin: str
    root: str
    issuer: bytes
    authority: Credential
    clock: ClockSource
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a log without a name or a root."""
        tokens.require_text("origin", self.origin)
        tokens.require(tokens.DIGEST, "root", self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateGranted:
    """Enough directors have signed a mandate; `digest` is the SHA-256 of its line."""

    digest: str
    mandate: Mandate

    def __post_init__(self) -> None:
        """Refuse a digest that is none."""
        tokens.require(tokens.DIGEST, "mandate", self.digest)

    @property
    def at(self) -> Instant:
        """When the board resolved."""
        return self.mandate.resolved_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRegistered:
    """Two operators have registered an agent; `digest` is the SHA-256 of the line."""

    digest: str
    registration: Registration

    def __post_init__(self) -> None:
        """Refuse a digest that is none."""
        tokens.require(tokens.DIGEST, "registration", self.digest)

    @property
    def at(self) -> Instant:
        """When it was signed."""
        return self.registration.at


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRefused:
    """Somebody who knew a token of ours asked for a certificate and got none."""

    agent: str
    registration: str
    rule: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a refusal for no rule, or of nothing."""
        tokens.require(tokens.NAME, "agent", self.agent)
        tokens.require(tokens.DIGEST, "registration", self.registration)
        tokens.require(RULE, "rule", self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued:
    """The authority has issued a certificate, in place of another one or of none.

    `enrolment` is what it was issued upon: an agent's has one, nobody else's does.
    """

    credential: Credential
    replaces: str | None
    at: Instant
    enrolment: Enrolment | None = None

    def __post_init__(self) -> None:
        """Refuse a digest that is none."""
        if self.replaces is not None:
            tokens.require(tokens.DIGEST, "replaces", self.replaces)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRenewed:
    """The issuing CA has a new certificate, in DER, for the key that it had."""

    issuer: bytes
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChanged:
    """A credential's standing is changed: to stop takes one person, to start two.

    `code` stands for a revocation, and for nothing else; `reason` is for people.
    """

    credential: str
    act: Act
    code: ReasonCode | None = None
    reason: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse an act upon nothing, for no reason, or with another act's code."""
        tokens.require(tokens.DIGEST, "credential", self.credential)
        tokens.require_text("reason", self.reason)
        if (self.code is None) is (self.act is Act.REVOKE):
            msg = f"{self.act.value}: want a code for a revocation, and for it alone"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationScheduled:
    """The authority has said from when on a credential will be revoked.

    From `due` on it is as good as revoked, whatever else is on record by then.
    """

    credential: str
    code: ReasonCode
    reason: str
    due: Instant
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a revocation of nothing, for no reason, or of the past."""
        tokens.require(tokens.DIGEST, "credential", self.credential)
        tokens.require_text("reason", self.reason)
        if self.due <= self.at:
            msg = f"schedule: want it due after {self.at}, got {self.due}"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationListed:
    """The issuing CA has published a complete revocation list, in DER."""

    number: int
    crl: bytes
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a number that counts nothing."""
        tokens.require_count("number", self.number)


POWER: Final = (
    LogOpened,
    MandateGranted,
    AgentRegistered,
    CertificateIssued,
    IssuerRenewed,
    EnrolmentRefused,
    StandingChanged,
    RevocationScheduled,
    RevocationListed,
)
"""What all power rests on; every partial package shows these."""
