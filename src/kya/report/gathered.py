"""What the report counts for itself while the verifier reads: days, hours, controls.

It sees only entries that were authenticated and folded, in the order of the log.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import msgspec

from kya.codec.decisions import DecisionLine
from kya.codec.figures import Runs
from kya.codec.tally import Selection
from kya.core.control import ControlOutcome
from kya.core.events import Event
from kya.core.instant import Day
from kya.core.money import Money
from kya.core.order import Action, Order
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.report.timeline import Timeline

STOPPED_MAX: Final = 50
"""Orders that did not go and are shown one by one; the rest are only counted."""

_PASSED: Final = ControlOutcome.PASSED.value


@dataclass(slots=True)
class DayFigures:
    """One UTC day: orders by outcome, the largest asked for, the highest score."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    largest: dict[str, tuple[Money, int]] = field(
        default_factory=dict[str, tuple[Money, int]]
    )
    score: tuple[int, int] | None = None


@dataclass(slots=True)
class MarketFigures:
    """One market: orders, those allowed, and what these came to by currency."""

    orders: Runs = field(default_factory=Runs)
    allowed: Runs = field(default_factory=Runs)
    amounts: dict[str, Money] = field(default_factory=dict[str, Money])


@dataclass(slots=True)
class ControlFigures:
    """One control: how many decisions list it, and those in which it did not pass."""

    listed: int = 0
    fired: dict[str, Runs] = field(default_factory=dict[str, Runs])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An order that did not go, with the entry of its decision."""

    entry: int
    order: Order
    decided: OrderDecided
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Gathered:
    """Sees every entry, and counts the orders that the package shows."""

    selection: Selection | None = None
    days: dict[Day, DayFigures] = field(default_factory=dict[Day, DayFigures])
    hours: Counter[int] = field(default_factory=Counter[int])
    markets: dict[str, MarketFigures] = field(default_factory=dict[str, MarketFigures])
    controls: dict[str, ControlFigures] = field(
        default_factory=dict[str, ControlFigures]
    )
    orders: Runs = field(default_factory=Runs)
    scored: Runs = field(default_factory=Runs)
    stopped: list[Stopped] = field(default_factory=list[Stopped])
    stopped_count: int = 0
    timeline: Timeline = field(default_factory=Timeline)
    _order: tuple[int, OrderSubmitted] | None = None

    def begin(self, selection: Selection) -> None:
        """Take note which orders the package shows."""
        self.selection = selection

    def take(self, index: int, event: Event, line: DecisionLine | None) -> None:
        """Count an entry."""
        agent = self.selection.agent if self.selection else None
        if isinstance(event, OrderSubmitted):
            self._order = (index, event)
        elif isinstance(event, OrderDecided) and line is not None and self._order:
            (entry, submitted), self._order = self._order, None
            self.timeline.take_decision(entry, event, line, agent)
            if self.selection and self.selection.takes(event.agent, event.received_at):
                self._count(entry, submitted.order, event, line)
        else:
            self.timeline.take(index, event, agent)

    def _count(
        self, entry: int, order: Order, event: OrderDecided, line: DecisionLine
    ) -> None:
        """Count a selected order and its decision, which is the next entry."""
        outcome, at = event.outcome.value, event.received_at
        day = self.days.setdefault(at.day, DayFigures())
        market = self.markets.setdefault(order.market, MarketFigures())
        self.orders.add(entry)
        market.orders.add(entry)
        day.outcomes[outcome] += 1
        self.hours[int(str(at)[11:13])] += 1
        if outcome == "allowed":
            market.allowed.add(entry)
        elif len(self.stopped) < STOPPED_MAX:
            self.stopped.append(
                Stopped(
                    entry=entry,
                    order=order,
                    decided=event,
                    reasons=tuple(line.reasons),
                )
            )
        self.stopped_count += outcome != "allowed"
        if order.action is not Action.CANCEL:
            worth = event.worth or order.amount
            _keep_largest(day, entry, worth)
            if outcome == "allowed":
                _add(market, worth)
        self._count_controls(entry + 1, line)
        if line.behaviour is not msgspec.UNSET:
            self.scored.add(entry + 1)
            score = (line.behaviour.score, entry + 1)
            day.score = score if day.score is None else max(day.score, score)

    def _count_controls(self, index: int, line: DecisionLine) -> None:
        """Count every control that the decision lists."""
        for each in line.controls:
            figures = self.controls.setdefault(each.id, ControlFigures())
            figures.listed += 1
            if each.outcome != _PASSED:
                figures.fired.setdefault(each.outcome, Runs()).add(index)


def _keep_largest(day: DayFigures, entry: int, worth: Money) -> None:
    """Keep the day's largest order in its currency."""
    code = worth.currency.code
    former = day.largest.get(code)
    if former is None or worth.minor_units > former[0].minor_units:
        day.largest[code] = (worth, entry)


def _add(market: MarketFigures, worth: Money) -> None:
    """Add an allowed order to the sum of its market."""
    code = worth.currency.code
    former = market.amounts.get(code)
    so_far = 0 if former is None else former.minor_units
    market.amounts[code] = Money(so_far + worth.minor_units, worth.currency)
