"""Prices in this process's memory: for tests, and for whoever sets them by hand."""

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter

from kya.core.instant import Instant
from kya.core.price import ReferencePrice


class MemoryPrices:
    """The prices it was given, by market and in order of time."""

    __slots__ = ("_prices",)

    def __init__(self, prices: Iterable[ReferencePrice] = ()) -> None:
        """Know these prices."""
        self._prices: dict[str, list[ReferencePrice]] = {}
        for price in prices:
            self.add(price)

    def add(self, price: ReferencePrice) -> None:
        """Know one more price."""
        known = self._prices.setdefault(price.market, [])
        known.insert(bisect_right(known, price.at, key=attrgetter("at")), price)

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        """Return the newest price of the market that is not after the instant."""
        known = self._prices.get(market, [])
        place = bisect_right(known, instant, key=attrgetter("at"))
        return known[place - 1] if place else None
