"""Markets under the names that Binance would give them, and how finely each counts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kya.codec.binance_words import no_symbol
from kya.codec.kraken_pairs import Pair
from kya.core.currencies import DECIMALS
from kya.core.money import PRICE_DECIMALS

QUANTITY_MAX: Final = "1000000000"
"""What a client may reckon with; what binds is the mandate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A market by its name in this dialect; steps are decimals, minima decimal text.

    `asset_names` has the names under which an account's balances know base and quote.
    """

    name: str
    market: str
    pair: str
    asset_names: tuple[str, str]
    price_decimals: int
    quantity_decimals: int
    quantity_min: str
    cost_min: str

    @property
    def assets(self) -> tuple[str, str]:
        """Base and quote."""
        base, _, quote = self.market.partition("/")
        return base, quote

    def shown(self) -> dict[str, object]:
        """Return what exchangeInfo says of it: no order but limit and market."""
        base, quote = self.assets
        return {
            "symbol": self.name,
            "status": "TRADING",
            "baseAsset": base,
            "baseAssetPrecision": self.quantity_decimals,
            "quoteAsset": quote,
            "quotePrecision": self.price_decimals,
            "quoteAssetPrecision": self.price_decimals,
            "orderTypes": ["LIMIT", "MARKET"],
            "icebergAllowed": False,
            "ocoAllowed": False,
            "otoAllowed": False,
            "quoteOrderQtyMarketAllowed": False,
            "allowTrailingStop": False,
            "cancelReplaceAllowed": True,
            "amendAllowed": False,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": self._filters(),
            "permissions": ["SPOT"],
            "permissionSets": [["SPOT"]],
            "defaultSelfTradePreventionMode": "NONE",
            "allowedSelfTradePreventionModes": ["NONE"],
        }

    def _filters(self) -> list[dict[str, object]]:
        """Return what an order must fit into, as exchangeInfo lists it."""
        tick, step = _step(self.price_decimals), _step(self.quantity_decimals)
        return [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": tick,
                "maxPrice": QUANTITY_MAX,
                "tickSize": tick,
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": self.quantity_min,
                "maxQty": QUANTITY_MAX,
                "stepSize": step,
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": self.cost_min,
                "applyMinToMarket": True,
            },
        ]


class Symbols:
    """The markets whose base an order can count in, by their names here."""

    __slots__ = ("_by_market", "_by_name", "all")

    def __init__(self, pairs: Iterable[Pair]) -> None:
        """Know these; a name that two markets would share is no name of either."""
        found = [_symbol(pair) for pair in pairs if _base(pair) in DECIMALS]
        named = Counter(symbol.name for symbol in found)
        self.all = tuple(each for each in found if named[each.name] == 1)
        self._by_name = {symbol.name: symbol for symbol in self.all}
        self._by_market = {symbol.market: symbol for symbol in self.all}

    def of(self, name: str | None) -> Symbol:
        """Return the market of that name; BinanceError if there is none."""
        symbol = self._by_name.get(name or "")
        if symbol is None:
            raise no_symbol()
        return symbol

    def name_of(self, market: str) -> str:
        """Return a market's name here, or ours for one that is not listed there."""
        symbol = self._by_market.get(market)
        return market.replace("/", "") if symbol is None else symbol.name

    def asset_codes(self) -> dict[str, str]:
        """Return everybody's name of an asset by the one in an account's balances."""
        return {
            name: code
            for symbol in self.all
            for name, code in zip(symbol.asset_names, symbol.assets, strict=True)
        }


def _symbol(pair: Pair) -> Symbol:
    """Return a pair as a symbol; an amount has no more decimals than its currency."""
    return Symbol(
        name=pair.market.replace("/", ""),
        market=pair.market,
        pair=pair.name,
        asset_names=(pair.base, pair.quote),
        price_decimals=min(pair.price_decimals, PRICE_DECIMALS),
        quantity_decimals=min(pair.volume_decimals, DECIMALS[_base(pair)]),
        quantity_min=pair.volume_min,
        cost_min=pair.cost_min,
    )


def _base(pair: Pair) -> str:
    """Return the code of the currency that its amounts are in."""
    return pair.market.partition("/")[0]


def _step(decimals: int) -> str:
    """Return the least figure with so many decimals."""
    return format(Decimal(1).scaleb(-decimals), "f")
