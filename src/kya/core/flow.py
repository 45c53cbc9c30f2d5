"""What a decision and a venue's report change in an agent's past: reserve, then settle.

Gateway, verifier and back-test take the steps from here, so that all count the same.
"""

from typing import NamedTuple

from kya.core.instant import Instant
from kya.core.latch import Latch
from kya.core.money import Money
from kya.core.order import Action, Order
from kya.core.order_events import VenueReported, VenueStatus
from kya.core.past import Past
from kya.core.price import ReferencePrice
from kya.core.valuation import touch


class Decided(NamedTuple):
    """A decision as far as the agent's past goes; `reserved` is what it adds."""

    order: Order
    line_digest: str
    received_at: Instant
    allowed: bool
    reserved: Money | None
    price: ReferencePrice | None


def past_after_decision(past: Past, decided: Decided) -> Past:
    """Return the past after a decision, which reserves what it allows at once."""
    order, digest, received_at, allowed, reserved, price = decided
    quote = None if price is None or price.market != order.market else price
    today = past.on(received_at.day)
    conduct = today.conduct.with_message(
        order,
        received_at.micros,
        None if quote is None else touch(order, quote),
        allowed=allowed and order.action is not Action.CANCEL,
    )
    return today.including(order, digest, counted=reserved).behaving(conduct)


def past_after_report(past: Past, order: Order, report: VenueReported) -> Past:
    """Return the past after a venue's report on an order that it was sent.

    What was filled counts as one execution, once no more is to come. That a venue
    cannot cancel an order any more is no reject.
    """
    if not report.status.is_final:
        return past
    today = past.on(max(past.day, report.at.day))
    if report.filled is not None:
        return today.behaving(today.conduct.with_execution())
    if report.status is VenueStatus.REJECTED and order.action is not Action.CANCEL:
        return today.behaving(today.conduct.with_reject())
    return today


def past_after_rearming(past: Past, latch: Latch) -> Past:
    """Return the past after people have set a latch of the agent back."""
    return past.behaving(past.conduct.rearmed(latch))
