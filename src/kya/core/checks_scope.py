"""Controls of place and time: where an order may go, from where, and when."""

from functools import lru_cache
from typing import Final

from kya.core.case import Case
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    Measured,
    NotArmed,
    Reason,
)
from kya.core.instant import Day
from kya.core.order import OrderType, TimeInForce
from kya.core.scope import Calendar

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE

MARKET_ALLOWED: Final = Control(
    id="market.allowed", version=1, unit="", source="RTS 6 Art. 8(a), 15(5)"
)
VENUE_ALLOWED: Final = Control(
    id="venue.allowed", version=1, unit="", source="RTS 6 Art. 8(d)"
)
REGION_ALLOWED: Final = Control(
    id="region.allowed", version=1, unit="", source="mandate"
)
HOURS_WINDOW: Final = Control(
    id="hours.window", version=1, unit="", source="mandate", overridable=True
)
HOURS_CALENDAR: Final = Control(
    id="hours.calendar", version=1, unit="", source="mandate", overridable=True
)

ORDER_TYPE: Final = Control(
    id="order.type", version=1, unit="", source="RTS 6 Art. 6, 8(a)"
)
ORDER_TIME_IN_FORCE: Final = Control(
    id="order.time_in_force", version=1, unit="", source="RTS 6 Art. 6"
)


def market_is_in_scope(case: Case) -> ControlResult:
    """The scope lists the market."""
    listed, given = case.scope.markets, case.order.market
    return _listed(MARKET_ALLOWED, listed, given, Reason.MARKET_NOT_ALLOWED)


def venue_is_in_scope(case: Case) -> ControlResult:
    """The scope lists the venue."""
    listed, given = case.scope.venues, case.order.venue
    return _listed(VENUE_ALLOWED, listed, given, Reason.VENUE_NOT_ALLOWED)


def region_is_in_scope(case: Case) -> ControlResult:
    """The scope lists the region that the agent says it runs in."""
    listed, given = case.scope.regions, case.order.region
    return _listed(REGION_ALLOWED, listed, given, Reason.REGION_NOT_ALLOWED)


def time_is_within_hours(case: Case) -> ControlResult:
    """The order was received inside the trading window, its end excluded."""
    window, now = case.scope.window, case.received_at.time_of_day
    if window.opens.micros <= now.micros < window.closes.micros:
        return ControlResult(HOURS_WINDOW, _PASSED, window, now)
    return ControlResult(HOURS_WINDOW, _FAILED, window, now, Reason.HOURS_CLOSED)


def day_is_in_calendar(case: Case) -> ControlResult:
    """The order was received on a day that the calendar has open.

    Which days an exchange is closed is listed for some years. Of a day in another year
    nobody can say, so it is closed, and no two people can set that aside.
    """
    return _on(case.scope.calendar, case.past.day)


@lru_cache(maxsize=256)
def _on(calendar: Calendar, day: Day) -> ControlResult:
    """Return what the calendar says of the day, and keep it: it says so all day."""
    measured: Measured = day.weekday
    if calendar.is_of_an_exchange:
        measured = f"{day.weekday.name.lower()} {day}"
    if calendar.is_open(day):
        return ControlResult(HOURS_CALENDAR, _PASSED, calendar, measured)
    outcome = _FAILED if calendar.covers(day) else _CANNOT_EVALUATE
    return ControlResult(
        HOURS_CALENDAR, outcome, calendar, measured, Reason.CALENDAR_CLOSED
    )


def order_type_is_in_scope(case: Case) -> ControlResult | NotArmed:
    """The scope lists the order's type."""
    listed = case.scope.limits.order_types
    if listed is None:
        return NOT_ARMED
    return _listed(ORDER_TYPE, listed, case.order.type, Reason.ORDER_TYPE_NOT_ALLOWED)


def time_in_force_is_in_scope(case: Case) -> ControlResult | NotArmed:
    """The scope lists the order's time in force."""
    listed = case.scope.limits.times_in_force
    if listed is None:
        return NOT_ARMED
    return _listed(
        ORDER_TIME_IN_FORCE,
        listed,
        case.order.time_in_force,
        Reason.TIME_IN_FORCE_NOT_ALLOWED,
    )


def _listed(
    control: Control,
    listed: frozenset[str] | frozenset[OrderType] | frozenset[TimeInForce],
    given: str | OrderType | TimeInForce,
    reason: Reason,
) -> ControlResult:
    """Look for what the order has among what the scope lists."""
    if given in listed:
        return ControlResult(control, _PASSED, listed, given)
    return ControlResult(control, _FAILED, listed, given, reason)
