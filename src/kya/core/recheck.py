"""What an order's executions are held against: the limits that it was allowed by.

A decision reckons with prices before the trade. What was executed has prices of its
own, and a limit that is broken only then is no less broken (RTS 6 Art. 17).
"""

from collections.abc import Iterator
from math import lcm
from typing import Final, NamedTuple

from kya.core.execution import Executed
from kya.core.limits import BASIS_POINTS_MAX
from kya.core.money import PRICE_DECIMALS, QUANTITY_DECIMALS, Quantity
from kya.core.order import Order, Side
from kya.core.price import ReferencePrice
from kya.core.scope import Scope
from kya.core.valuation import touch

_ONE: Final = 10**PRICE_DECIMALS
_AMOUNT: Final = 10**QUANTITY_DECIMALS


class Bounds(NamedTuple):
    """The scope that allowed an order, the price it was judged by, what was set aside.

    `aside` are the controls that people had overridden for this order.
    """

    scope: Scope
    price: ReferencePrice | None = None
    aside: tuple[str, ...] = ()


class Done(NamedTuple):
    """What has been executed of an order, in the other currency of its market.

    `paid` adds up amounts of the base times prices; `got` over `by` adds up amounts of
    the quote by prices, as one fraction. Both are exact, of amounts in 10**-18 at
    prices in 10**-10.
    """

    paid: int = 0
    got: int = 0
    by: int = 1

    def plus(self, order: Order, executed: Executed) -> "Done":
        """Return it with one more execution of the order."""
        units, price = executed
        base, quote = order.market.split("/")
        held = order.amount.currency.code
        if held == base:
            return self._replace(paid=self.paid + units * price)
        if held != quote:
            return self
        by = lcm(self.by, price)
        got = self.got * (by // self.by) + units * (by // price)
        return self._replace(got=got, by=by)


def beyond(
    order: Order, bounds: Bounds, executed: Executed, done: Done
) -> Iterator[str]:
    """Yield each limit that an execution breaks; `done` is with it."""
    scope, price, aside = bounds
    if not _is_within_limit(order, executed.price):
        side = "at most" if order.side is Side.BUY else "at least"
        yield f"a price of {side} {order.limit_price} (order.limit_price)"
    bps = scope.limits.price_collar_bps
    if bps is not None and price is not None and "price.collar" not in aside:
        met = touch(order, price)
        if abs(executed.price - met) * BASIS_POINTS_MAX > bps * met:
            told = price.ask if order.side is Side.BUY else price.bid
            yield f"a price within {bps} bps of {told} (price.collar)"
    if "order.amount" not in aside and _is_worth_too_much(order, scope, done):
        most = scope.order_max
        yield f"{most.currency} {most} at most in all (order.amount)"
    units = scope.limits.order_units_max.get(order.market)
    if units is not None and "order.units" not in aside:
        yield from _beyond_units(order, units, done)


def _is_within_limit(order: Order, price: int) -> bool:
    """Tell whether the price is no worse than the order's own limit, if it has one."""
    limit = order.limit_price
    if limit is None:
        return True
    return price <= limit.units if order.side is Side.BUY else price >= limit.units


def _is_worth_too_much(order: Order, scope: Scope, done: Done) -> bool:
    """Tell whether what was executed comes to more than an order may, exactly.

    An amount in the scope's currency is as large as was allowed; of one whose market
    does not lead to it nobody can say more than the decision did.
    """
    base, quote = order.market.split("/")
    held, wanted = order.amount.currency, scope.currency
    scale, most = 10**wanted.decimals, scope.order_max.minor_units
    if (held.code, wanted.code) == (base, quote):
        return bool(done.paid * scale > most * _ONE * _AMOUNT)
    if (held.code, wanted.code) == (quote, base):
        return bool(done.got * _ONE * scale > most * _AMOUNT * done.by)
    return False


def _beyond_units(order: Order, most: Quantity, done: Done) -> Iterator[str]:
    """Yield the limit of units where an amount of the quote bought or sold more."""
    _, quote = order.market.split("/")
    bought = order.amount.currency.code == quote
    if bought and done.got * _ONE > most.units * done.by:
        yield f"{most} units at most in all (order.units)"
