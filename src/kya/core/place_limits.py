"""Limits of places, which all agents share whose orders go there (RTS 6 Art. 15, 17).

An agent's own limits are in its scope. Beside them, people limit a desk, a market, a
venue or the firm; the tightest limit decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Day, Instant
from kya.core.levels import Place, places_of
from kya.core.limits import COUNT_MAX
from kya.core.money import Currency, Money
from kya.core.order import Order
from kya.core.place_use import UNUSED, PlaceUse
from kya.core.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLimits:
    """What the orders of all agents at this place may come to, from now on.

    `order_max` limits the worth of one order, `daily_max` that of all allowed orders of
    one UTC day, `open_orders` how many of them await their final report at once.
    """

    place: Place
    currency: Currency
    order_max: Money | None = None
    daily_max: Money | None = None
    open_orders: int | None = None
    reason: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse limits that limit nothing, or are of another currency."""
        tokens.require_text("reason", self.reason)
        if (self.order_max, self.daily_max, self.open_orders) == (None, None, None):
            msg = "limits: want order_max, daily_max or open_orders"
            raise MalformedError(msg)
        for name, most in (
            ("order_max", self.order_max),
            ("daily_max", self.daily_max),
        ):
            if most is not None and most.currency != self.currency:
                msg = f"{name}: want an amount in {self.currency}"
                raise MalformedError(msg)
        count = self.open_orders
        if count is not None and not (type(count) is int and 1 <= count <= COUNT_MAX):
            msg = f"open_orders: want 1 to {COUNT_MAX}, got {count}"
            raise MalformedError(msg)

    def only_tighten(self, former: "PlaceLimits | None") -> bool:
        """Tell whether each limit is as it was or lower, none is new and none gone."""
        if former is None or former.currency != self.currency:
            return False
        return (
            _is_no_wider(_units(self.order_max), _units(former.order_max))
            and _is_no_wider(_units(self.daily_max), _units(former.daily_max))
            and _is_no_wider(self.open_orders, former.open_orders)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLimited:
    """Limits of a place are on record: the leaf hash of the entry, and who signed."""

    leaf: str
    signed_by: tuple[str, ...]
    limits: PlaceLimits

    def __post_init__(self) -> None:
        """Refuse a leaf hash that is none."""
        tokens.require(tokens.DIGEST, "leaf", self.leaf)

    @property
    def at(self) -> Instant:
        """From when on, as its signers say."""
        return self.limits.at


class LimitedPlace(NamedTuple):
    """The limits of a place, and what all agents have used of them before the order.

    `allowed` is the worth of the day's allowed orders in minor units of the limits'
    currency, `open_orders` how many orders await their final report.
    """

    limits: PlaceLimits
    allowed: int
    open_orders: int


def limits_upon(
    limited: Mapping[Place, PlaceLimited],
    used: Mapping[Place, PlaceUse],
    touched: tuple[Order, Scope],
    day: Day,
) -> tuple[LimitedPlace, ...]:
    """Return the limits where the order goes, in the order of the levels."""
    if not limited:  # An order's way costs microseconds, and most firms limit few.
        return ()
    found: list[LimitedPlace] = []
    for place in places_of(*touched):
        event = limited.get(place)
        if event is not None:
            use = used.get(place, UNUSED).on(day)
            allowed = use.allowed.get(event.limits.currency.code, 0)
            found.append(LimitedPlace(event.limits, allowed, use.open_orders))
    return tuple(found)


def _units(most: Money | None) -> int | None:
    return None if most is None else most.minor_units


def _is_no_wider(most: int | None, former: int | None) -> bool:
    """Tell whether a limit is set as before, and not higher; or, as before, is not."""
    if most is None or former is None:
        return most is former
    return most <= former
