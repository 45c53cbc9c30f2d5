"""Controls of place and time: where an order may go, from where, and when."""

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
    markets, market = case.scope.markets, case.order.market
    if market in markets:
        return ControlResult(MARKET_ALLOWED, _PASSED, markets, market)
    return ControlResult(
        MARKET_ALLOWED, _FAILED, markets, market, Reason.MARKET_NOT_ALLOWED
    )


def venue_is_in_scope(case: Case) -> ControlResult:
    """The scope lists the venue."""
    venues, venue = case.scope.venues, case.order.venue
    if venue in venues:
        return ControlResult(VENUE_ALLOWED, _PASSED, venues, venue)
    return ControlResult(
        VENUE_ALLOWED, _FAILED, venues, venue, Reason.VENUE_NOT_ALLOWED
    )


def region_is_in_scope(case: Case) -> ControlResult:
    """The scope lists the region that the agent says it runs in."""
    regions, region = case.scope.regions, case.order.region
    if region in regions:
        return ControlResult(REGION_ALLOWED, _PASSED, regions, region)
    return ControlResult(
        REGION_ALLOWED, _FAILED, regions, region, Reason.REGION_NOT_ALLOWED
    )


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
    calendar, day = case.scope.calendar, case.past.day
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
    types, given = case.scope.limits.order_types, case.order.type
    if types is None:
        return NOT_ARMED
    if given in types:
        return ControlResult(ORDER_TYPE, _PASSED, types, given)
    return ControlResult(
        ORDER_TYPE, _FAILED, types, given, Reason.ORDER_TYPE_NOT_ALLOWED
    )


def time_in_force_is_in_scope(case: Case) -> ControlResult | NotArmed:
    """The scope lists the order's time in force."""
    times, given = case.scope.limits.times_in_force, case.order.time_in_force
    if times is None:
        return NOT_ARMED
    if given in times:
        return ControlResult(ORDER_TIME_IN_FORCE, _PASSED, times, given)
    return ControlResult(
        ORDER_TIME_IN_FORCE, _FAILED, times, given, Reason.TIME_IN_FORCE_NOT_ALLOWED
    )
