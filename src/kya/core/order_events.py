"""Events of the flow: orders, what was decided, and what venues said."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Self

from kya.core import tokens
from kya.core.behaviour_score import Score
from kya.core.control import Reason
from kya.core.decision import Decision, Outcome
from kya.core.errors import MalformedError
from kya.core.exact_fill import require_exact
from kya.core.incident_policy import Opening
from kya.core.instant import Instant
from kya.core.money import Money, Price, Quantity
from kya.core.order import Order
from kya.core.price import ReferencePrice


class VenueStatus(Enum):
    """What the venue said of an order that was released to it.

    Acknowledged, it rests at the venue, part of it filled or none. Partially filled,
    there is no more to come. A cancelled one may have been filled in part before; of a
    cancel itself, it says that it was carried out.
    """

    ACKNOWLEDGED = "acknowledged"
    FILLED = "filled"
    PARTIALLY_FILLED = "partially_filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    NOT_RECEIVED = "not_received"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Whether the order's outcome is known, so that nobody needs to ask again."""
        return self not in NOT_FINAL

    def may_have(self, filled: Money | None) -> bool:
        """Tell whether what was filled, or that nothing was, goes with this status."""
        if filled is None:
            return self not in EXECUTED
        return filled.minor_units > 0 and self in EXECUTED | CAN_HAVE_FILLED


NOT_FINAL: Final = (VenueStatus.UNKNOWN, VenueStatus.ACKNOWLEDGED)
"""What is said of an order that the venue may still fill, as far as we know."""

EXECUTED: Final = frozenset({VenueStatus.FILLED, VenueStatus.PARTIALLY_FILLED})
"""What a venue says of an order that it has filled, in whole or in part."""

CHANGED_NOTHING: Final = frozenset(
    {VenueStatus.UNKNOWN, VenueStatus.REJECTED, VenueStatus.NOT_RECEIVED}
)
"""What is said of an order that has done nothing at the venue, as far as we know."""

CAN_HAVE_FILLED: Final = frozenset({VenueStatus.ACKNOWLEDGED, VenueStatus.CANCELLED})
"""What a venue says of an order of which a part may be filled."""


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
    """The gateway has judged the order whose leaf hash is `order`.

    `worth` is what it is worth in the scope's currency, if its amount is in another;
    `price` is the reference price that it was judged by, if any. `breaches` are the
    reasons, with those that only warned, `opening` the incident that it opens. `aside`
    are the controls that people had set aside for it. `score`
    is how unlike the agent's past it is, where whoever has just decided knows: no entry
    says so, and the fold of one that was read reckons it again.
    """

    agent: str
    seq: int
    order: str
    outcome: Outcome
    received_at: Instant
    worth: Money | None = None
    price: ReferencePrice | None = None
    breaches: tuple[Reason, ...] = ()
    opening: Opening | None = None
    aside: tuple[str, ...] = ()
    score: Score | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, decision: Decision, order_leaf: str) -> Self:
        """Return the event of a decision on the order with this leaf hash."""
        order, likeness = decision.case.order, decision.case.likeness
        return cls(
            agent=order.agent,
            seq=order.seq,
            order=order_leaf,
            outcome=decision.outcome,
            received_at=decision.case.received_at,
            worth=decision.worth_shown,
            price=decision.case.price,
            breaches=decision.breaches,
            opening=decision.opening,
            aside=decision.aside,
            score=None if likeness is None else likeness.score,
        )

    def __post_init__(self) -> None:
        """Refuse a decision on nothing."""
        _require_order(self.agent, self.seq, self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueReported:
    """The venue has told us, or failed to tell us, what became of a released order.

    `filled` is all that was filled of this order so far, in its own currency, and none
    where nothing was; `exact` is the same, where the venue counts finer than the
    currency, and `price` is the average of that. `price_source` says where the
    paper venue took its price from, `detail` is the venue's own word or our reason for
    not knowing, and both may be empty.
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
    exact: Quantity | None = None

    def __post_init__(self) -> None:
        """Refuse a report on nothing, or of a fill without an execution."""
        require_exact(self.filled, self.exact)
        _require_order(self.agent, self.seq, self.order)
        tokens.require(tokens.VENUE, "venue", self.venue)
        tokens.require_remark("price_source", self.price_source)
        tokens.require_remark("detail", self.detail)
        if not self.status.may_have(self.filled):
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


def _require_order(agent: str, seq: int, leaf: str) -> None:
    """Raise unless the three can name an order on record."""
    tokens.require(tokens.NAME, "agent", agent)
    tokens.require_count("seq", seq)
    tokens.require(tokens.DIGEST, "order", leaf)
