"""The controls, one small function each, and the flat tuple that lists them.

Each function is named for the sentence that must hold, measures one thing, and says
limit and measured value whether it holds or not.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from kya.core.case import Case
from kya.core.control import Control, ControlOutcome, ControlResult, Reason
from kya.core.credential import Standing
from kya.core.limits import CLOCK_SKEW_MICROS_MAX
from kya.core.scope import DailyMaxPer
from kya.core.workload import (
    REGION_EVIDENCE,
    RUNTIME_DIGEST,
    region_is_shown_as_the_scope_demands,
    runtime_is_the_pinned_one,
)

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE

CREDENTIAL_STANDING: Final = Control(
    id="credential.standing", version=1, unit="", source="RTS 6 Art. 18, 21(1)(b)"
)
CREDENTIAL_VALIDITY: Final = Control(
    id="credential.validity", version=1, unit="", source="RFC 5280 §4.1.2.5"
)
SEQUENCE_SEQ: Final = Control(
    id="sequence.seq", version=1, unit="orders", source="gap-free sequence per agent"
)
SEQUENCE_PREV: Final = Control(
    id="sequence.prev", version=1, unit="sha256", source="hash chain per agent"
)
CLIENT_ORDER_ID_UNIQUE: Final = Control(
    id="client_order_id.unique",
    version=1,
    unit="",
    source="SEC 15c3-5(c)(1)(ii); RTS 7 Art. 18(2)(c)",
)
CLOCK_SKEW: Final = Control(
    id="clock.skew", version=1, unit="us", source="RTS 25; replay window"
)
MARKET_ALLOWED: Final = Control(
    id="market.allowed", version=1, unit="", source="RTS 6 Art. 8(a), 15(5)"
)
VENUE_ALLOWED: Final = Control(
    id="venue.allowed", version=1, unit="", source="RTS 6 Art. 8(d)"
)
REGION_ALLOWED: Final = Control(
    id="region.allowed", version=1, unit="", source="mandate"
)
PRICE_KNOWN: Final = Control(
    id="price.known", version=1, unit="", source="RTS 6 Art. 15(1)(b)"
)
ORDER_AMOUNT: Final = Control(
    id="order.amount",
    version=1,
    unit="",
    source="RTS 6 Art. 15(1)(b)",
    overridable=True,
)
DAILY_AMOUNT: Final = Control(
    id="daily.amount",
    version=1,
    unit="",
    source="RTS 6 Art. 8(b), 15(2)",
    overridable=True,
)
HOURS_WINDOW: Final = Control(
    id="hours.window", version=1, unit="", source="mandate", overridable=True
)
HOURS_CALENDAR: Final = Control(
    id="hours.calendar", version=1, unit="", source="mandate", overridable=True
)


def credential_is_active(case: Case) -> ControlResult:
    """The credential is neither suspended, nor revoked, nor due to be."""
    standing = case.credential.standing_at(case.received_at)
    if standing is Standing.ACTIVE:
        return ControlResult(CREDENTIAL_STANDING, _PASSED, "active", "active")
    reason = (
        Reason.CREDENTIAL_REVOKED
        if standing is Standing.REVOKED
        else Reason.CREDENTIAL_SUSPENDED
    )
    return ControlResult(CREDENTIAL_STANDING, _FAILED, "active", standing.value, reason)


def credential_is_within_its_validity(case: Case) -> ControlResult:
    """The order was received inside the certificate's validity, both ends included."""
    received_at, credential = case.received_at, case.credential
    if received_at.micros < credential.not_before.micros:
        return ControlResult(
            CREDENTIAL_VALIDITY,
            _FAILED,
            credential.not_before,
            received_at,
            Reason.CREDENTIAL_NOT_YET_VALID,
        )
    if received_at.micros > credential.not_after.micros:
        return ControlResult(
            CREDENTIAL_VALIDITY,
            _FAILED,
            credential.not_after,
            received_at,
            Reason.CREDENTIAL_EXPIRED,
        )
    return ControlResult(
        CREDENTIAL_VALIDITY, _PASSED, credential.not_after, received_at
    )


def sequence_has_no_gap(case: Case) -> ControlResult:
    """The order is the agent's next one."""
    expected, seq = case.past.seq + 1, case.order.seq
    if seq == expected:
        return ControlResult(SEQUENCE_SEQ, _PASSED, expected, seq)
    return ControlResult(SEQUENCE_SEQ, _FAILED, expected, seq, Reason.SEQUENCE_GAP)


def sequence_continues_the_chain(case: Case) -> ControlResult:
    """The order names the agent's previous order line."""
    expected, prev = case.past.prev, case.order.prev
    if prev == expected:
        return ControlResult(SEQUENCE_PREV, _PASSED, expected, prev)
    return ControlResult(SEQUENCE_PREV, _FAILED, expected, prev, Reason.SEQUENCE_PREV)


def client_order_id_is_new_today(case: Case) -> ControlResult:
    """The agent has not used this client order id on this UTC day, allowed or not."""
    client_order_id = case.order.client_order_id
    if client_order_id not in case.past.client_order_ids:
        return ControlResult(CLIENT_ORDER_ID_UNIQUE, _PASSED, "unused", client_order_id)
    return ControlResult(
        CLIENT_ORDER_ID_UNIQUE,
        _FAILED,
        "unused",
        client_order_id,
        Reason.CLIENT_ORDER_ID_DUPLICATE,
    )


