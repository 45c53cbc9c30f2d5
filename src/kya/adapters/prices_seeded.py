"""Made-up prices for a machine without recorded ones, and they say so.

A walk of one step a minute from an anchor, the same in every run.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from kya.adapters.seeded_path import walk
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.money import Price
from kya.core.price import ReferencePrice

SOURCE: Final = "seeded path, no market's price"
ANCHORS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "BTC/EUR": 6_000_000_000,
        "ETH/EUR": 300_000_000,
        "EUR/USD": 138_000,
        "GBP/EUR": 122_000,
    }
)
"""Where each market's day begins, in units of 10**-5."""

_UNIT: Final = 100_000  # 10**-5 in the units of a price, 10**-10
_MINUTE: Final = 60 * MICROS_PER_SECOND
_MINUTES_A_DAY: Final = 1_440
_STEP_MAX: Final = 6
_HALF_SPREAD: Final = 6


class SeededPrices:
    """Prices of a few markets by a seeded walk; it knows no other market."""

    def __init__(self, seed: int, anchors: Mapping[str, int] = ANCHORS) -> None:
        """Start each market's day at its anchor, in units of 10**-5."""
        self._seed = seed
        self._anchors = anchors
        self._newest: dict[str, ReferencePrice] = {}

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        """Return the price of the minute that the instant lies in, or None."""
        newest = self._newest.get(market)
        if newest is not None and 0 <= instant.micros - newest.at.micros < _MINUTE:
            return newest
        anchor = self._anchors.get(market)
        if anchor is None:
            return None
        number = instant.time_of_day.micros // _MINUTE
        middle = anchor + _day_path(f"{self._seed} {market} {instant.day}")[number]
        price = ReferencePrice(
            market=market,
            bid=Price((middle - _HALF_SPREAD) * _UNIT),
            ask=Price((middle + _HALF_SPREAD) * _UNIT),
            at=instant.day.start.plus(micros=number * _MINUTE),
            source=SOURCE,
        )
        self._newest[market] = price
        return price


@lru_cache(maxsize=64)
def _day_path(seed: str) -> list[int]:
    """Return the walk of one day, a point a minute."""
    return walk(seed, _MINUTES_A_DAY, _STEP_MAX)
