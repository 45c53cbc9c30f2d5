"""What a decision and a venue's report change in an agent's past: reserve, then settle.

Gateway, verifier and back-test take the steps from here, so that all count the same.
"""

from typing import NamedTuple

from kya.core.exposure import Exposure
from kya.core.instant import Instant
from kya.core.latch import Latch
from kya.core.money import Money
from kya.core.order import Action, Order
from kya.core.order_events import VenueReported, VenueStatus
from kya.core.past import Past
from kya.core.price import ReferencePrice
from kya.core.profit import Fill, Profit
from kya.core.valuation import touch


class Decided(NamedTuple):
    """A decision as far as the agent's past goes; `reserved` is what it adds."""

    order: Order
    line_digest: str
    received_at: Instant
    allowed: bool
    worth: Money
    reserved: Money | None
    price: ReferencePrice | None


def past_after_decision(past: Past, decided: Decided) -> Past:
    """Return the past after a decision, which reserves what it allows at once."""
    order, digest, received_at, allowed, worth, reserved, price = decided
    is_order = allowed and order.action is not Action.CANCEL
    quote = None if price is None or price.market != order.market else price
    today = past.on(received_at.day)
    conduct = today.conduct.with_message(
        order,
        received_at.micros,
        None if quote is None else touch(order, quote),
        allowed=is_order,
    )
    exposure, profit = today.exposure, today.profit
    if is_order:
        exposure = exposure.with_order(order, worth)
    if price is not None:
        profit = profit.marked(price)
    counted = today.including(order, digest, counted=reserved)
    return counted._replace(conduct=conduct, exposure=exposure, profit=profit)


def past_after_report(past: Past, order: Order, report: VenueReported) -> Past:
    """Return the past after a venue's report on an order that it was sent.

    What was filled counts as one execution, once no more is to come. That a venue
    cannot cancel an order any more is no reject.
    """
    if report.status is VenueStatus.UNKNOWN or order.action is Action.CANCEL:
        return past
    today = past.on(max(past.day, report.at.day))
    exposure, profit = _settled(today, order, report)
    conduct = today.conduct
    if report.status.is_final and report.filled is not None:
        conduct = conduct.with_execution()
    elif report.status is VenueStatus.REJECTED:
        conduct = conduct.with_reject()
    return today._replace(conduct=conduct, exposure=exposure, profit=profit)


def _settled(
    past: Past, order: Order, report: VenueReported
) -> tuple[Exposure, Profit]:
    """Return what is filled by now, with less reserved, and what that has come to."""
    exposure, profit = past.exposure, past.profit
    working, currency = exposure.working.get(order.seq), exposure.currency
    if working is None or currency is None:
        return exposure, profit
    filled, price, fill = report.filled, report.price, working.fill
    profit = profit.told_in(currency)
    if filled is not None and filled.minor_units > working.filled:
        known = None if price is None else Fill.of(order, filled, price)
        profit = profit.settled(order.market, fill, known, price)
        fill = known or fill
    units = 0 if filled is None else filled.minor_units
    is_final = report.status.is_final
    return exposure.with_fill(order.seq, units, fill, is_final=is_final), profit


def past_after_rearming(past: Past, latch: Latch) -> Past:
    """Return the past after people have set a latch of the agent back."""
    if latch is Latch.LOSSES:
        return past._replace(profit=past.profit.reviewed())
    return past.behaving(past.conduct.rearmed(latch))
