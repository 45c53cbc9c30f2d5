"""Reference prices and what they make an order worth, as decisions carry them."""

from typing import Final

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price
from kya.core.price import MarketState, ReferencePrice


class PriceFields(canonical.Statement, frozen=True, kw_only=True):
    """A reference price that the decision used; `state` stands unless it is open."""

    ask: str
    at: str
    bid: str
    market: str
    source: str
    state: str | msgspec.UnsetType = msgspec.UNSET


class WorthFields(canonical.Statement, frozen=True, kw_only=True):
    """What the order is worth in the scope's currency."""

    amount: str
    currency: str


_MARKET_STATE: Final = by_value("state", MarketState)


def price_from(price: PriceFields) -> ReferencePrice:
    """Return the price of its fields; MalformedError if it is none."""
    state = MarketState.OPEN
    if price.state is not msgspec.UNSET:
        state = _MARKET_STATE(price.state)
        if state is MarketState.OPEN:
            msg = "price: want no state where the market is open"
            raise MalformedError(msg)
    return ReferencePrice(
        market=price.market,
        bid=Price.parse(price.bid),
        ask=Price.parse(price.ask),
        at=Instant.parse(price.at),
        source=price.source,
        state=state,
    )


def worth_from(worth: WorthFields | msgspec.UnsetType) -> Money | None:
    """Return the worth of its fields, or None where none stands."""
    if worth is msgspec.UNSET:
        return None
    return Money.parse(worth.amount, Currency(worth.currency))


def price_fields(price: ReferencePrice | None) -> PriceFields | None:
    """Return the reference price as it stands on the wire."""
    if price is None:
        return None
    return PriceFields(
        ask=str(price.ask),
        at=str(price.at),
        bid=str(price.bid),
        market=price.market,
        source=price.source,
        state=(msgspec.UNSET if price.state is MarketState.OPEN else price.state.value),
    )


def worth_fields(worth: Money | None) -> WorthFields | msgspec.UnsetType:
    """Return the worth as it stands on the wire."""
    if worth is None:
        return msgspec.UNSET
    return WorthFields(amount=str(worth), currency=worth.currency.code)
