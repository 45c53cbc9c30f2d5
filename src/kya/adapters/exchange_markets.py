"""The paper exchange's markets and assets, and what its public methods say of them."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from email.utils import format_datetime
from typing import Final

from kya.adapters.exchange_candles import candles
from kya.adapters.exchange_order import Quote
from kya.codec.kraken_pairs import Asset, Pair, Pairs
from kya.codec.kraken_shapes import plain, seconds
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.gateway.ports import Prices

ASSETS: Final = (
    Asset(name="XXBT", altname="XBT", decimals=10),
    Asset(name="XETH", altname="ETH", decimals=10),
    Asset(name="ZEUR", altname="EUR", decimals=4),
    Asset(name="ZUSD", altname="USD", decimals=4),
)
FUNDS: Final = {
    "XXBT": Decimal(10),
    "XETH": Decimal(100),
    "ZEUR": Decimal(1_000_000),
    "ZUSD": Decimal(1_000_000),
}
"""What the one account begins with."""


def _pair(name: str, market: str, decimals: int, least: tuple[str, str]) -> Pair:
    """Return a market that counts volumes in eight decimals, as Kraken's do."""
    volume_min, cost_min = least
    return Pair(
        name=name,
        altname=name.replace("XXBT", "XBT").replace("XETH", "ETH").replace("Z", ""),
        market=market,
        base=name[:4],
        quote=name[4:],
        price_decimals=decimals,
        volume_decimals=8,
        volume_min=volume_min,
        cost_min=cost_min,
    )


PAIRS: Final = Pairs(
    (
        _pair("XXBTZEUR", "BTC/EUR", 1, ("0.00005", "0.45")),
        _pair("XETHZEUR", "ETH/EUR", 2, ("0.002", "0.45")),
        _pair("ZEURZUSD", "EUR/USD", 5, ("0.5", "0.5")),
    )
)
_SPREAD_OF_A_BOOK: Final = 5


class Markets:
    """The market's quotes, each rounded away from whoever takes it."""

    def __init__(self, prices: Prices, pairs: Pairs = PAIRS) -> None:
        """Quote these prices."""
        self._prices = prices
        self.pairs = pairs

    def quote(self, pair: Pair, now: Instant) -> Quote | None:
        """Return bid and ask of this moment, or None where there is no market."""
        price = self._prices.at(pair.market, now)
        if price is None:
            return None
        unit = Decimal(1).scaleb(-pair.price_decimals)
        return Quote(
            bid=Decimal(str(price.bid)).quantize(unit, ROUND_FLOOR),
            ask=Decimal(str(price.ask)).quantize(unit, ROUND_CEILING),
        )

    def ticker(self, names: str, now: Instant) -> dict[str, object]:
        """Return what Ticker says of the pairs, all of them unless some are named."""
        wanted = [self.pairs.of(each) for each in names.split(",")] if names else None
        found: dict[str, object] = {}
        for pair in wanted or self.pairs.all:
            quote = self.quote(pair, now)
            if quote is None:
                continue
            bid, ask = plain(quote.bid), plain(quote.ask)
            found[pair.name] = {
                "a": [ask, "1", "1.000"],
                "b": [bid, "1", "1.000"],
                "c": [bid, "1.00000000"],
                "v": ["0", "0"],
                "p": [bid, bid],
                "t": [0, 0],
                "l": [bid, bid],
                "h": [ask, ask],
                "o": bid,
            }
        return found

    def depth(self, name: str, now: Instant) -> dict[str, object]:
        """Return what Depth says of a pair: a few levels around the quote."""
        pair = self.pairs.of(name)
        quote = self.quote(pair, now)
        unit, at = Decimal(1).scaleb(-pair.price_decimals), int(seconds(now))
        asks, bids = list[object](), list[object]()
        for step in range(_SPREAD_OF_A_BOOK if quote else 0):
            if quote is not None:
                asks.append([plain(quote.ask + step * unit), "1.000", at])
                bids.append([plain(quote.bid - step * unit), "1.000", at])
        return {pair.name: {"asks": asks, "bids": bids}}

    def candles(self, parameters: Mapping[str, str], now: Instant) -> dict[str, object]:
        """Return what OHLC says of a pair."""
        pair = self.pairs.of(parameters.get("pair", ""))
        found, last = candles(
            lambda at: self.quote(pair, at),
            parameters.get("interval", "1"),
            parameters.get("since", "0"),
            now,
        )
        return {pair.name: found, "last": last}

    def about_pairs(self, names: str) -> dict[str, object]:
        """Return what AssetPairs says of the pairs, of all unless some are named."""
        wanted = [self.pairs.of(each) for each in names.split(",")] if names else None
        return {pair.name: pair.shown() for pair in wanted or self.pairs.all}


def about_assets() -> dict[str, object]:
    """Return what Assets says."""
    return {asset.name: asset.shown() for asset in ASSETS}


def about_time(now: Instant) -> dict[str, object]:
    """Return what Time says."""
    return {
        "unixtime": now.micros // MICROS_PER_SECOND,
        "rfc1123": format_datetime(now.to_datetime(), usegmt=True),
    }
