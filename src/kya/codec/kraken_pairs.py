"""Kraken's names of assets and markets, and how finely each is counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from kya.codec.kraken_words import UNKNOWN_PAIR, DialectError
from kya.core import tokens
from kya.core.errors import MalformedError, shown

_CODES: Final = {"XBT": "BTC", "XDG": "DOGE"}
"""Kraken's name of an asset where everybody else's is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """An asset: Kraken's name in balances, the one in pairs, and its decimals."""

    name: str
    altname: str
    decimals: int

    @property
    def code(self) -> str:
        """Return everybody else's name."""
        return _CODES.get(self.altname, self.altname)

    def shown(self) -> dict[str, object]:
        """Return what the method Assets says of it."""
        return {
            "aclass": "currency",
            "altname": self.altname,
            "decimals": self.decimals,
            "display_decimals": min(self.decimals, 5),
            "status": "enabled",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A market: its names, the decimals of price and volume, and the least order.

    `base` and `quote` are the names of assets in balances; the least volume is in the
    base, the least cost in the quote, both as decimal text.
    """

    name: str
    altname: str
    market: str
    base: str
    quote: str
    price_decimals: int
    volume_decimals: int
    volume_min: str
    cost_min: str

    def shown(self) -> dict[str, object]:
        """Return what the method AssetPairs says of it."""
        back = {code: name for name, code in _CODES.items()}
        base, quote = self.market.split("/")
        return {
            "altname": self.altname,
            "wsname": f"{back.get(base, base)}/{back.get(quote, quote)}",
            "aclass_base": "currency",
            "base": self.base,
            "aclass_quote": "currency",
            "quote": self.quote,
            "lot": "unit",
            "pair_decimals": self.price_decimals,
            "lot_decimals": self.volume_decimals,
            "lot_multiplier": 1,
            "leverage_buy": [],
            "leverage_sell": [],
            "fees": [[0, 0.25]],
            "fees_maker": [[0, 0.25]],
            "fee_volume_currency": "ZUSD",
            "ordermin": self.volume_min,
            "costmin": self.cost_min,
            "status": "online",
        }


def pair_in(name: str, shown_pair: object) -> Pair:
    """Return one pair of an answer to AssetPairs; MalformedError otherwise."""
    try:
        fields = cast("Mapping[str, object]", shown_pair)
        base, quote = str(fields["wsname"]).split("/")
        pair = Pair(
            name=name,
            altname=str(fields["altname"]),
            market=f"{_CODES.get(base, base)}/{_CODES.get(quote, quote)}",
            base=str(fields["base"]),
            quote=str(fields["quote"]),
            price_decimals=int(str(fields["pair_decimals"])),
            volume_decimals=int(str(fields["lot_decimals"])),
            volume_min=str(fields.get("ordermin", "0")),
            cost_min=str(fields.get("costmin", "0")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedError(
            f"pair {shown(name)}: want a pair of AssetPairs"
        ) from error
    tokens.require(tokens.DECIMAL, "ordermin", pair.volume_min)
    tokens.require(tokens.DECIMAL, "costmin", pair.cost_min)
    return pair


class Pairs:
    """The markets of a venue, found by any of their names."""

    __slots__ = ("_by_name", "all")

    def __init__(self, pairs: Iterable[Pair]) -> None:
        """Know these."""
        self.all = tuple(pairs)
        self._by_name = {
            name: pair
            for pair in self.all
            for name in (pair.market, pair.altname, pair.name)
        }

    @classmethod
    def read(cls, result: object) -> "Pairs":
        """Return the pairs that AssetPairs lists, but for those that no order names."""
        if not isinstance(result, dict):
            raise MalformedError("AssetPairs: want an object of pairs")
        listed = cast("dict[str, dict[str, object]]", result)
        named = [
            pair_in(name, fields)
            for name, fields in listed.items()
            if ":" not in name and "wsname" in fields
        ]
        return cls(p for p in named if tokens.MARKET.fullmatch(p.market))

    def of(self, name: str) -> Pair:
        """Return the pair; DialectError for a name that no market has."""
        pair = self._by_name.get(name)
        if pair is None:
            raise DialectError(UNKNOWN_PAIR)
        return pair
