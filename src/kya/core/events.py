"""Events: what an entry of the log says, once its bytes are understood."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from kya.core import tokens
from kya.core.credential import Credential, ReasonCode
from kya.core.decision import Outcome
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.money import Money, Price
from kya.core.order import Order
from kya.core.runtime import Runtime
from kya.core.session import (
    SELF_ASSERTED_SOURCE,
    RegionAnchor,
    RegionSource,
    Session,
)


class ClockSource(Enum):
    """Where the gateway's time comes from."""

    SYSTEM = "system"
    VIRTUAL = "virtual"


class VenueStatus(Enum):
    """What the venue said of an order that was released to it."""

    FILLED = "filled"
    PARTIALLY_FILLED = "partially_filled"
    REJECTED = "rejected"
    NOT_RECEIVED = "not_received"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Whether the order's outcome is known, so that nobody needs to ask again."""
        return self is not VenueStatus.UNKNOWN


EXECUTED: Final = frozenset({VenueStatus.FILLED, VenueStatus.PARTIALLY_FILLED})
"""What a venue says of an order that it has filled, in whole or in part."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued:
    """The authority has issued a certificate, in place of another one or of none."""

    credential: Credential
    replaces: str | None
    at: Instant

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
    """The authority has changed a credential's standing.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSubmitted:
    """An agent's order is on record; its decision follows as the next entry.

    `line_digest` is the SHA-256 of the order line, which the next order names;
    `leaf` is the entry's leaf hash, which the decision names.
    """

    order: Order
    line_digest: str
    leaf: str

    def __post_init__(self) -> None:
        """Refuse digests that are none."""
        tokens.require(tokens.DIGEST, "line_digest", self.line_digest)
        tokens.require(tokens.DIGEST, "leaf", self.leaf)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDecided:
    """The gateway has judged the order whose leaf hash is `order`."""

    agent: str
    seq: int
    order: str
    outcome: Outcome
    received_at: Instant

    def __post_init__(self) -> None:
        """Refuse a decision on nothing."""
        _require_order(self.agent, self.seq, self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueReported:
    """The venue has told us, or failed to tell us, what became of a released order.

    `filled` is in the order's own currency and stands for an executed order only;
    `price_source` says where the paper venue took its price from, `detail` is the
    venue's own word or our reason for not knowing, and both may be empty.
    """

    agent: str
    seq: int
    order: str
    venue: str
    status: VenueStatus
    filled: Money | None
    price: Price | None
    price_source: str
    detail: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a report on nothing, or of a fill without an execution."""
        _require_order(self.agent, self.seq, self.order)
        tokens.require(tokens.VENUE, "venue", self.venue)
        tokens.require_remark("price_source", self.price_source)
        tokens.require_remark("detail", self.detail)
        if (self.filled is None) is (self.status in EXECUTED):
            msg = f"report: {self.status.value} with filled {self.filled}"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivocated:
    """An agent has signed two different orders under one `seq`.

    `order` is the leaf hash of the one on record, `conflicting` the other note.
    """

    agent: str
    seq: int
    order: str
    conflicting: bytes
    at: Instant

    def __post_init__(self) -> None:
        """Refuse an equivocation about nothing."""
        _require_order(self.agent, self.seq, self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimePinned:
    """Two people say which runtime the agent may run from now on."""

    agent: str
    runtime: Runtime
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a pin of nothing, which every runtime would fit badly."""
        tokens.require(tokens.NAME, "agent", self.agent)
        if not self.runtime.components:
            msg = "runtime: want at least one component to pin"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAnchored:
    """The authority has said by what a region may be shown.

    `digest` is the SHA-256 of its line, which a session's evidence names.
    """

    digest: str
    anchor: RegionAnchor

    def __post_init__(self) -> None:
        """Refuse a digest that is none."""
        tokens.require(tokens.DIGEST, "anchor", self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """The gateway has taken an agent's session as the one that is in force.

    `line_digest` is the SHA-256 of the session line, which the next session names;
    `note` is the agent's own note, `source` who vouches for the region.
    """

    session: Session
    line_digest: str
    note: bytes
    source: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a digest that is none, and a source that contradicts the session."""
        tokens.require(tokens.DIGEST, "line_digest", self.line_digest)
        sources = {source.value for source in RegionSource}
        wanted = {SELF_ASSERTED_SOURCE} if self.session.evidence is None else sources
        if self.source not in wanted:
            msg = f"source: want one of {', '.join(sorted(wanted))}, got {self.source}"
            raise MalformedError(msg)


Event = (
    LogOpened
    | MandateGranted
    | CertificateIssued
    | IssuerRenewed
    | StandingChanged
    | RevocationScheduled
    | RevocationListed
    | OrderSubmitted
    | OrderDecided
    | VenueReported
    | Equivocated
    | RuntimePinned
    | RegionAnchored
    | SessionStarted
)


def _require_order(agent: str, seq: int, leaf: str) -> None:
    """Raise unless the three can name an order on record."""
    tokens.require(tokens.NAME, "agent", agent)
    tokens.require_count("seq", seq)
    tokens.require(tokens.DIGEST, "order", leaf)
