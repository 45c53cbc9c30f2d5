"""One line of a price feed (spec/price-feed.md): JSON of others, which nobody signs.

So members may stand in any order and white space is free, unlike in a statement; prices
and instants have one spelling here as everywhere, and no member is unknown.
"""

from typing import Final

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.money import Price
from kya.core.price import MarketState, ReferencePrice


class PriceLine(canonical.Statement, frozen=True, kw_only=True):
    """What the market's best bid and ask were at one instant, as a feed says it."""

    market: str
    bid: str
    ask: str
    at: str
    source: str
    state: str = "open"


_DECODER: Final = msgspec.json.Decoder(PriceLine)
_STATE: Final = by_value("state", MarketState)


def read_price_line(raw: bytes) -> ReferencePrice:
    """Return the price of one line; MalformedError, saying why, if it is none."""
    try:
        line = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        msg = f"price line: {error}"
        raise MalformedError(msg) from error
    return ReferencePrice(
        market=line.market,
        bid=Price.parse(line.bid),
        ask=Price.parse(line.ask),
        at=Instant.parse(line.at),
        source=line.source,
        state=_STATE(line.state),
    )
