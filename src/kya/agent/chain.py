"""What an agent says of itself and of each order, and how orders are chained. Pure."""

from dataclasses import dataclass, replace

from kya.agent.workload import Workload
from kya.codec.canonical import digest, leaf_digest
from kya.codec.note import SignedNote
from kya.codec.orders import parse_order
from kya.core.instant import Instant
from kya.core.money import Money, Price
from kya.core.order import Action, Order, OrderType, Side, TimeInForce
from kya.core.tokens import NO_DIGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who signs: the agent's name, its certificate's SHA-256, and where it runs.

    With a workload, a session begins before the first order, and says what runs.
    """

    agent: str
    credential: str
    region: str
    workload: Workload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """What a bot wants done; the client adds who, when and the place in the chain.

    `target` is the `seq` of the order to replace or cancel.
    """

    client_order_id: str
    market: str
    side: Side
    amount: Money
    venue: str
    type: OrderType = OrderType.MARKET
    limit_price: Price | None = None
    time_in_force: TimeInForce = TimeInForce.IOC
    action: Action = Action.NEW
    target: int | None = None

    @classmethod
    def to_cancel(cls, order: Order, client_order_id: str) -> "Instruction":
        """Return what takes the order back: a cancel repeats what it cancels."""
        return cls(
            client_order_id=client_order_id,
            market=order.market,
            side=order.side,
            amount=order.amount,
            venue=order.venue,
            type=order.type,
            limit_price=order.limit_price,
            time_in_force=order.time_in_force,
            action=Action.CANCEL,
            target=order.seq,
        )

    def in_place_of(self, seq: int) -> "Instruction":
        """Return the same as a replacement of the order under this `seq`."""
        return replace(self, action=Action.REPLACE, target=seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of an agent's chain: the last `seq` and the SHA-256 of its order line."""

    seq: int = 0
    prev: str = NO_DIGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOrder:
    """An order and the one note of it that is ever sent; `leaf` names its log entry."""

    order: Order
    note: bytes
    line_digest: str
    leaf: str

    @classmethod
    def read(cls, note: bytes) -> "SignedOrder":
        """Return the order that a note holds; MalformedError otherwise."""
        text = SignedNote.parse(note).text
        return cls(
            order=parse_order(text),
            note=note,
            line_digest=digest(text),
            leaf=leaf_digest(note),
        )

    @property
    def head(self) -> Head:
        """The chain's end once this order is part of it."""
        return Head(seq=self.order.seq, prev=self.line_digest)


def next_order(
    identity: Identity, head: Head, instruction: Instruction, now: Instant
) -> Order:
    """Return the instruction as the order that follows the head."""
    return Order(
        agent=identity.agent,
        credential=identity.credential,
        seq=head.seq + 1,
        prev=head.prev,
        client_order_id=instruction.client_order_id,
        market=instruction.market,
        side=instruction.side,
        type=instruction.type,
        amount=instruction.amount,
        limit_price=instruction.limit_price,
        time_in_force=instruction.time_in_force,
        venue=instruction.venue,
        region=identity.region,
        created_at=now,
        action=instruction.action,
        target=instruction.target,
    )
