"""The desk where people limit what all agents may come to at a place."""

from dataclasses import dataclass

from kya.authority import acts
from kya.core.levels import Place
from kya.core.money import Currency, Money
from kya.core.place_limits import PlaceLimits
from kya.wiring.desk import Desk
from kya.wiring.people import People, signers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLimits:
    """Which limits people want at a place, and why; the amounts as they are written."""

    place: Place
    currency: str
    order_max: str | None
    daily_max: str | None
    open_orders: int | None
    reason: str


def limit(desk: Desk, wanted: WantedLimits, people: People) -> int:
    """Return the entry by which these people limit the place, from now on."""
    currency = Currency(wanted.currency)
    signers = signers_of(desk, people)
    value = PlaceLimits(
        place=wanted.place,
        currency=currency,
        order_max=_amount(wanted.order_max, currency),
        daily_max=_amount(wanted.daily_max, currency),
        open_orders=wanted.open_orders,
        reason=wanted.reason,
        at=desk.clock(),
    )
    return desk.remote.append(acts.limit(value, *signers))


def _amount(text: str | None, currency: Currency) -> Money | None:
    return None if text is None else Money.parse(text, currency)
