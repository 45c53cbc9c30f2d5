"""A credential: one certificate, what it grants, and its standing."""

from dataclasses import dataclass
from enum import Enum

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.scope import Scope


class Role(Enum):
    """What the holder of a certificate is, and so which statements count from it."""

    AGENT = "agent"
    AUTHORITY = "authority"
    DIRECTOR = "director"
    GATEWAY = "gateway"
    LOG = "log"
    OPERATOR = "operator"


class Standing(Enum):
    """Whether a credential may be used. Expiry is derived from the clock."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


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
    `since` is when it came to its present standing, at first `not_before`.
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

    def __post_init__(self) -> None:
        """Refuse an agent without a grant, and a grant without an agent."""
        tokens.require(tokens.DIGEST, "credential", self.digest)
        tokens.require(tokens.NAME, "name", self.name)
        if (self.grant is None) is (self.role is Role.AGENT):
            msg = "credential: want a grant for an agent and for nobody else"
            raise MalformedError(msg)
