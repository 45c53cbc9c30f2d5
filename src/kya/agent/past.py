"""An agent's own past as the gateway tells it. No network here."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import msgspec

from kya.agent.chain import Instruction
from kya.agent.exchange import Reply, decode
from kya.codec.enums import by_value
from kya.core.decision import Outcome
from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, OrderType, Side, TimeInForce
from kya.core.order_events import VenueStatus

_TYPE: Final = by_value("type", OrderType)
_SIDE: Final = by_value("side", Side)
_LASTING: Final = by_value("time_in_force", TimeInForce)
_WORKS: Final = frozenset(
    {None, VenueStatus.UNKNOWN.value, VenueStatus.ACKNOWLEDGED.value}
)


class ToldOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order on record; `venue` is None until the venue has said something."""

    seq: int
    order: str
    client_order_id: str
    action: str
    market: str
    side: str
    type: str
    amount: str
    currency: str
    limit_price: str | None
    time_in_force: str
    created_at: str
    outcome: str | None
    venue: str | None
    filled: str | None
    price: str | None
    detail: str
    reported_at: str | None
    order_index: int = 0
    reasons: tuple[str, ...] = ()
    target: int | None = None

    @property
    def is_at_venue(self) -> bool:
        """Whether it was allowed, and is an order and not a cancel."""
        is_order = self.action != Action.CANCEL.value
        return is_order and self.outcome == Outcome.ALLOWED.value

    @property
    def is_working(self) -> bool:
        """Whether the venue may still fill it."""
        return self.is_at_venue and self.venue in _WORKS

    @property
    def created(self) -> Instant:
        """When the agent made it."""
        return Instant.parse(self.created_at)

    @property
    def over(self) -> Instant | None:
        """When the venue's last word came, unless it works."""
        if self.is_working or self.reported_at is None:
            return None
        return Instant.parse(self.reported_at)

    def again(self, client_order_id: str, venue: str) -> Instruction:
        """Return an instruction that asks for the same."""
        limit = self.limit_price
        return Instruction(
            client_order_id=client_order_id,
            market=self.market,
            side=_SIDE(self.side),
            amount=Money.parse(self.amount, Currency(self.currency)),
            venue=venue,
            type=_TYPE(self.type),
            limit_price=None if limit is None else Price.parse(limit),
            time_in_force=_LASTING(self.time_in_force),
        )

    def taken_back(self, client_order_id: str, venue: str) -> Instruction:
        """Return an instruction that cancels it."""
        again = self.again(client_order_id, venue)
        return replace(again, action=Action.CANCEL, target=self.seq)


class ToldExecution(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a venue's own list that is of an order of the agent."""

    seq: int
    execution_id: str
    market: str
    side: str
    amount: str
    price: str
    at: str

    @property
    def volume(self) -> Decimal:
        """How much was executed."""
        return Decimal(self.amount)


_ORDERS: Final = msgspec.json.Decoder(list[ToldOrder])
_EXECUTIONS: Final = msgspec.json.Decoder(list[ToldExecution])
_ANYTHING: Final = msgspec.json.Decoder()


def orders_in(reply: Reply) -> list[ToldOrder]:
    """Return the orders that the gateway tells of, the oldest first."""
    return decode(_ORDERS, reply)


def executions_in(reply: Reply) -> list[ToldExecution]:
    """Return the executions that the gateway tells of, the oldest first."""
    return decode(_EXECUTIONS, reply)


def balances_in(reply: Reply) -> object:
    """Return the balances that the gateway passes through."""
    found: object = decode(_ANYTHING, reply)
    return found
