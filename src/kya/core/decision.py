"""A decision: what the controls found; whether it is allowed follows from that."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from kya.core.case import Case
from kya.core.control import (
    IDENTITY_REASONS,
    ControlOutcome,
    ControlResult,
    Reason,
    Violation,
)
from kya.core.instant import Day
from kya.core.scope import Mode


class Outcome(Enum):
    """What the agent is told. Refused: under no valid credential; denied: by our rules."""

    ALLOWED = "allowed"
    DENIED = "denied"
    REFUSED = "refused"


class Counters(NamedTuple):
    """The sums of allowed orders of one UTC day, in minor units of the scope's currency."""

    day: Day
    agent: int
    market_and_side: int

    def plus(self, counted: int) -> "Counters":
        """Return the counters after so many more minor units are reserved."""
        return Counters(self.day, self.agent + counted, self.market_and_side + counted)


@dataclass(frozen=True, slots=True)
class Decision:
    """The judgement of one case: every control's result, passed or not."""

    case: Case
    results: tuple[ControlResult, ...]

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every reason against the order, in the order of the controls."""
        return tuple(
            Violation(
                reason=result.reason,
                control=result.control,
                outcome=result.outcome,
                limit=result.limit,
                measured=result.measured,
            )
            for result in self.results
            if result.reason is not None
        )

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons alone."""
        return tuple(r.reason for r in self.results if r.reason is not None)

    @property
    def outcome(self) -> Outcome:
        """Allowed only if every control passed."""
        against = [r for r in self.results if r.outcome is not ControlOutcome.PASSED]
        if not against:
            return Outcome.ALLOWED
        if any(result.reason in IDENTITY_REASONS for result in against):
            return Outcome.REFUSED
        return Outcome.DENIED

    @property
    def allowed(self) -> bool:
        """Whether the order may be released once this decision is durable."""
        return self.outcome is Outcome.ALLOWED

    @property
    def mode(self) -> Mode:
        """Paper or live, by the scope and the instant of receipt."""
        return self.case.scope.mode_at(self.case.received_at)

    @property
    def counted(self) -> int:
        """Minor units that this decision reserves: the order's amount, or nothing."""
        return self.case.order.amount.minor_units if self.allowed else 0

    @property
    def counters_before(self) -> Counters:
        """The counters as the decision found them."""
        past, order = self.case.past, self.case.order
        return Counters(
            past.day,
            sum(past.allowed.values()),
            past.allowed.get((order.market, order.side), 0),
        )
