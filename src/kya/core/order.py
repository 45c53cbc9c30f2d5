"""An order: one instruction of one agent, as it was signed."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.money import Money, Price


class Action(Enum):
    """What the order asks for. Its value is the word on the wire; `new` has none."""

    NEW = "new"
    REPLACE = "replace"
    CANCEL = "cancel"
    CONVERT = "convert"
    MARGIN = "margin"
    TRANSFER = "transfer"
    WITHDRAW = "withdraw"

    __hash__ = object.__hash__  # Enum's own takes longer than the rest of a look-up.


ACTS_ON_TARGET: Final = frozenset({Action.REPLACE, Action.CANCEL})
"""What is asked of an order that was sent before; every other action names none."""


class Side(Enum):
    """Which way the base currency moves."""

    BUY = "BUY"
    SELL = "SELL"

    __hash__ = object.__hash__  # Enum's own takes longer than the rest of a look-up.


class OrderType(Enum):
    """How the price is chosen."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"

    __hash__ = object.__hash__  # Enum's own takes longer than the rest of a look-up.


class TimeInForce(Enum):
    """How long the order stands (FIX tag 59)."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"

    __hash__ = object.__hash__  # Enum's own takes longer than the rest of a look-up.


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the agent asks for. It becomes a fill only at the venue.

    `seq` counts from 1 over the agent's whole life, and `prev` is the SHA-256 of the
    agent's previous order line, so that an order left out of the log shows.
    `credential` is the SHA-256 of the certificate that the agent signs under. A cancel
    repeats market, side, venue and amount of its `target`, the `seq` of an earlier
    order; the `amount` of a replace is what both together may come to.
    """

    agent: str
    credential: str
    seq: int
    prev: str
    client_order_id: str
    market: str
    side: Side
    type: OrderType
    amount: Money
    limit_price: Price | None
    time_in_force: TimeInForce
    venue: str
    region: str
    created_at: Instant
    action: Action = Action.NEW
    target: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be an order."""
        tokens.require(tokens.NAME, "agent", self.agent)
        tokens.require(tokens.DIGEST, "credential", self.credential)
        tokens.require(tokens.DIGEST, "prev", self.prev)
        tokens.require(tokens.TOKEN, "client_order_id", self.client_order_id)
        tokens.require(tokens.MARKET, "market", self.market)
        tokens.require(tokens.VENUE, "venue", self.venue)
        tokens.require(tokens.REGION, "region", self.region)
        tokens.require_count("seq", self.seq)
        if self.amount.minor_units == 0:
            msg = "amount: want more than zero"
            raise MalformedError(msg)
        if (self.limit_price is None) is (self.type is OrderType.LIMIT):
            msg = "limit_price: want one for a LIMIT order and none for a MARKET order"
            raise MalformedError(msg)
        if (self.target is not None) is not (self.action in ACTS_ON_TARGET):
            action = self.action.value
            msg = f"target: want one to replace or cancel alone, not to {action}"
            raise MalformedError(msg)
        if self.target is not None:
            tokens.require_count("target", self.target)
