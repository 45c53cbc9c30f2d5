"""The limits that a scope may set beyond the story's: each arms one control or more.

A limit that is not set arms nothing. Each field is read by a control in `checks_*`.
"""

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.limits import BASIS_POINTS_MAX, PRICE_AGE_MILLIS_MAX
from kya.core.money import Quantity
from kya.core.order import OrderType, TimeInForce

NO_UNITS: Final[Mapping[str, Quantity]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a scope sets beyond its maxima; every maximum is inclusive.

    `desk` names the desk whose halts also stop the agent. `order_units_max` is in units
    of the base, for each market of the scope or for none. `price_age_millis` arms the
    reference price, which must be no older; the other limits of prices, in basis
    points, need it. `price_buffer_bps` is added to a price that values an amount.
    """

    desk: str | None = None
    order_types: frozenset[OrderType] | None = None
    times_in_force: frozenset[TimeInForce] | None = None
    order_units_max: Mapping[str, Quantity] = field(
        default_factory=lambda: NO_UNITS, hash=False
    )
    price_age_millis: int | None = None
    price_buffer_bps: int | None = None
    price_collar_bps: int | None = None
    price_warn_bps: int | None = None
    spread_bps: int | None = None

    def __post_init__(self) -> None:
        """Refuse limits that can never be met, or that lack what they are measured by.

        MalformedError names the field and what was expected.
        """
        if self.desk is not None:
            tokens.require(tokens.NAME, "desk", self.desk)
        _require_some("order_types", self.order_types)
        _require_some("times_in_force", self.times_in_force)
        for market in self.order_units_max:
            tokens.require(tokens.MARKET, "order_units_max", market)
        _require_within("price_age_millis", self.price_age_millis, PRICE_AGE_MILLIS_MAX)
        for name in ("price_buffer_bps", "price_collar_bps", "price_warn_bps"):
            _require_within(name, getattr(self, name), BASIS_POINTS_MAX - 1)
        _require_within("spread_bps", self.spread_bps, BASIS_POINTS_MAX - 1)
        self._require_price()

    def _require_price(self) -> None:
        """Raise if a limit of prices is set, but not how old a price may be."""
        for name in PRICE_LIMITS:
            if getattr(self, name) is not None and self.price_age_millis is None:
                msg = f"{name}: want price_age_millis beside it"
                raise MalformedError(msg)
        collar, warn = self.price_collar_bps, self.price_warn_bps
        if warn is not None and (collar is None or warn >= collar):
            msg = "price_warn_bps: want less than price_collar_bps"
            raise MalformedError(msg)


PRICE_LIMITS: Final = (
    "price_buffer_bps",
    "price_collar_bps",
    "price_warn_bps",
    "spread_bps",
)
"""The limits that are measured by the reference price."""


def _require_some(name: str, items: Sized | None) -> None:
    """Raise for a list that is there and names nothing."""
    if items is not None and not items:
        msg = f"{name}: want at least one"
        raise MalformedError(msg)


def _require_within(name: str, value: int | None, most: int) -> None:
    """Raise unless the figure is not set, or from 1 to `most`."""
    if value is not None and not (type(value) is int and 1 <= value <= most):
        msg = f"{name}: want 1 to {most}, got {value}"
        raise MalformedError(msg)


NO_LIMITS: Final = Limits()
"""What a scope sets that names no limit of these."""
