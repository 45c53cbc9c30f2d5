"""A credential: one certificate, what it grants, its standing, and its end."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from kya.core import tokens
from kya.core.errors import CorruptionError, MalformedError
from kya.core.instant import Instant
from kya.core.scope import Scope


class Role(Enum):
    """What the holder of a certificate is, and so which statements count from it."""

    AGENT = "agent"
    AUDITOR = "auditor"
    AUTHORITY = "authority"
    COMPLIANCE = "compliance"
    DIRECTOR = "director"
    GATEWAY = "gateway"
    LOG = "log"
    OPERATOR = "operator"
    RISK = "risk"


PEOPLE: Final = frozenset(
    {Role.AUDITOR, Role.COMPLIANCE, Role.DIRECTOR, Role.OPERATOR, Role.RISK}
)
"""The roles that people hold; services and agents hold the others.

An auditor's signature stands under nothing: who only looks on says who is looking.
"""


class Standing(Enum):
    """Whether a credential may be used. Expiry is derived from the clock."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class ReasonCode(Enum):
    """Why a certificate is revoked, in the words of RFC 5280 §5.3.1.

    What can be taken back (certificateHold, removeFromCRL) is left out.
    """

    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """From when on a certificate is not to be believed any more, and why."""

    due: Instant
    code: ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an agent's certificate carries: the scope and the mandate it comes from.

    `mandate` is the SHA-256 of the mandate line, `scope_digest` that of the canonical
    scope inside the certificate.
    """

    mandate: str
    scope: Scope
    scope_digest: str

    def __post_init__(self) -> None:
        """Refuse digests that are none."""
        tokens.require(tokens.DIGEST, "mandate", self.mandate)
        tokens.require(tokens.DIGEST, "scope_digest", self.scope_digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One certificate: `digest` is its SHA-256, `spki` its public key in DER.

    Valid for `not_before` ≤ t ≤ `not_after` (RFC 5280 §4.1.2.5, both inclusive).
    `since` is when it came to its present standing, at first `not_before`. A
    `withdrawal` that is due stops it, whether or not the revocation is on record yet.
    """

    digest: str
    role: Role
    name: str
    serial: int
    spki: bytes
    not_before: Instant
    not_after: Instant
    standing: Standing
    since: Instant
    grant: Grant | None
    withdrawal: Withdrawal | None = None

    def __post_init__(self) -> None:
        """Refuse an agent without a grant, a grant without an agent, a bare end."""
        tokens.require(tokens.DIGEST, "credential", self.digest)
        tokens.require(tokens.NAME, "name", self.name)
        if (self.grant is None) is (self.role is Role.AGENT):
            msg = "credential: want a grant for an agent and for nobody else"
            raise MalformedError(msg)
        if self.standing is Standing.REVOKED and self.withdrawal is None:
            msg = "credential: revoked, but not from when on and why"
            raise MalformedError(msg)

    @property
    def granted(self) -> Grant:
        """What an agent's certificate grants; CorruptionError if it grants nothing."""
        if self.grant is None:
            msg = f"credential {self.digest}: it grants nothing"
            raise CorruptionError(msg)
        return self.grant

    def standing_at(self, instant: Instant) -> Standing:
        """Return the standing at an instant: a revocation that is due has happened."""
        withdrawal = self.withdrawal
        if withdrawal is not None and withdrawal.due.micros <= instant.micros:
            return Standing.REVOKED
        return self.standing
