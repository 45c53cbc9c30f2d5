"""Overrides once more, by plain reading: who signed, for which order, until when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from kya.verify.plain_prices import Fields
from kya.verify.plain_rules import PEOPLE_MIN, Seen, signers_in

LIMIT_OF: Final = {
    "price.spread": "price.spread",
    "price.collar": "price.collar",
    "price.drift": "price.drift",
    "order.amount_max": "order.amount",
    "order.units_max": "order.units",
    "daily.amount_max": "daily.amount",
    "order.duplicate": "order.duplicate",
    "daily.orders": "daily.orders",
    "rate.orders_per_fill": "rate.orders_per_fill",
    "place.order_amount_max": "place.order_amount",
    "place.daily_amount_max": "place.daily_amount",
    "place.open_orders_max": "place.open_orders",
    "open.orders": "open.orders",
    "open.market_orders": "open.market_orders",
    "position.market": "position.market",
    "exposure.gross": "exposure.gross",
    "exposure.net": "exposure.net",
    "venue.daily_amount": "venue.daily_amount",
    "venue.credit": "venue.credit",
    "hours.closed": "hours.window",
    "calendar.closed": "hours.calendar",
}
"""The reasons that an override can set aside, and the control that gives each."""


@dataclass(frozen=True, slots=True)
class PlainOverride:
    """What one override says, and the leaf hash of its entry."""

    leaf: str
    said: Fields

    def sets_aside(self, seen: Seen) -> set[str]:
        """Return those of the reasons that the override sets aside.

        What cannot be weighed stands: an amount that cannot be compared, a price that
        is not there, a day of a year that its calendar does not list.
        """
        named = self.said["controls"]
        weighed = seen.reasons - seen.unweighed
        return {reason for reason in weighed if LIMIT_OF.get(reason) in named}


@dataclass(slots=True)
class PlainOverrides:
    """The overrides that wait for their orders, by the digest of the order's line."""

    waiting: dict[str, PlainOverride] = field(default_factory=dict[str, PlainOverride])

    def take(self, said: Fields, raw: bytes) -> Iterator[str]:
        """Remember an override; yield what is wrong with it, as far as that shows."""
        leaf = sha256(b"\x00" + raw).hexdigest()
        self.waiting[said["order"]] = PlainOverride(leaf, said)
        if len(signers_in(raw)) < PEOPLE_MIN:
            yield "an override by less than two people"
        if said["at"] >= said["expires_at"]:
            yield "an override that ends before it begins"

    def used_by(
        self, order: Fields, line_digest: str, received_at: str
    ) -> PlainOverride | None:
        """Use up the override for this order line; None if there is none in force."""
        found = self.waiting.pop(line_digest, None)
        if found is None or found.said["agent"] != order["agent"]:
            return None
        return None if found.said["expires_at"] < received_at else found
