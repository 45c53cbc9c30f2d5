"""What an order's executions are held against: the limits that it was allowed by.

A decision reckons with prices before the trade. What was executed has prices of its
own, and a limit that is broken only then is no less broken (RTS 6 Art. 17).
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from kya.core.execution import Executed
from kya.core.limits import BASIS_POINTS_MAX
from kya.core.money import PRICE_DECIMALS, QUANTITY_DECIMALS, Quantity
from kya.core.order import Order, Side
from kya.core.price import ReferencePrice
from kya.core.scope import Scope
from kya.core.valuation import touch

_ONE: Final = 10**PRICE_DECIMALS


class Bounds(NamedTuple):
    """The scope that allowed an order, the price it was judged by, what was set aside.

    `aside` are the controls that people had overridden for this order.
    """

    scope: Scope
    price: ReferencePrice | None = None
    aside: tuple[str, ...] = ()


class Done(NamedTuple):
    """What has been executed of an order, in both currencies of its market.

    `paid` adds up minor units times price, `got` minor units by price, both exactly, at
    prices in 10**-10.
    """

    paid: int = 0
    got: Fraction = Fraction(0)

    def plus(self, executed: Executed) -> "Done":
        """Return it with one more execution."""
        units, price = executed
        return Done(self.paid + units * price, self.got + Fraction(units, price))


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
    most = scope.order_max
    if "order.amount" not in aside and _value(order, scope, done) > most.minor_units:
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


def _value(order: Order, scope: Scope, done: Done) -> Fraction:
    """Return what was executed in minor units of the scope's currency, exactly.

    Nothing where the amount is in that currency, and so is as large as was allowed, or
    where the market does not lead to it.
    """
    base, quote = order.market.split("/")
    held, wanted = order.amount.currency, scope.currency
    if (held.code, wanted.code) == (base, quote):
        return Fraction(done.paid * 10**wanted.decimals, _ONE * 10**held.decimals)
    if (held.code, wanted.code) == (quote, base):
        return done.got * Fraction(_ONE * 10**wanted.decimals, 10**held.decimals)
    return Fraction(0)


def _beyond_units(order: Order, most: Quantity, done: Done) -> Iterator[str]:
    """Yield the limit of units where an amount of the quote bought or sold more."""
    _, quote = order.market.split("/")
    held = order.amount.currency
    if held.code != quote:
        return
    units = done.got * Fraction(_ONE * 10**QUANTITY_DECIMALS, 10**held.decimals)
    if units > most.units:
        yield f"{most} units at most in all (order.units)"
