"""Events: what an entry of the log says, once its bytes are understood."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from kya.core import tokens
from kya.core.credential import Credential
from kya.core.decision import Outcome
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.money import Money, Price
from kya.core.order import Order
from kya.core.registration import RULE, Enrolment, Registration


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
class AgentRegistered:
    """Two operators have registered an agent; `digest` is the SHA-256 of the line."""

    digest: str
    registration: Registration

    def __post_init__(self) -> None:
        """Refuse a digest that is none."""
        tokens.require(tokens.DIGEST, "registration", self.digest)


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
class StandingChanged:
    """A credential's standing is changed: to stop takes one person, to start two."""

    credential: str
    act: Act
    reason: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse an act upon nothing, or for no reason."""
        tokens.require(tokens.DIGEST, "credential", self.credential)
        tokens.require_text("reason", self.reason)


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


Event = (
    LogOpened
    | MandateGranted
    | AgentRegistered
    | CertificateIssued
    | EnrolmentRefused
    | StandingChanged
    | RevocationListed
    | OrderSubmitted
    | OrderDecided
    | VenueReported
    | Equivocated
)


def _require_order(agent: str, seq: int, leaf: str) -> None:
    """Raise unless the three can name an order on record."""
    tokens.require(tokens.NAME, "agent", agent)
    tokens.require_count("seq", seq)
    tokens.require(tokens.DIGEST, "order", leaf)
