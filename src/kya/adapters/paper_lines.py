"""From permits to the paper venue's messages, and from those to its list and back."""

from typing import Final

from kya.adapters.paper_book import Message
from kya.adapters.paper_journal import Execution
from kya.codec.enums import by_value
from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, OrderType, Side, TimeInForce
from kya.core.order_events import VenueStatus
from kya.gateway.permit import Permit
from kya.gateway.ports import VenueAnswer

_ACTION: Final = by_value("action", Action)
_SIDE: Final = by_value("side", Side)
_STATUS: Final = by_value("status", VenueStatus)
_TIME_IN_FORCE: Final = by_value("time_in_force", TimeInForce)
_NOTHING_YET: Final = VenueAnswer(status=VenueStatus.UNKNOWN)


def message_of(permit: Permit, now: Instant) -> Message:
    """Return what the permit asks of the venue."""
    order = permit.order
    return Message(
        client_id=permit.client_id,
        agent=order.agent,
        client_order_id=order.client_order_id,
        action=order.action,
        market=order.market,
        side=order.side,
        amount=order.amount,
        limit_price=order.limit_price if order.type is OrderType.LIMIT else None,
        time_in_force=order.time_in_force,
        target=permit.target_client_id,
        arrived_at=now,
        answer=_NOTHING_YET,
    )


def execution_of(message: Message, venue: str, arrival: int, now: Instant) -> Execution:
    """Return the line for the venue's list."""
    answer, limit = message.answer, message.limit_price
    return Execution(
        action=message.action.value,
        agent=message.agent,
        amount=str(message.amount),
        arrival=arrival,
        arrived_at=str(message.arrived_at),
        at=str(now),
        client_id=message.client_id,
        client_order_id=message.client_order_id,
        currency=message.amount.currency.code,
        detail=answer.detail,
        filled=None if answer.filled is None else str(answer.filled),
        last_price=None if message.last_price is None else str(message.last_price),
        limit_price=None if limit is None else str(limit),
        market=message.market,
        price=None if answer.price is None else str(answer.price),
        price_source=answer.price_source,
        side=message.side.value,
        status=answer.status.value,
        target=message.target,
        time_in_force=message.time_in_force.value,
        venue=venue,
    )


def message_in(execution: Execution) -> Message:
    """Return the message that a line of the list is of."""
    currency, limit = Currency(execution.currency), execution.limit_price
    last = execution.last_price
    return Message(
        client_id=execution.client_id,
        agent=execution.agent,
        client_order_id=execution.client_order_id,
        action=_ACTION(execution.action),
        market=execution.market,
        side=_SIDE(execution.side),
        amount=Money.parse(execution.amount, currency),
        limit_price=None if limit is None else Price.parse(limit),
        time_in_force=_TIME_IN_FORCE(execution.time_in_force),
        target=execution.target,
        arrived_at=Instant.parse(execution.arrived_at),
        answer=_answer_in(execution, currency),
        last_price=None if last is None else Price.parse(last),
    )


def _answer_in(execution: Execution, currency: Currency) -> VenueAnswer:
    """Return the answer that the line of the list holds."""
    filled, price = execution.filled, execution.price
    return VenueAnswer(
        status=_STATUS(execution.status),
        filled=None if filled is None else Money.parse(filled, currency),
        price=None if price is None else Price.parse(price),
        price_source=execution.price_source,
        detail=execution.detail,
    )
