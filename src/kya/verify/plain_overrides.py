"""Overrides once more, by plain reading: who signed, for which order, until when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from kya.verify.plain_calendars import covers
from kya.verify.plain_rules import (
    PEOPLE_MIN,
    Fields,
    PlainAgent,
    PlainCertificate,
    signers_in,
)

_LIMIT_OF: Final = {
    "order.amount_max": "order.amount",
    "daily.amount_max": "daily.amount",
    "hours.closed": "hours.window",
    "calendar.closed": "hours.calendar",
}
"""The reasons that an override can set aside, and the control that gives each."""


@dataclass(frozen=True, slots=True)
class PlainOverride:
    """What one override says, and the leaf hash of its entry."""

    leaf: str
    said: Fields

    def sets_aside(
        self,
        seen: set[str],
        order: Fields,
        certificate: PlainCertificate,
        agent: PlainAgent,
    ) -> set[str]:
        """Return those of the reasons that the override sets aside.

        Amounts only where they can be compared, and days only of a year that their
        calendar lists: what cannot be weighed stands.
        """
        unit, weighed = certificate.scope["currency"], set(_LIMIT_OF.values())
        if order["currency"] != unit:
            weighed -= {"order.amount", "daily.amount"}
        if agent.currency not in ("", unit):
            weighed -= {"daily.amount"}
        if not covers(certificate.scope["calendar"], agent.day):
            weighed -= {"hours.calendar"}
        named = weighed & set(self.said["controls"])
        return {reason for reason in seen if _LIMIT_OF.get(reason) in named}


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
