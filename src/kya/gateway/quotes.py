"""The prices that an order is judged by, taken at the instant of receipt.

Nothing here awaits, for nothing may between the look at the state and the order's place
in the log. A source that has no price or fails breaks nothing: the controls that
need the price cannot be evaluated then, and the order is denied and on record.
"""

from kya.core.case_of import Inputs
from kya.core.credential import Credential
from kya.core.instant import Instant
from kya.core.order import Order
from kya.core.price import ReferencePrice
from kya.core.price_markets import markets_to_price
from kya.core.valuation import usable_of
from kya.gateway.ports import Prices


def inputs_at(
    prices: Prices | None, order: Order, credential: Credential, received_at: Instant
) -> Inputs:
    """Return the instant and the prices that a decision on this order needs."""
    grant = credential.grant
    if prices is None or grant is None:
        return Inputs(received_at)
    market, conversions = markets_to_price(order, grant.scope)
    if market is None:
        return Inputs(received_at)
    price = _price_at(prices, market, received_at)
    found = [_price_at(prices, name, received_at) for name in conversions]
    # One that cannot be used goes on record all the same: it says why.
    usable = [usable_of(each, grant.scope, received_at) for each in found]
    conversion = next(filter(None, (*usable, *found)), None)
    return Inputs(received_at, price=price, conversion=conversion)


def _price_at(prices: Prices, market: str, instant: Instant) -> ReferencePrice | None:
    """Return the source's price of this very market, or None if it has none."""
    try:
        price = prices.at(market, instant)
    except Exception:  # noqa: BLE001  fail closed: no price, and the order is denied
        return None
    return None if price is None or price.market != market else price
