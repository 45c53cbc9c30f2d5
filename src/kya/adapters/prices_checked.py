"""One source's prices, given only while a second source says much the same.

A single source that errs, or lies, moves every limit that is measured by it. Two must
agree on both sides of the book; where they do not, nobody knows which is right.
"""

from dataclasses import replace

from kya.core.instant import Instant
from kya.core.limits import BASIS_POINTS_MAX, TEXT_CHARS_MAX
from kya.core.money import Price
from kya.core.price import MarketState, ReferencePrice
from kya.gateway.ports import Prices


class CheckedPrices:
    """The first source's prices, where the second's are at most so far from them."""

    __slots__ = ("_apart_bps_max", "_first", "_second")

    def __init__(self, first: Prices, second: Prices, apart_bps_max: int) -> None:
        """Compare the first source with the second."""
        self._first = first
        self._second = second
        self._apart_bps_max = apart_bps_max

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        """Return the first source's price, as old as the older of both, or None.

        None where the sources differ, or one has no price. A second source whose book
        is crossed or not open confirms nothing.
        """
        first, second = (
            source.at(market, instant) for source in (self._first, self._second)
        )
        if first is None or second is None:
            return None
        if second.is_crossed or second.state is not MarketState.OPEN:
            return None
        most = self._apart_bps_max
        if not (
            _are_within(first.bid, second.bid, most)
            and _are_within(first.ask, second.ask, most)
        ):
            return None
        said = f"{first.source}; within {most} bps of {second.source}"
        return replace(first, at=min(first.at, second.at), source=said[:TEXT_CHARS_MAX])


def _are_within(one: Price, other: Price, bps: int) -> bool:
    """Tell whether two prices are at most so many basis points of the lower apart."""
    apart, lower = abs(one.units - other.units), min(one.units, other.units)
    return apart * BASIS_POINTS_MAX <= bps * lower
