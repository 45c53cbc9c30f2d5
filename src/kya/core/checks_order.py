"""Controls of one order: what it is worth, and how much of that a day may see."""

from typing import Final

from kya.core.case import Case
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    NotArmed,
    Reason,
)
from kya.core.fixed_point import render_shortest
from kya.core.money import QUANTITY_DECIMALS
from kya.core.reservation import reserved_by
from kya.core.scope import DailyMaxPer
from kya.core.valuation import units_of

_PER_AGENT: Final = DailyMaxPer.AGENT
_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE

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
ORDER_UNITS: Final = Control(
    id="order.units",
    version=1,
    unit="",
    source="RTS 6 Art. 15(1)(c)",
    overridable=True,
)


def order_can_be_valued(case: Case) -> ControlResult:
    """The order's worth in the scope's currency is known.

    An amount in another currency needs reference prices that the scope has armed and
    that can be used; without them it is denied, whatever it might be worth.
    """
    wanted, given = case.scope.currency.code, case.order.amount.currency.code
    if case.worth is not None:
        return ControlResult(PRICE_KNOWN, _PASSED, wanted, given)
    return ControlResult(PRICE_KNOWN, _FAILED, wanted, given, Reason.PRICE_MISSING)


def order_amount_is_within_max(case: Case) -> ControlResult:
    """The order's worth is at most the order maximum."""
    order_max, worth = case.scope.order_max, case.worth
    if worth is None:
        return ControlResult(
            ORDER_AMOUNT,
            _CANNOT_EVALUATE,
            order_max,
            case.order.amount,
            Reason.ORDER_AMOUNT_MAX,
        )
    if worth.minor_units <= order_max.minor_units:
        return ControlResult(ORDER_AMOUNT, _PASSED, order_max, worth)
    return ControlResult(
        ORDER_AMOUNT, _FAILED, order_max, worth, Reason.ORDER_AMOUNT_MAX
    )


def order_units_are_within_max(case: Case) -> ControlResult | NotArmed:
    """The order asks for at most so many units of its market's base."""
    units_max = case.scope.limits.order_units_max
    if not units_max:
        return NOT_ARMED
    order = case.order
    most = units_max.get(order.market)
    units = units_of(order, case.scope, case.usable)
    if most is None or units is None:
        return ControlResult(
            ORDER_UNITS,
            _CANNOT_EVALUATE,
            "no limit" if most is None else str(most),
            f"{order.amount} {order.amount.currency}",
            Reason.ORDER_UNITS_MAX,
        )
    limit, measured = str(most), render_shortest(units, QUANTITY_DECIMALS)
    if units <= most.units:
        return ControlResult(ORDER_UNITS, _PASSED, limit, measured)
    return ControlResult(ORDER_UNITS, _FAILED, limit, measured, Reason.ORDER_UNITS_MAX)


def daily_amount_is_within_max(case: Case) -> ControlResult:
    """The day's allowed orders with this one are worth at most the daily maximum.

    Counted over the UTC day, per agent or per market and side, from the decision on
    (RTS 6 Art. 15(2)): what the venue later rejects is not given back. A replace counts
    with what it adds to its target.
    """
    past, order, scope, worth = case.past, case.order, case.scope, case.worth
    daily_max = scope.daily_max
    other = past.currency is not None and past.currency.code != scope.currency.code
    if other or worth is None:
        return ControlResult(
            DAILY_AMOUNT,
            _CANNOT_EVALUATE,
            daily_max,
            order.amount,
            Reason.DAILY_AMOUNT_MAX,
        )
    before = (
        sum(past.allowed.values())
        if scope.daily_max_per is _PER_AGENT
        else past.allowed.get((order.market, order.side), 0)
    )
    added = reserved_by(order, worth, case.target)
    total = before + (0 if added is None else added.minor_units)
    if total <= daily_max.minor_units:
        return ControlResult(DAILY_AMOUNT, _PASSED, daily_max, total)
    return ControlResult(
        DAILY_AMOUNT, _FAILED, daily_max, total, Reason.DAILY_AMOUNT_MAX
    )