def clocks_agree(case: Case) -> ControlResult:
    """The agent's own time is within 2 s of ours, either way."""
    skew = abs(case.received_at.micros - case.order.created_at.micros)
    if skew <= CLOCK_SKEW_MICROS_MAX:
        return ControlResult(CLOCK_SKEW, _PASSED, CLOCK_SKEW_MICROS_MAX, skew)
    return ControlResult(
        CLOCK_SKEW, _FAILED, CLOCK_SKEW_MICROS_MAX, skew, Reason.CLOCK_SKEW
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


def order_can_be_valued(case: Case) -> ControlResult:
    """The amount is in the scope's currency, so that no price is needed to value it.

    Conversion needs a price of a source that we trust; there is none yet, so an
    amount in any other currency or asset is denied, whatever it might be worth.
    """
    wanted, given = case.scope.currency.code, case.order.amount.currency.code
    if wanted == given:
        return ControlResult(PRICE_KNOWN, _PASSED, wanted, given)
    return ControlResult(PRICE_KNOWN, _FAILED, wanted, given, Reason.PRICE_MISSING)


def order_amount_is_within_max(case: Case) -> ControlResult:
    """The order's amount is at most the order maximum."""
    order_max, amount = case.scope.order_max, case.order.amount
    if amount.currency.code != order_max.currency.code:
        return ControlResult(
            ORDER_AMOUNT, _CANNOT_EVALUATE, order_max, amount, Reason.ORDER_AMOUNT_MAX
        )
    if amount.minor_units <= order_max.minor_units:
        return ControlResult(ORDER_AMOUNT, _PASSED, order_max, amount)
    return ControlResult(
        ORDER_AMOUNT, _FAILED, order_max, amount, Reason.ORDER_AMOUNT_MAX
    )


def daily_amount_is_within_max(case: Case) -> ControlResult:
    """The day's allowed orders with this one are at most the daily maximum.

    Counted over the UTC day, per agent or per market and side, from the decision on
    (RTS 6 Art. 15(2)): what the venue later rejects is not given back.
    """
    past, order, scope = case.past, case.order, case.scope
    daily_max, code = scope.daily_max, scope.currency.code
    other_currency = past.currency is not None and past.currency.code != code
    if other_currency or order.amount.currency.code != code:
        return ControlResult(
            DAILY_AMOUNT,
            _CANNOT_EVALUATE,
            daily_max,
            order.amount,
            Reason.DAILY_AMOUNT_MAX,
        )
    before = (
        sum(past.allowed.values())
        if scope.daily_max_per is DailyMaxPer.AGENT
        else past.allowed.get((order.market, order.side), 0)
    )
    total = before + order.amount.minor_units
    if total <= daily_max.minor_units:
        return ControlResult(DAILY_AMOUNT, _PASSED, daily_max, total)
    return ControlResult(
        DAILY_AMOUNT, _FAILED, daily_max, total, Reason.DAILY_AMOUNT_MAX
    )


def time_is_within_hours(case: Case) -> ControlResult:
    """The order was received inside the trading window, its end excluded."""
    window, now = case.scope.window, case.received_at.time_of_day
    if window.opens.micros <= now.micros < window.closes.micros:
        return ControlResult(HOURS_WINDOW, _PASSED, window, now)
    return ControlResult(HOURS_WINDOW, _FAILED, window, now, Reason.HOURS_CLOSED)


def day_is_in_calendar(case: Case) -> ControlResult:
    """The order was received on a day that the calendar has open."""
    calendar, day = case.scope.calendar, case.past.day
    if calendar.is_open(day):
        return ControlResult(HOURS_CALENDAR, _PASSED, calendar, day.weekday)
    return ControlResult(
        HOURS_CALENDAR, _FAILED, calendar, day.weekday, Reason.CALENDAR_CLOSED
    )


class Check(NamedTuple):
    """A control and the function that evaluates it."""

    control: Control
    evaluate: Callable[[Case], ControlResult]


CHECKS: Final = (
    Check(CREDENTIAL_STANDING, credential_is_active),
    Check(CREDENTIAL_VALIDITY, credential_is_within_its_validity),
    Check(SEQUENCE_SEQ, sequence_has_no_gap),
    Check(SEQUENCE_PREV, sequence_continues_the_chain),
    Check(CLIENT_ORDER_ID_UNIQUE, client_order_id_is_new_today),
    Check(CLOCK_SKEW, clocks_agree),
    Check(MARKET_ALLOWED, market_is_in_scope),
    Check(VENUE_ALLOWED, venue_is_in_scope),
    Check(REGION_ALLOWED, region_is_in_scope),
    Check(REGION_EVIDENCE, region_is_shown_as_the_scope_demands),
    Check(RUNTIME_DIGEST, runtime_is_the_pinned_one),
    Check(PRICE_KNOWN, order_can_be_valued),
    Check(ORDER_AMOUNT, order_amount_is_within_max),
    Check(DAILY_AMOUNT, daily_amount_is_within_max),
    Check(HOURS_WINDOW, time_is_within_hours),
    Check(HOURS_CALENDAR, day_is_in_calendar),
)
"""Every control, in the order in which a decision lists them."""
