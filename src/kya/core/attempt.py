"""An attempt: an order as far as it tells how an agent behaves, allowed or not."""

from typing import Final, NamedTuple

from kya.core.instant import Instant
from kya.core.order import Action, Order
from kya.core.price import ReferencePrice

MILLIS: Final = 1_000

CANCEL: Final = Action.CANCEL.value

# A deviation counts tenths of a basis point.
DEVIATION_PARTS: Final = 100_000


class Attempt(NamedTuple):
    """What an order shows of its agent's habits.

    `at` is in milliseconds since 1970, UTC. `market` is the market with the currency of
    the amount, for a size in another unit is another habit. `size` counts minor units;
    `deviation` tenths of a basis point from the reference price, `aux` is any positive
    quantity that the agent chooses; either may be missing. `failed` says that its venue
    is known not to have taken it. A named tuple, because one is made for every order.
    """

    at: int
    market: str
    side: str
    venue: str
    type: str
    region: str
    size: int
    deviation: int | None = None
    aux: int | None = None
    action: str = "new"
    failed: bool = False


def attempt_of(
    order: Order, received_at: Instant, price: ReferencePrice | None
) -> Attempt:
    """Return what a signed order shows, received at this instant."""
    return Attempt(
        at=received_at.micros // MILLIS,
        market=f"{order.market} {order.amount.currency.code}",
        side=order.side.value,
        venue=order.venue,
        type=order.type.value,
        region=order.region,
        size=order.amount.minor_units,
        deviation=_deviation(order, price),
        action=order.action.value,
    )


def _deviation(order: Order, price: ReferencePrice | None) -> int | None:
    """Return how far the limit price is from the middle; toward zero, or unknown."""
    limit = order.limit_price
    if limit is None or price is None or price.market != order.market:
        return None
    middle = price.bid.units + price.ask.units
    apart = abs(2 * limit.units - middle) * DEVIATION_PARTS // middle
    return apart if 2 * limit.units >= middle else -apart
