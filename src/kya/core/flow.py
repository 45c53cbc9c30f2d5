"""What a decision and a venue's report change in an agent's past: reserve, then settle.

Gateway, verifier and back-test take the steps from here, so that all count the same.
"""

from typing import Final, NamedTuple

from kya.core.instant import Instant
from kya.core.money import Money
from kya.core.order import Order
from kya.core.order_events import EXECUTED, VenueReported, VenueStatus
from kya.core.past import Past
from kya.core.price import ReferencePrice
from kya.core.valuation import touch

_REJECTED: Final = frozenset({VenueStatus.REJECTED})


class Decided(NamedTuple):
    """A decision as far as the agent's past goes; `reserved` is what it allowed."""

    order: Order
    line_digest: str
    received_at: Instant
    reserved: Money | None
    price: ReferencePrice | None


def after_decision(past: Past, decided: Decided) -> Past:
    """Return the past after a decision, which reserves what it allows at once."""
    order, digest, received_at, reserved, price = decided
    quote = None if price is None or price.market != order.market else price
    today = past.on(received_at.day)
    conduct = today.conduct.with_message(
        order,
        received_at.micros,
        None if quote is None else touch(order, quote),
        allowed=reserved is not None,
    )
    return today.including(order, digest, counted=reserved).behaving(conduct)


def after_report(past: Past, report: VenueReported) -> Past:
    """Return the past after a venue's report on an order that it was sent."""
    today = past.on(max(past.day, report.at.day))
    if report.status in EXECUTED:
        return today.behaving(today.conduct.with_execution())
    if report.status in _REJECTED:
        return today.behaving(today.conduct.with_reject())
    return today
