"""Controls of conduct: how much an agent sends, how often, and what comes of it."""

from typing import Final

from kya.core.case import Case
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    NotArmed,
    Reason,
    at_most,
)
from kya.core.instant import MICROS_PER_SECOND
from kya.core.limits import BASIS_POINTS_MAX
from kya.core.sent import asked_in
from kya.core.valuation import MICROS_PER_MILLI, touch

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE
_MINUTE: Final = 60 * MICROS_PER_SECOND

RATE_SECOND: Final = Control(
    id="rate.second",
    version=1,
    unit="messages",
    source="RTS 6 Art. 15(1)(d); RTS 7 Art. 18",
)
RATE_MINUTE: Final = Control(
    id="rate.minute",
    version=1,
    unit="messages",
    source="RTS 6 Art. 15(1)(d); RTS 7 Art. 18",
)
RATE_DAY: Final = Control(
    id="rate.day",
    version=1,
    unit="messages",
    source="RTS 6 Art. 15(1)(d); RTS 7 Art. 18",
)
DAILY_ORDERS: Final = Control(
    id="daily.orders",
    version=1,
    unit="orders",
    source="RTS 6 Art. 8(b)",
    overridable=True,
)
ORDERS_PER_FILL: Final = Control(
    id="rate.orders_per_fill",
    version=1,
    unit="orders/fill",
    source="RTS 7 Art. 18; (EU) 2017/566",
    overridable=True,
)
DUPLICATE: Final = Control(
    id="order.duplicate",
    version=1,
    unit="us",
    source="SEC 15c3-5(c)(1)(ii); RTS 7 Art. 18(2)(c)",
    overridable=True,
)
PRICE_DRIFT: Final = Control(
    id="price.drift",
    version=1,
    unit="bps",
    source="RTS 6 Art. 15(1)(a)",
    overridable=True,
)
LATCH_REJECTS: Final = Control(
    id="latch.rejects", version=1, unit="rejects", source="RTS 6 Art. 15(3); FIA"
)
LATCH_EXECUTIONS: Final = Control(
    id="latch.executions", version=1, unit="executions", source="RTS 6 Art. 15(3)"
)


def second_has_room(case: Case) -> ControlResult | NotArmed:
    """At most so many messages in any second, this one included."""
    most = case.scope.limits.messages_per_second
    if most is None:
        return NOT_ARMED
    return _rate(case, RATE_SECOND, most, MICROS_PER_SECOND, Reason.RATE_SECOND)


def minute_has_room(case: Case) -> ControlResult | NotArmed:
    """At most so many messages in any minute, this one included."""
    most = case.scope.limits.messages_per_minute
    if most is None:
        return NOT_ARMED
    return _rate(case, RATE_MINUTE, most, _MINUTE, Reason.RATE_MINUTE)


def day_has_room(case: Case) -> ControlResult | NotArmed:
    """At most so many messages on one UTC day, this one included."""
    most = case.scope.limits.messages_per_day
    if most is None:
        return NOT_ARMED
    count = case.past.conduct.messages + 1
    return at_most(RATE_DAY, most, count, Reason.RATE_DAY)


def day_has_few_enough_orders(case: Case) -> ControlResult | NotArmed:
    """At most so many allowed orders on one UTC day, this one included."""
    most = case.scope.limits.orders_per_day
    if most is None:
        return NOT_ARMED
    count = case.past.conduct.orders + 1
    return at_most(DAILY_ORDERS, most, count, Reason.DAILY_ORDERS)


def orders_are_in_proportion_to_fills(case: Case) -> ControlResult | NotArmed:
    """At most so many orders of the day for each execution of the day.

    Before the first execution one is taken to be there, for an agent must begin.
    """
    most = case.scope.limits.orders_per_fill
    if most is None:
        return NOT_ARMED
    orders, fills = case.past.conduct.orders + 1, max(1, case.past.conduct.fills)
    per_fill = -(-orders // fills)
    return at_most(ORDERS_PER_FILL, most, per_fill, Reason.ORDERS_PER_FILL)


def order_is_no_duplicate(case: Case) -> ControlResult | NotArmed:
    """The agent has asked for the same no sooner than so long ago, allowed or not."""
    millis = case.scope.limits.duplicate_window_millis
    if millis is None:
        return NOT_ARMED
    window, now = millis * MICROS_PER_MILLI, case.received_at.micros
    asked = asked_in(case.order)
    for message in case.past.conduct.sent.since(now - window):
        if message.asked == asked:
            apart = now - message.micros
            return ControlResult(
                DUPLICATE, _FAILED, window, apart, Reason.ORDER_DUPLICATE
            )
    return ControlResult(DUPLICATE, _PASSED, window, "none")


def price_has_not_drifted(case: Case) -> ControlResult | NotArmed:
    """The order's price is near the market as it was at the window's first message.

    A collar measures from the market of this instant, and so moves along with it.
    """
    limits = case.scope.limits
    most, seconds = limits.price_drift_bps, limits.price_drift_seconds
    if most is None or seconds is None:
        return NOT_ARMED
    quote = case.usable
    if quote is None:
        return ControlResult(
            PRICE_DRIFT, _CANNOT_EVALUATE, most, "no price", Reason.PRICE_DRIFT
        )
    limit = case.order.limit_price
    price = touch(case.order, quote) if limit is None else limit.units
    first = price
    since = case.received_at.micros - seconds * MICROS_PER_SECOND
    for message in case.past.conduct.sent.from_the_oldest(since):
        if message.market == case.order.market and message.touch is not None:
            first = message.touch
            break
    apart = abs(price - first) * BASIS_POINTS_MAX
    shown = -(-apart // first)
    if apart <= most * first:
        return ControlResult(PRICE_DRIFT, _PASSED, most, shown)
    return ControlResult(PRICE_DRIFT, _FAILED, most, shown, Reason.PRICE_DRIFT)


def rejects_have_not_latched(case: Case) -> ControlResult | NotArmed:
    """Venues have rejected at most so many orders in a row since people looked."""
    most = case.scope.limits.rejects_in_a_row
    if most is None:
        return NOT_ARMED
    worst = case.past.conduct.rejects_worst
    return at_most(LATCH_REJECTS, most, worst, Reason.LATCH_REJECTS)


def executions_have_not_latched(case: Case) -> ControlResult | NotArmed:
    """There are at most so many executions, with this order's, since people looked."""
    most = case.scope.limits.executions_unreviewed
    if most is None:
        return NOT_ARMED
    count = case.past.conduct.executions + 1
    return at_most(LATCH_EXECUTIONS, most, count, Reason.LATCH_EXECUTIONS)


def _rate(
    case: Case, control: Control, most: int, window: int, reason: Reason
) -> ControlResult:
    """Count the messages of the window that ends now, this one included."""
    since = case.received_at.micros - window
    count = case.past.conduct.sent.count_since(since) + 1
    return at_most(control, most, count, reason)
