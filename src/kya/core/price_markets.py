"""Which markets' prices a decision needs: the order's, and one that leads on from it.

Whoever judges an order asks for these and for no other, so that the log does not hold
prices that nothing was measured by.
"""

from typing import Final, NamedTuple

from kya.core.currencies import DECIMALS
from kya.core.order import Action, Order
from kya.core.scope import Scope


class PriceMarkets(NamedTuple):
    """The order's own market, and those of which one carries its amount on.

    `market` is None where the scope asks for no price. `conversions` are in the order
    in which they are to be asked, and there is none where nothing is left to carry.
    """

    market: str | None
    conversions: tuple[str, ...]


NO_MARKETS: Final = PriceMarkets(None, ())


def markets_to_price(order: Order, scope: Scope) -> PriceMarkets:
    """Return the markets whose prices a decision on this order needs.

    A cancel takes risk away and is measured by no price.
    The order's market leads from the one currency of it to the other; a second market
    is needed where that is not the scope's currency either (spec/limits.md §3.2).
    """
    if scope.limits.price_age_millis is None or order.action is Action.CANCEL:
        return NO_MARKETS
    wanted, given = scope.currency.code, order.amount.currency.code
    base, quote = order.market.split("/")
    if given == base:
        reached = quote
    elif given == quote:
        reached = base
    else:
        return PriceMarkets(order.market, ())
    if wanted in (given, reached) or reached not in DECIMALS:
        return PriceMarkets(order.market, ())
    return PriceMarkets(order.market, (f"{reached}/{wanted}", f"{wanted}/{reached}"))
