"""Controls of exposure: what an agent has at risk, working orders included."""

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
from kya.core.exposure import AtRisk
from kya.core.fixed_point import render_shortest
from kya.core.money import PRICE_DECIMALS, Money
from kya.core.order import Action
from kya.core.reservation import reserved_by

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE


def _limit(id_: str, source: str, unit: str = "") -> Control:
    """Return a limit of exposure, which two people may set aside for one order."""
    return Control(id=id_, version=1, unit=unit, source=source, overridable=True)


OPEN_ORDERS: Final = _limit("open.orders", "RTS 6 Art. 15(4); FIA", "orders")
OPEN_IN_MARKET: Final = _limit("open.market_orders", "RTS 6 Art. 15(4); FIA", "orders")
POSITION: Final = _limit("position.market", "RTS 6 Art. 8(c), 15(4)-(5)")
GROSS: Final = _limit("exposure.gross", "RTS 6 Art. 8(c), 15(4)-(5), 17")
NET: Final = _limit("exposure.net", "RTS 6 Art. 8(c), 15(4)-(5), 17")
VENUE_DAILY: Final = _limit("venue.daily_amount", "RTS 6 Art. 8(d)")
VENUE_CREDIT: Final = _limit("venue.credit", "RTS 6 Art. 15(4); SEC 15c3-5(c)(1)(i)")
SELF_TRADE: Final = Control(
    id="order.self_trade",
    version=1,
    unit="",
    source="MiCA Art. 91(2)(a); (EU) 2025/416 field 43",
)
LATCH_LOSS: Final = Control(
    id="latch.daily_loss", version=1, unit="", source="FIA; RTS 6 Art. 15(4)"
)
LATCH_DRAWDOWN: Final = Control(
    id="latch.drawdown", version=1, unit="", source="FIA; RTS 6 Art. 15(4)"
)


def open_orders_are_few_enough(case: Case) -> ControlResult | NotArmed:
    """At most so many orders of the agent work at once, this one included."""
    most = case.scope.limits.open_orders
    return _count(case, OPEN_ORDERS, most, None, Reason.OPEN_ORDERS)


def open_orders_in_the_market_are_few_enough(case: Case) -> ControlResult | NotArmed:
    """At most so many of them work in the order's market."""
    most = case.scope.limits.open_orders_per_market
    market = case.order.market
    return _count(case, OPEN_IN_MARKET, most, market, Reason.OPEN_IN_MARKET)


def position_stays_within_max(case: Case) -> ControlResult | NotArmed:
    """No outcome of the working orders and this one makes the position too large."""
    most = case.scope.limits.position_max
    if most is None:
        return NOT_ARMED
    added = _added(case)
    worst = None if added is None else _moved(case, added).worst
    return _amount(case, POSITION, most, worst, Reason.POSITION)


def gross_exposure_stays_within_max(case: Case) -> ControlResult | NotArmed:
    """The largest positions that can come of it are, over all markets, no more."""
    most = case.scope.limits.gross_max
    if most is None:
        return NOT_ARMED
    added, worst = _added(case), None
    if added is not None:
        market = case.order.market
        worst = _moved(case, added).worst + sum(
            [
                each.worst
                for name, each in case.past.exposure.markets.items()
                if name != market
            ]
        )
    return _amount(case, GROSS, most, worst, Reason.GROSS)


def net_exposure_stays_within_max(case: Case) -> ControlResult | NotArmed:
    """What is bought less what is sold, over all markets, can come to no more."""
    most = case.scope.limits.net_max
    if most is None:
        return NOT_ARMED
    added, worst = _added(case), None
    if added is not None:
        markets = case.past.exposure.markets.values()
        together = AtRisk(
            sum([each.net for each in markets]),
            sum([each.buying for each in markets]),
            sum([each.selling for each in markets]),
        )
        worst = together.plus(case.order.side, filled=0, counted=added).worst
    return _amount(case, NET, most, worst, Reason.NET)


