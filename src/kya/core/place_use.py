"""What all agents have used at a place: the day's allowed worth, and open orders."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Self

from kya.core.instant import Day
from kya.core.money import Money
from kya.core.past import NO_DAY

_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceUse:
    """Totals of one place, counted whether it is limited or not.

    `allowed` sums, by currency and in its minor units, what decisions of `day` have
    reserved; it is not given back. `open_orders` counts the allowed orders without a
    final report, cancels apart; a replace counts from when its target has one.
    """

    day: Day = NO_DAY
    allowed: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    open_orders: int = 0

    def on(self, day: Day) -> Self:
        """Return the use as the given day sees it, without another day's sums."""
        if day == self.day:
            return self
        return replace(self, day=day, allowed=_NOTHING)

    def reserving(self, reserved: Money) -> Self:
        """Return the use after a decision of its day that reserves so much."""
        code = reserved.currency.code
        total = self.allowed.get(code, 0) + reserved.minor_units
        return replace(self, allowed={**self.allowed, code: total})

    def opening(self, more: int) -> Self:
        """Return the use with so many more open orders, or fewer."""
        return replace(self, open_orders=self.open_orders + more)


UNUSED: Final = PlaceUse()
"""What is used of a place where no order went."""
