"""In what two judgements of one order differ."""

from dataclasses import dataclass

from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.instant import Instant
from kya.core.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What came of an order, and why."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An order that the changed scope would have judged otherwise.

    `index` is the order's entry in the log.
    """

    index: int
    order: Order
    received_at: Instant
    logged: Judgement
    changed: Judgement
