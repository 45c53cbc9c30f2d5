"""What comes of each message of a FIX bot: an instruction that is judged, or a word.

What the log must not miss goes through the gateway, denials among it; what is no order
at all is refused here.
"""

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from kya.agent.chain import Instruction
from kya.agent.fix_answers import change_denied, order_denied
from kya.agent.fix_judge import Judge, Judged
from kya.agent.fix_orders import PlacedOrders
from kya.agent.fix_placed import Placed, names_of
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.order import Action
from kya.fix.limits import MESSAGES_WAITING_MAX
from kya.fix.message import Message, Received, fields
from kya.fix.orders import (
    RefusedError,
    WantedOrder,
    client_id_in,
    read_cancel,
    read_order,
    require_known,
)
from kya.fix.reports import (
    NONE,
    ExecType,
    OrdStatus,
    unknown_order,
)
from kya.fix.tags import MsgType, Tag

_ALL: Final = "7"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Where orders go, what the bot's end means, and what is too old or too much.

    `waiting_max` messages may wait for the gateway; one more is refused at once.
    """

    venue: str
    cancels_on_disconnect: bool = False
    resent_seconds_max: int = 30
    waiting_max: int = MESSAGES_WAITING_MAX


class FixRoads:
    """One road for each kind of message; what it leads to is said by `say`."""

    def __init__(
        self,
        judge: Judge,
        orders: PlacedOrders,
        manners: Manners,
        say: Callable[[Message], None],
        clock: Callable[[], Instant],
    ) -> None:
        """Have instructions judged by this judge, and follow the orders here."""
        self._judge = judge
        self._orders = orders
        self._manners = manners
        self._say = say
        self._clock = clock
        self.by_type: Mapping[str, Callable[[Received], Awaitable[None]]] = {
            MsgType.NEW_ORDER_SINGLE: self._new,
            MsgType.ORDER_CANCEL_REPLACE_REQUEST: self._replace,
            MsgType.ORDER_CANCEL_REQUEST: self._cancel,
            MsgType.ORDER_STATUS_REQUEST: self._status,
            MsgType.ORDER_MASS_CANCEL_REQUEST: self._cancel_all,
        }

    async def _new(self, received: Received) -> None:
        """Sign an order, and have it judged."""
        wanted = read_order(received.message)
        known = self._orders.of(wanted.client_id)
        if known is not None and received.is_possible_resend:
            self._say(known.report(ExecType.STATUS, self._clock()).message())
            return
        self._require_fresh(received)
        instruction = self._instruction(wanted)
        judged = await self._judge.judged(instruction)
        if judged is None or not judged.allowed:
            self._say(order_denied(wanted, judged, self._clock()).message())
            return
        placed = _placed(instruction, judged)
        self._say(placed.report(ExecType.PENDING_NEW, self._clock()).message())
        self._orders.place(placed)

    async def _replace(self, received: Received) -> None:
        """Have an order put into the place of a working one."""
        wanted = read_order(received.message)
        self._require_fresh(received)
        target = self._target(wanted.original)
        instruction = self._instruction(wanted).in_place_of(target.seq)
        with _held(target):
            judged = await self._judge.judged(instruction)
        if judged is None or not judged.allowed:
            self._say(change_denied(wanted.client_id, target, judged, "2"))
            return
        placed = _placed(instruction, judged)
        placed.original, placed.status = target.client_id, OrdStatus.PENDING_REPLACE
        placed.before, target.heir = target.before + target.filled, placed
        self._say(placed.report(OrdStatus.PENDING_REPLACE, self._clock()).message())
        self._orders.place(placed)

    async def _cancel(self, received: Received) -> None:
        """Have a working order cancelled."""
        wanted = read_cancel(received.message)
        target = self._target(wanted.original)
        if (wanted.market, wanted.side) != (
            target.instruction.market,
            target.instruction.side,
        ):
            raise RefusedError(Tag.SYMBOL, "want the market and side of the order")
        await self.cancelled(target, wanted.client_id)

    async def cancelled(self, target: Placed, client_id: str) -> bool:
        """Have one order cancelled; tell whether the gateway allowed that."""
        instruction = replace(
            target.instruction,
            client_order_id=client_id,
            action=Action.CANCEL,
            target=target.seq,
        )
        with _held(target):
            judged = await self._judge.judged(instruction)
        if judged is None or not judged.allowed:
            self._say(change_denied(client_id, target, judged, "1"))
            return False
        target.cancel = client_id
        said = target.report(
            OrdStatus.PENDING_CANCEL,
            self._clock(),
            client_id=client_id,
            original=target.client_id,
        )
        names = names_of(judged.leaf, judged.seq, judged.index)
        said = replace(said, status=OrdStatus.PENDING_CANCEL, more=names)
        self._say(said.message())
        self._orders.cancelling(judged.seq, target)
        return True

    async def _status(self, received: Received) -> None:
        """Say how an order stands, as far as the log knows."""
        require_known(received.message)
        name = client_id_in(received.message)
        placed = self._orders.of(name)
        if placed is not None:
            self._say(placed.report(ExecType.STATUS, self._clock()).message())
            return
        self._say(unknown_order(received.message, self._clock()).message())

    async def _cancel_all(self, received: Received) -> None:
        """Have every working order cancelled, one after the other."""
        message = received.message
        require_known(message)
        name, kind = client_id_in(message), message.get(Tag.MASS_CANCEL_REQUEST_TYPE)
        count = 0
        if kind == _ALL:
            for number, placed in enumerate(self._orders.working(), start=1):
                count += await self.cancelled(placed, f"{name}:{number}"[-64:])
        said = fields(
            (Tag.CL_ORD_ID, name),
            (Tag.ORDER_ID, NONE),
            (Tag.MASS_CANCEL_REQUEST_TYPE, kind),
            (Tag.MASS_CANCEL_RESPONSE, _ALL if kind == _ALL else "0"),
            (Tag.MASS_CANCEL_REJECT_REASON, "" if kind == _ALL else "0"),
            (Tag.TOTAL_AFFECTED_ORDERS, str(count)),
        )
        self._say(Message(MsgType.ORDER_MASS_CANCEL_REPORT, said))

    def _instruction(self, wanted: WantedOrder) -> Instruction:
        """Return what the agent signs."""
        return Instruction(
            client_order_id=wanted.client_id,
            market=wanted.market,
            side=wanted.side,
            amount=wanted.amount,
            venue=self._manners.venue,
            type=wanted.type,
            limit_price=wanted.limit,
            time_in_force=wanted.lasting,
        )

    def _target(self, name: str) -> Placed:
        """Return the order of this name; RefusedError if none was placed."""
        placed = self._orders.of(name)
        if placed is None:
            raise RefusedError(Tag.ORIG_CL_ORD_ID, "want the name of an order")
        return placed

    def _require_fresh(self, received: Received) -> None:
        """Raise for an order that was first sent too long ago."""
        first = received.first_sent_at
        if first is None:
            return
        waited = (self._clock().micros - first.micros) // MICROS_PER_SECOND
        if waited > self._manners.resent_seconds_max:
            most = self._manners.resent_seconds_max
            raise RefusedError(
                Tag.ORIG_SENDING_TIME, f"{waited} s ago; want {most} s at most"
            )


@contextmanager
def _held(target: Placed) -> Generator[None]:
    """Let nothing be told of an order while what acts on it is judged."""
    target.held += 1
    try:
        yield
    finally:
        target.held -= 1


def _placed(instruction: Instruction, judged: Judged) -> Placed:
    """Return an order that was allowed just now."""
    return Placed(
        instruction=instruction,
        seq=judged.seq,
        leaf=judged.leaf,
        index=judged.index,
    )