def venue_sees_no_more_in_a_day(case: Case) -> ControlResult | NotArmed:
    """The day's allowed orders at the venue with this one are worth no more."""
    most = case.scope.limits.venue_daily_max
    if most is None:
        return NOT_ARMED
    past, total = case.past, None
    if case.worth is not None and past.currency in (None, case.scope.currency):
        reserves = reserved_by(case.order, case.worth, case.target)
        more = 0 if reserves is None else reserves.minor_units
        total = past.by_venue.get(case.order.venue, 0) + more
    return _amount(case, VENUE_DAILY, most, total, Reason.VENUE_DAILY)


def venue_credit_is_not_used_up(case: Case) -> ControlResult | NotArmed:
    """What the agent can owe its venue, or the venue it, comes to no more."""
    most = case.scope.limits.venue_credit_max
    if most is None:
        return NOT_ARMED
    added, worst = _added(case), None
    if added is not None:
        at = case.past.exposure.venues.get(case.order.venue, AtRisk())
        worst = at.plus(case.order.side, filled=0, counted=added).worst
    return _amount(case, VENUE_CREDIT, most, worst, Reason.VENUE_CREDIT)


_MEETS_NONE: Final = ControlResult(SELF_TRADE, _PASSED, "none", "none")


def order_meets_no_other_of_the_firm(case: Case) -> ControlResult | NotArmed:
    """No working order of the firm stands where the venue could fill the two."""
    if case.scope.limits.self_trade is None:
        return NOT_ARMED
    found = case.facing
    if found is None:
        return _MEETS_NONE
    price = found.price
    at = "market" if price is None else render_shortest(price, PRICE_DECIMALS)
    measured = f"{found.agent} {found.seq} at {at}"
    return ControlResult(SELF_TRADE, _FAILED, "none", measured, Reason.SELF_TRADE)


def daily_loss_has_not_latched(case: Case) -> ControlResult | NotArmed:
    """The agent has lost no more than so much on any day since people looked."""
    most, profit = case.scope.limits.daily_loss_max, case.past.profit
    worst = None if profit.now is None else profit.loss
    return _amount(case, LATCH_LOSS, most, worst, Reason.LATCH_LOSS)


def drawdown_has_not_latched(case: Case) -> ControlResult | NotArmed:
    """The agent has lost no more than so much of its best since people looked."""
    most, profit = case.scope.limits.drawdown_max, case.past.profit
    worst = None if profit.now is None else profit.drawdown
    return _amount(case, LATCH_DRAWDOWN, most, worst, Reason.LATCH_DRAWDOWN)


def _added(case: Case) -> int | None:
    """Return what the order adds to the risk; None if it cannot be compared."""
    exposure, worth = case.past.exposure, case.worth
    if worth is None or not exposure.is_in(case.scope.currency):
        return None
    return exposure.added_by(case.order, worth)


def _moved(case: Case, added: int) -> AtRisk:
    """Return what is at risk in the order's market with the order."""
    order = case.order
    there = case.past.exposure.markets.get(order.market, AtRisk())
    return there.plus(order.side, filled=0, counted=added)


def _count(
    case: Case, control: Control, most: int | None, market: str | None, reason: Reason
) -> ControlResult | NotArmed:
    """Count the working orders with this one; a replace takes its target's place."""
    if most is None:
        return NOT_ARMED
    working = case.past.exposure.working.values()
    count = len(working)
    if market is not None:
        count = len([each for each in working if each.market == market])
    count += case.order.action is not Action.REPLACE
    return at_most(control, most, count, reason)


def _amount(
    case: Case,
    control: Control,
    most: Money | None,
    measured: int | None,
    reason: Reason,
) -> ControlResult | NotArmed:
    """Compare an amount in the scope's currency with its maximum, if there is one."""
    if most is None:
        return NOT_ARMED
    exposure = case.past.exposure
    if measured is None or not exposure.is_in(case.scope.currency):
        return ControlResult(control, _CANNOT_EVALUATE, most, "unknown", reason)
    if measured <= most.minor_units:
        return ControlResult(control, _PASSED, most, measured)
    return ControlResult(control, _FAILED, most, measured, reason)
