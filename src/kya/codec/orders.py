"""The order line, `kya/order/v1`: exactly what an agent signs."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, Order, OrderType, Side, TimeInForce

ORDER_TYPE: Final = "kya/order/v1"


class OrderLine(canonical.Statement, frozen=True, kw_only=True):
    """The order on the wire; numbers are decimal strings but for `seq` and `target`."""

    type_: Literal["kya/order/v1"] = msgspec.field(name="_type")
    agent: str
    amount: str
    client_order_id: str
    created_at: str
    credential: str
    currency: str
    market: str
    prev: str
    region: str
    seq: int
    side: str
    time_in_force: str
    type: str
    venue: str
    action: str | msgspec.UnsetType = msgspec.UNSET
    limit_price: str | msgspec.UnsetType = msgspec.UNSET
    target: int | msgspec.UnsetType = msgspec.UNSET


_DECODER: Final = msgspec.json.Decoder(OrderLine)
_ACTION: Final = by_value("action", Action)
_SIDE: Final = by_value("side", Side)
_TYPE: Final = by_value("type", OrderType)
_TIME_IN_FORCE: Final = by_value("time_in_force", TimeInForce)


def parse_order(line: bytes) -> Order:
    """Return the order that the line is the one spelling of, or MalformedError."""
    return canonical.read_line(line, _DECODER, "order", _order_from)


def render_order(order: Order) -> bytes:
    """Return the order's line, LF included."""
    return canonical.encode_line(
        OrderLine(
            type_=ORDER_TYPE,
            agent=order.agent,
            amount=str(order.amount),
            client_order_id=order.client_order_id,
            created_at=str(order.created_at),
            credential=order.credential,
            currency=order.amount.currency.code,
            market=order.market,
            prev=order.prev,
            region=order.region,
            seq=order.seq,
            side=order.side.value,
            time_in_force=order.time_in_force.value,
            type=order.type.value,
            venue=order.venue,
            action=(
                msgspec.UNSET if order.action is Action.NEW else order.action.value
            ),
            limit_price=(
                msgspec.UNSET if order.limit_price is None else str(order.limit_price)
            ),
            target=msgspec.UNSET if order.target is None else order.target,
        )
    )


def _order_from(wire: OrderLine) -> Order:
    """Return the order of its fields."""
    limit_price = wire.limit_price
    return Order(
        agent=wire.agent,
        credential=wire.credential,
        seq=wire.seq,
        prev=wire.prev,
        client_order_id=wire.client_order_id,
        market=wire.market,
        side=_SIDE(wire.side),
        type=_TYPE(wire.type),
        amount=Money.parse(wire.amount, Currency(wire.currency)),
        limit_price=(
            None if limit_price is msgspec.UNSET else Price.parse(limit_price)
        ),
        time_in_force=_TIME_IN_FORCE(wire.time_in_force),
        venue=wire.venue,
        region=wire.region,
        created_at=Instant.parse(wire.created_at),
        action=_action_from(wire.action),
        target=None if wire.target is msgspec.UNSET else wire.target,
    )


def _action_from(word: str | msgspec.UnsetType) -> Action:
    """Return the action; a new order has no word, so that it is spelt in one way."""
    if word is msgspec.UNSET:
        return Action.NEW
    action = _ACTION(word)
    if action is Action.NEW:
        msg = "action: want none for a new order"
        raise MalformedError(msg)
    return action
