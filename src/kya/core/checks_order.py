"""Controls of one order: what it is worth, and how much of that a day may see."""

from typing import Final

from kya.core.case import Case
from kya.core.control import Control, ControlOutcome, ControlResult, Reason
from kya.core.reservation import reserved_by
from kya.core.scope import DailyMaxPer

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
    (RTS 6 Art. 15(2)): what the venue later rejects is not given back. A replace counts
    with what it adds to its target.
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
    total = before + reserved_by(order, case.target)
    if total <= daily_max.minor_units:
        return ControlResult(DAILY_AMOUNT, _PASSED, daily_max, total)
    return ControlResult(
        DAILY_AMOUNT, _FAILED, daily_max, total, Reason.DAILY_AMOUNT_MAX
    )
