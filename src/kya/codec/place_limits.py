"""Limits of places: the `kya/place-limits/v1` line."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.core.instant import Instant
from kya.core.levels import Place
from kya.core.money import Currency, Money
from kya.core.place_limits import PlaceLimits

_UNSET: Final = msgspec.UNSET


class PlaceLimitsLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/place-limits/v1` on the wire; a limit not set does not stand there."""

    type_: Literal["kya/place-limits/v1"] = msgspec.field(name="_type")
    at: str
    currency: str
    daily_max: str | msgspec.UnsetType = _UNSET
    open_orders: int | msgspec.UnsetType = _UNSET
    order_max: str | msgspec.UnsetType = _UNSET
    place: str
    reason: str


PLACE_LIMITS_TYPE: Final = "kya/place-limits/v1"

_DECODER: Final = msgspec.json.Decoder(PlaceLimitsLine)


def parse_place_limits(line: bytes) -> PlaceLimits:
    """Return the limits of the line; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "place limits", _limits_from)


def render_place_limits(limits: PlaceLimits) -> bytes:
    """Return the limits' line, LF included."""
    return canonical.encode_line(
        PlaceLimitsLine(
            type_=PLACE_LIMITS_TYPE,
            at=str(limits.at),
            currency=limits.currency.code,
            daily_max=_shown(limits.daily_max),
            open_orders=_UNSET if limits.open_orders is None else limits.open_orders,
            order_max=_shown(limits.order_max),
            place=str(limits.place),
            reason=limits.reason,
        )
    )


def _limits_from(wire: PlaceLimitsLine) -> PlaceLimits:
    currency = Currency(wire.currency)
    return PlaceLimits(
        place=Place.parse(wire.place),
        currency=currency,
        order_max=_amount(wire.order_max, currency),
        daily_max=_amount(wire.daily_max, currency),
        open_orders=None if wire.open_orders is _UNSET else wire.open_orders,
        reason=wire.reason,
        at=Instant.parse(wire.at),
    )


def _amount(text: str | msgspec.UnsetType, currency: Currency) -> Money | None:
    return None if text is _UNSET else Money.parse(text, currency)


def _shown(amount: Money | None) -> str | msgspec.UnsetType:
    return _UNSET if amount is None else str(amount)
