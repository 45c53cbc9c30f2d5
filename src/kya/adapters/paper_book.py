"""The paper venue's book: what becomes of one message at a price. Pure."""

from dataclasses import replace
from typing import Final, NamedTuple

from kya.core.instant import Instant
from kya.core.money import Money, Price
from kya.core.order import ACTS_ON_TARGET, Action, Side, TimeInForce
from kya.core.order_events import VenueStatus
from kya.core.price import ReferencePrice
from kya.gateway.ports import VenueAnswer

RESTS: Final = frozenset({TimeInForce.DAY, TimeInForce.GTC})
"""Times in force under which a limit order waits for its price."""


class Message(NamedTuple):
    """What came from the gateway, and what came of it so far.

    `target` is the client id of the order that it acts on; `before` is what was filled
    of that one, and of those in whose place that stood, in minor units. `last_price` is
    that of the last fill. A named tuple, because it changes with each answer.
    """

    client_id: str
    agent: str
    client_order_id: str
    action: Action
    market: str
    side: Side
    amount: Money
    limit_price: Price | None
    time_in_force: TimeInForce
    target: str | None
    arrived_at: Instant
    answer: VenueAnswer
    before: int = 0
    last_price: Price | None = None

    @property
    def is_resting(self) -> bool:
        """Whether there may be more to come."""
        return self.answer.status is VenueStatus.ACKNOWLEDGED

    @property
    def ends_its_target(self) -> bool:
        """Whether it was carried out, and so took another one out of the book."""
        done = self.answer.status is not VenueStatus.REJECTED
        return done and self.action in ACTS_ON_TARGET

    @property
    def filled(self) -> int:
        """Minor units filled so far."""
        return 0 if self.answer.filled is None else self.answer.filled.minor_units

    @property
    def left(self) -> int:
        """Minor units that may still be filled."""
        return self.amount.minor_units - self.before - self.filled


def first_answer(message: Message, price: ReferencePrice | None, most: int) -> Message:
    """Return the new order as it is filled now, at most so far; or rests, or fails."""
    if message.left <= 0:
        return rejected(message, "as much was filled already")
    if price is None:
        return rejected(message, f"no price of {message.market}")
    can_rest = message.limit_price is not None and message.time_in_force in RESTS
    if not _reaches(message, price):
        if can_rest:
            return _answered(message, VenueAnswer(status=VenueStatus.ACKNOWLEDGED))
        return rejected(message, f"the limit is not reached at {_side(message, price)}")
    return _filled(message, price, min(most, message.left), can_rest=can_rest)


def looked_at(message: Message, price: ReferencePrice | None, now: Instant) -> Message:
    """Return a resting order as the moment finds it: filled, expired, or as it was."""
    if not message.is_resting:
        return message
    is_over = now.day.number > message.arrived_at.day.number
    if message.time_in_force is TimeInForce.DAY and is_over:
        return ended(message, "expired at the end of its day")
    if price is None or not _reaches(message, price):
        return message
    return _filled(message, price, message.left, can_rest=True)


def ended(message: Message, why: str) -> Message:
    """Return a resting order that is taken out of the book, with what it has filled."""
    answer = replace(message.answer, status=VenueStatus.CANCELLED, detail=why)
    return _answered(message, answer)


def carried_out(message: Message) -> Message:
    """Return a cancel that has ended its target."""
    return _answered(message, VenueAnswer(status=VenueStatus.CANCELLED))


def _filled(
    message: Message, price: ReferencePrice, units: int, *, can_rest: bool
) -> Message:
    """Return the order with so many more minor units filled at the price."""
    total = message.filled + units
    at, former = _side(message, price), message.answer.price
    if former is not None:
        # What was filled at two prices has their mean, weighted and rounded down.
        worth = former.units * message.filled + at.units * units
        at = Price(worth // total)
    status = VenueStatus.FILLED
    if units < message.left:
        status = VenueStatus.PARTIALLY_FILLED
        if can_rest:
            status = VenueStatus.ACKNOWLEDGED
    answer = VenueAnswer(
        status=status,
        filled=Money(total, message.amount.currency),
        price=at,
        price_source=price.source,
    )
    return message._replace(last_price=_side(message, price), answer=answer)


def _side(message: Message, price: ReferencePrice) -> Price:
    """Return the price at which the order meets the market."""
    return price.ask if message.side is Side.BUY else price.bid


def _reaches(message: Message, price: ReferencePrice) -> bool:
    """Tell whether the order may be filled at this price."""
    limit = message.limit_price
    if limit is None:
        return True
    at = _side(message, price)
    return at <= limit if message.side is Side.BUY else at >= limit


def rejected(message: Message, detail: str) -> Message:
    """Return the message with the venue's word against it."""
    return _answered(message, VenueAnswer(status=VenueStatus.REJECTED, detail=detail))


def _answered(message: Message, answer: VenueAnswer) -> Message:
    """Return the message with this answer."""
    return message._replace(answer=answer)
