"""An agent's own past as the gateway tells it. No network here."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import msgspec

from kya.agent.chain import Instruction
from kya.agent.exchange import Reply, decode
from kya.codec.enums import by_value
from kya.codec.told_past import ExecutionTold, OrderTold
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


class ToldOrder(OrderTold, frozen=True, kw_only=True):
    """One order on record, and what its agent makes of it."""

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


class ToldExecution(ExecutionTold, frozen=True, kw_only=True):
    """One line of a venue's own list that is of an order of the agent."""

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
