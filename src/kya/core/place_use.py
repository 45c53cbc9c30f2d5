"""What all agents have used at a place: the day's allowed worth, and open orders."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from kya.core.instant import Day
from kya.core.money import Money
from kya.core.past import NO_DAY

_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


class PlaceUse(NamedTuple):
    """Totals of one place, counted whether it is limited or not.

    `allowed` sums, by currency and in its minor units, what decisions of `day` have
    reserved; it is not given back. `open_orders` counts the allowed orders without a
    final report, cancels apart; a replace counts from when its target has one. A named
    tuple, because five are made for every order.
    """

    day: Day = NO_DAY
    allowed: Mapping[str, int] = _NOTHING
    open_orders: int = 0

    def on(self, day: Day) -> "PlaceUse":
        """Return the use as the given day sees it, without another day's sums."""
        return self if day == self.day else PlaceUse(day, _NOTHING, self.open_orders)

    def plus(self, day: Day, reserved: Money | None, more: int = 0) -> "PlaceUse":
        """Return the use after a decision of that day: what it reserves, and opens."""
        used_on, allowed, open_orders = self
        if used_on != day:
            allowed = _NOTHING
        if reserved is not None:
            code = reserved.currency.code
            allowed = {**allowed, code: allowed.get(code, 0) + reserved.minor_units}
        return PlaceUse(day, allowed, open_orders + more)

    def opening(self, more: int) -> "PlaceUse":
        """Return the use with so many more open orders, or fewer."""
        day, allowed, open_orders = self
        return PlaceUse(day, allowed, open_orders + more)


UNUSED: Final = PlaceUse()
"""What is used of a place where no order went."""
