"""In what two judgements of one order differ."""

from collections import Counter
from dataclasses import dataclass, field

from kya.codec.decisions import read_outcome, read_reason
from kya.codec.logged_decision import LoggedDecision
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


@dataclass(slots=True)
class Differences:
    """How many orders were judged again, by outcome in the log and under the scope."""

    moved: Counter[tuple[Outcome, Outcome]] = field(
        default_factory=Counter[tuple[Outcome, Outcome]]
    )
    differing: int = 0

    @property
    def orders(self) -> int:
        """How many orders were judged again."""
        return self.moved.total()

    def compare(
        self,
        index: int,
        order: Order,
        received_at: Instant,
        logged: LoggedDecision,
        changed: Judgement,
    ) -> Difference | None:
        """Count the order, and say in what the two judgements differ."""
        was = Judgement(
            outcome=read_outcome(logged.outcome),
            reasons=tuple([read_reason(reason) for reason in logged.reasons]),
        )
        self.moved[was.outcome, changed.outcome] += 1
        if was == changed:
            return None
        self.differing += 1
        return Difference(
            index=index,
            order=order,
            received_at=received_at,
            logged=was,
            changed=changed,
        )
