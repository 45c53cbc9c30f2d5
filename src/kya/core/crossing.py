"""Self-trade: an order that could meet another one of the same firm at its venue."""

from collections.abc import Iterable
from typing import NamedTuple

from kya.core.exposure import Exposure, Working
from kya.core.order import Action, Order, Side
from kya.core.scope import Scope


class Facing(NamedTuple):
    """A working order of the firm on the other side; its price in 10**-10, if any."""

    agent: str
    seq: int
    price: int | None


def facing(
    order: Order, scope: Scope, agents: Iterable[tuple[str, Exposure]]
) -> Facing | None:
    """Return the working order that this one would meet first, if it would meet any.

    None, too, where nobody asks: under a scope that does not, and of a cancel. Two
    limit prices meet where the buyer's is not below the seller's; an order without
    one meets any. The order whose place this one is to take does not count.
    """
    if scope.limits.self_trade is None or order.action is Action.CANCEL:
        return None
    found = [
        Facing(name, seq, working.limit)
        for name, exposure in agents
        for seq, working in exposure.working.items()
        if _meets(order, working) and (name, seq) != (order.agent, order.target)
    ]
    return min(found, key=lambda each: _nearness(order, each), default=None)


def _meets(order: Order, working: Working) -> bool:
    """Tell whether the venue could fill the one against the other."""
    if (
        working.side is order.side
        or working.market != order.market
        or working.venue != order.venue
    ):
        return False
    limit = order.limit_price
    if limit is None or working.limit is None:
        return True
    if order.side is Side.BUY:
        return limit.units >= working.limit
    return limit.units <= working.limit


def _nearness(order: Order, found: Facing) -> tuple[int, str, int]:
    """Return what is less for what would be met sooner; of equals, by name and seq."""
    if found.price is None:
        return (-1, found.agent, found.seq)
    # A seller meets the highest bid first, and every price is below 10**28.
    price = found.price if order.side is Side.BUY else 10**28 - found.price
    return (price, found.agent, found.seq)
