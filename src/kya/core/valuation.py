"""What an order is worth in its scope's currency, by reference prices alone.

The agent's own price never makes an order look smaller. Amounts are valued at the
dearer side of the book, moved against the order by the scope's buffer, and rounded up,
so that no maximum is passed because a price moved on the way.
"""

from typing import Final, NamedTuple

from kya.core.currencies import DECIMALS
from kya.core.instant import Instant
from kya.core.limits import BASIS_POINTS_MAX, MINOR_UNITS_MAX
from kya.core.money import PRICE_DECIMALS, QUANTITY_DECIMALS, Money
from kya.core.order import Order, Side
from kya.core.price import MarketState, ReferencePrice
from kya.core.scope import Scope

_ONE: Final = 10**PRICE_DECIMALS
_OPEN: Final = MarketState.OPEN
MICROS_PER_MILLI: Final = 1_000


class Quotes(NamedTuple):
    """The two prices that an order may be valued by, each if it is usable.

    `market` is the order's own market's, `conversion` that of one that leads from a
    currency of it to the scope's.
    """

    market: ReferencePrice | None
    conversion: ReferencePrice | None


class Ratio(NamedTuple):
    """An exact amount in minor units, before it is rounded."""

    numerator: int
    denominator: int
    currency: str


def usable_of(
    price: ReferencePrice | None, scope: Scope, now: Instant
) -> ReferencePrice | None:
    """Return the price if it may value an order: fresh, open and not crossed."""
    age_millis = scope.limits.price_age_millis
    if price is None or age_millis is None:
        return None
    is_usable = (
        0 <= now.micros - price.at.micros <= age_millis * MICROS_PER_MILLI
        and price.state is _OPEN
        and not price.is_crossed
    )
    return price if is_usable else None


def worth_of(order: Order, scope: Scope, quotes: Quotes) -> Money | None:
    """Return the order's worth in the scope's currency, or None if nobody can say.

    An amount must be in the scope's currency, or in one of its market's two.
    """
    wanted = scope.currency
    if order.amount.currency.code == wanted.code:
        return order.amount
    if order.amount.currency.code not in order.market.split("/"):
        return None
    ratio = Ratio(order.amount.minor_units, 1, order.amount.currency.code)
    for price in quotes:
        if price is not None:
            ratio = _through(ratio, price, order, scope)
        if ratio.currency == wanted.code:
            units = -(-ratio.numerator // ratio.denominator)
            return Money(units, wanted) if units <= MINOR_UNITS_MAX else None
    return None


def units_of(order: Order, scope: Scope, price: ReferencePrice | None) -> int | None:
    """Return how much of the base the order asks for, in 10**-18, rounded up.

    None where the amount is in the quote currency and no usable price says how much.
    """
    base, quote = order.market.split("/")
    amount = order.amount
    ratio = Ratio(amount.minor_units, 1, amount.currency.code)
    if amount.currency.code == quote and price is not None:
        ratio = _through(ratio, price, order, scope)
    if ratio.currency != base:
        return None
    scale: int = 10 ** (QUANTITY_DECIMALS - DECIMALS[base])
    return -(-ratio.numerator * scale // ratio.denominator)


def _through(ratio: Ratio, price: ReferencePrice, order: Order, scope: Scope) -> Ratio:
    """Return the amount in the other currency of the price's market, at the worse side.

    Unchanged where the market has nothing to do with the amount's currency.
    """
    base, quote = price.market.split("/")
    if base not in DECIMALS or quote not in DECIMALS:
        return ratio
    buffer = scope.limits.price_buffer_bps or 0
    limit = order.limit_price if price.market == order.market else None
    given, scale = DECIMALS[ratio.currency], _ONE * BASIS_POINTS_MAX
    if ratio.currency == base:
        worst = price.ask.units * (BASIS_POINTS_MAX + buffer)
        if limit is not None:
            worst = max(worst, limit.units * BASIS_POINTS_MAX)
        return Ratio(
            ratio.numerator * worst * 10 ** DECIMALS[quote],
            ratio.denominator * scale * 10**given,
            quote,
        )
    if ratio.currency == quote:
        worst = price.bid.units * (BASIS_POINTS_MAX - buffer)
        if limit is not None:
            worst = min(worst, limit.units * BASIS_POINTS_MAX)
        return Ratio(
            ratio.numerator * scale * 10 ** DECIMALS[base],
            ratio.denominator * worst * 10**given,
            base,
        )
    return ratio


def touch(order: Order, price: ReferencePrice) -> int:
    """Return the price at which the order would meet the book, in 10**-10."""
    return (price.ask if order.side is Side.BUY else price.bid).units
