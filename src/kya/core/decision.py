"""A decision: what the controls found; whether it is allowed follows from that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from kya.core.case import Case
from kya.core.checks_overlay import overlay_control
from kya.core.control import (
    IDENTITY_REASONS,
    LETS_PASS,
    Control,
    ControlOutcome,
    ControlResult,
    Reason,
    Violation,
)
from kya.core.errors import CorruptionError
from kya.core.incident_policy import Opening
from kya.core.instant import Day
from kya.core.money import Currency, Money
from kya.core.overlay import OverlayAnswer
from kya.core.reservation import reserved_by
from kya.core.scope import Mode

_PASSED: Final = ControlOutcome.PASSED
_WARNED: Final = ControlOutcome.WARNED
_OVERRIDDEN: Final = ControlOutcome.OVERRIDDEN


class Outcome(Enum):
    """What the agent is told: refused without a valid credential, denied by a rule."""

    ALLOWED = "allowed"
    DENIED = "denied"
    REFUSED = "refused"


def outcome_of(reasons: Sequence[Reason]) -> Outcome:
    """Return what follows from the reasons against an order."""
    if not reasons:
        return Outcome.ALLOWED
    if IDENTITY_REASONS.isdisjoint(reasons):
        return Outcome.DENIED
    return Outcome.REFUSED


class Counters(NamedTuple):
    """The sums of allowed orders of one UTC day, in minor units of one currency."""

    day: Day
    currency: Currency
    agent: int
    market_and_side: int

    def plus(self, counted: int) -> "Counters":
        """Return the counters after so many more minor units are reserved."""
        day, currency, agent, market_and_side = self
        return Counters(day, currency, agent + counted, market_and_side + counted)


@dataclass(frozen=True, slots=True)
class Decision:
    """The judgement of one case: every control's result, passed or not.

    `reasons` follow: those of each control that neither passed nor was set aside, and
    from them the `outcome`: allowed only without any. So do `breaches`, the same with
    those of what only warned, or none of a refused order, and `opening`, the incident
    that the decision opens, if it opens one.
    """

    case: Case
    results: tuple[ControlResult, ...]
    reasons: tuple[Reason, ...] = field(init=False, repr=False, compare=False)
    outcome: Outcome = field(init=False, repr=False, compare=False)
    breaches: tuple[Reason, ...] = field(init=False, repr=False, compare=False)
    opening: Opening | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what would allow by omission: no control, or a failure unexplained."""
        if not self.results:
            msg = "decision: no control was evaluated"
            raise CorruptionError(msg)
        reasons: list[Reason] = []
        breaches: list[Reason] = []
        # Most controls have passed without a word, and are not looked at again.
        for control, outcome, _, _, reason in [
            each
            for each in self.results
            if each.outcome is not _PASSED or each.reason is not None
        ]:
            if reason is None:
                msg = f"decision: {control.id} has not passed and says no why"
                raise CorruptionError(msg)
            if outcome is _OVERRIDDEN:
                self._require_set_aside(control)
            else:
                breaches.append(reason)
            if outcome is _WARNED and not control.soft:
                msg = f"decision: {control.id} only warns, but is not soft"
                raise CorruptionError(msg)
            if outcome not in LETS_PASS:
                reasons.append(reason)
        follows = outcome_of(reasons)
        object.__setattr__(self, "reasons", tuple(reasons))  # Derived, then frozen.
        object.__setattr__(self, "outcome", follows)
        case, opening = self.case, None
        if breaches and follows is Outcome.REFUSED:
            breaches.clear()
        counted = tuple(breaches)
        if counted and case.watch is not None:
            opening = case.watch.opening(counted, case.received_at)
        object.__setattr__(self, "breaches", counted)
        object.__setattr__(self, "opening", opening)

    def _require_set_aside(self, control: Control) -> None:
        """Raise unless people may set the control aside, and have done so."""
        granted = self.case.override
        if not control.overridable or granted is None:
            msg = f"decision: {control.id} is set aside, but by nobody who may"
            raise CorruptionError(msg)
        if not granted.sets_aside(control.id):
            msg = f"decision: {control.id} is set aside, but {granted.leaf} does not"
            raise CorruptionError(msg)

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
            if result.reason is not None and result.outcome not in LETS_PASS
        )

    @property
    def aside(self) -> tuple[str, ...]:
        """The controls that people had set aside for it, by their ids."""
        return tuple(
            [each.control.id for each in self.results if each.outcome is _OVERRIDDEN]
        )

    @property
    def allowed(self) -> bool:
        """Whether the order may be released once this decision is durable."""
        return self.outcome is Outcome.ALLOWED

    @property
    def asks_overlays(self) -> bool:
        """Whether every other control lets the order pass, so that overlays count."""
        overlays = self.case.overlays
        last = self.results[-1].control
        return bool(overlays) and last == overlay_control(overlays[-1].name)

    @property
    def answers(self) -> tuple[OverlayAnswer, ...]:
        """What the overlays said that were asked, by name."""
        if not self.asks_overlays:
            return ()
        return tuple([each.answer for each in self.case.overlays if each.answer])

    @property
    def mode(self) -> Mode:
        """Paper or live, by the scope and the instant of receipt."""
        return self.case.scope.mode_at(self.case.received_at)

    @property
    def reserved(self) -> Money | None:
        """What this decision reserves of the day's sums, or nothing."""
        case = self.case
        return (
            reserved_by(case.order, case.worth, case.target) if self.allowed else None
        )

    @property
    def counted(self) -> int:
        """The same in minor units of the scope's currency."""
        reserved = self.reserved
        return 0 if reserved is None else reserved.minor_units

    @property
    def worth_shown(self) -> Money | None:
        """The order's worth, where that is not simply its amount."""
        worth = self.case.worth
        return None if worth is self.case.order.amount else worth

    @property
    def counters_before(self) -> Counters:
        """The counters as the decision found them, in the currency they count."""
        past, order = self.case.past, self.case.order
        return Counters(
            past.day,
            past.currency or self.case.scope.currency,
            sum(past.allowed.values()),
            past.allowed.get((order.market, order.side), 0),
        )
