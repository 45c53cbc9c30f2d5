"""A venue behind FIX 4.4: orders, each sent once, known there by our client id.

Numbers are the session's promise: a venue that answers a question has dealt with every
message before it. What got lost on the way is never sent again; a gap is filled in its
place, and what became of the order is asked.
"""

from decimal import Decimal
from pathlib import Path
from typing import Final

from kya.adapters.fix_executions import FixExecutions, filled_in
from kya.adapters.fix_link import FixLink, Reach
from kya.adapters.sent_once import SentOnce
from kya.core.errors import MalformedError, TransientError
from kya.core.exact_fill import filled_of
from kya.core.fixed_point import render_shortest
from kya.core.limits import TEXT_CHARS_MAX
from kya.core.money import QUANTITY_DECIMALS, Currency
from kya.core.order import Order, OrderType, Side
from kya.core.order_events import VenueStatus
from kya.fix.message import Message, fields
from kya.fix.orders import WantedCancel, WantedOrder, cancel_message, order_message
from kya.fix.reports import ExecType, OrdReject, OrdStatus, read_report
from kya.fix.store import Store
from kya.fix.tags import MsgType, Tag
from kya.gateway.permit import Permit
from kya.gateway.ports import Clock, VenueAnswer

ARRIVAL_SECONDS: Final = 10
"""After this, what the venue does not know will not arrive."""

_STATUS: Final = {
    OrdStatus.NEW: VenueStatus.ACKNOWLEDGED,
    OrdStatus.PARTIALLY_FILLED: VenueStatus.ACKNOWLEDGED,
    OrdStatus.PENDING_CANCEL: VenueStatus.ACKNOWLEDGED,
    OrdStatus.PENDING_REPLACE: VenueStatus.ACKNOWLEDGED,
    OrdStatus.FILLED: VenueStatus.FILLED,
    OrdStatus.CANCELED: VenueStatus.CANCELLED,
    OrdStatus.REPLACED: VenueStatus.CANCELLED,
    OrdStatus.EXPIRED: VenueStatus.CANCELLED,
    OrdStatus.REJECTED: VenueStatus.REJECTED,
}
"""Every other word is one of an order on its way: then nobody knows yet."""

_RECALL: Final = "r-"


class FixVenue(SentOnce):
    """Sends permits through one session, and asks what became of them."""

    def __init__(self, reach: Reach, store: Store, clock: Clock, path: Path) -> None:
        """Remember beside the path what was sent, and what was executed."""
        super().__init__(clock, path, ARRIVAL_SECONDS)
        self.executions = FixExecutions(path.with_suffix(".executions"))
        self.link = FixLink(reach, store, clock, self.executions.take)
        self._recalls = 0

    async def submit(self, permit: Permit) -> VenueAnswer:
        """Send the order once; a rejection says that nothing was done."""
        return await self._sent(permit, "")

    async def replace(self, permit: Permit) -> VenueAnswer:
        """Send the order into the place of its target."""
        return await self._sent(permit, permit.target_client_id or "")

    async def cancel(self, permit: Permit) -> VenueAnswer:
        """Cancel the target by its client id; to ask twice changes nothing."""
        client_id, target = permit.client_id, permit.target_client_id or ""
        if self.messages.of(client_id) is not None:
            return await self._word_on(client_id)
        await self.link.up()
        sent = self._begun(client_id, target)
        said = await self._cancelled(client_id, target, permit.order)
        if said.type != MsgType.EXECUTION_REPORT:
            why = said.get(Tag.TEXT) or "it was not cancelled"
            return self._ended(sent, VenueStatus.REJECTED, why)
        return await self._word_on(client_id)

    async def recall(self, client_id: str) -> VenueAnswer | None:
        """Cancel an order without a permit, and return what became of it."""
        asked = Message(
            MsgType.ORDER_STATUS_REQUEST, fields((Tag.CL_ORD_ID, client_id))
        )
        said = await self.link.ask(asked, (MsgType.ORDER_STATUS_REQUEST, client_id))
        status = said.get(Tag.ORD_STATUS)
        if _STATUS.get(status) is VenueStatus.ACKNOWLEDGED:
            await self._recalled(client_id, said)
        return await self.query(client_id)

    async def close(self) -> None:
        """End the session, and give back the files."""
        await self.link.close()
        self.messages.close()
        self.executions.close()

    async def _sent(self, permit: Permit, target: str) -> VenueAnswer:
        """Send an order or a replacement once, and return what came of it."""
        client_id, order = permit.client_id, permit.order
        if self.messages.of(client_id) is not None:
            return await self._word_on(client_id)
        base = order.market.partition("/")[0]
        if order.amount.currency.code != base:
            why = f"an amount in {order.amount.currency}; want it in {base}"
            return self._never_sent(client_id, why)
        await self.link.up()  # Until here nothing has left, and nothing is remembered.

        # Commit point: after this line it may have left, and is never sent again.
        sent = self._begun(client_id)
        message = order_message(_wanted(order, client_id, target), self._clock.now())
        said = await self.link.ask(message, (MsgType.NEW_ORDER_SINGLE, client_id))
        is_report = said.type == MsgType.EXECUTION_REPORT
        if is_report and said.get(Tag.EXEC_TYPE) != ExecType.REJECTED:
            self._accepted[client_id] = said.get(Tag.ORDER_ID)
            return await self._word_on(client_id)
        why = said.get(Tag.TEXT) or "it was rejected"
        return self._ended(sent, VenueStatus.REJECTED, why)

    async def _cancelled(self, client_id: str, target: str, order: Order) -> Message:
        """Ask for a cancel, and return what is said to that."""
        wanted = WantedCancel(
            client_id=client_id, original=target, market=order.market, side=order.side
        )
        message = cancel_message(wanted, str(order.amount), self._clock.now())
        return await self.link.ask(message, (MsgType.NEW_ORDER_SINGLE, client_id))

    async def _recalled(self, client_id: str, status: Message) -> None:
        """Ask for a cancel of our own; a venue wants another name for each."""
        self._recalls += 1
        micros = self._clock.now().micros
        name = f"{_RECALL}{micros}-{self._recalls}-{client_id}"[:32]
        side = Side.BUY if status.get(Tag.SIDE) == "1" else Side.SELL
        wanted = WantedCancel(
            client_id=name,
            original=client_id,
            market=status.get(Tag.SYMBOL),
            side=side,
        )
        message = cancel_message(wanted, status.get(Tag.ORDER_QTY), self._clock.now())
        await self.link.ask(message, (MsgType.NEW_ORDER_SINGLE, name))

    async def _listed_order(self, client_id: str) -> VenueAnswer | None:
        """Return how the venue says that an order stands, None where it knows none."""
        asked = Message(
            MsgType.ORDER_STATUS_REQUEST, fields((Tag.CL_ORD_ID, client_id))
        )
        said = await self.link.ask(asked, (MsgType.ORDER_STATUS_REQUEST, client_id))
        if said.type != MsgType.EXECUTION_REPORT:
            raise TransientError(f"{client_id}: {said.get(Tag.TEXT) or said.type}")
        if said.get(Tag.ORD_REJ_REASON) == OrdReject.UNKNOWN_ORDER:
            return None
        return self._answer_in(said, client_id)

    def _answer_in(self, message: Message, client_id: str) -> VenueAnswer:
        """Return what an order has come to, by its executions.

        TransientError while the two do not agree.
        """
        try:
            report = read_report(message)
            currency = Currency(report.market.partition("/")[0])
        except MalformedError as error:
            raise TransientError(f"an order that cannot be read: {error}") from error
        status = _STATUS.get(report.status)
        if status is None:
            raise TransientError(f"{client_id}: stands at {report.status!r}")
        units, price = filled_in(self.executions.of(client_id), currency)
        own = render_shortest(units, QUANTITY_DECIMALS)
        filled, exact = filled_of(units, currency)
        is_whole = report.filled == Decimal(own)
        if not (is_whole or report.original):
            raise TransientError(f"filled {report.filled}, of which {own} are executed")
        detail = report.text[:TEXT_CHARS_MAX]
        return VenueAnswer(
            status=status,
            filled=filled,
            exact=exact,
            price=price,
            detail=detail if detail.isprintable() else "",
        )


def _wanted(order: Order, client_id: str, target: str) -> WantedOrder:
    """Return what the venue is asked for."""
    return WantedOrder(
        client_id=client_id,
        market=order.market,
        side=order.side,
        type=order.type,
        amount=order.amount,
        limit=order.limit_price if order.type is OrderType.LIMIT else None,
        lasting=order.time_in_force,
        original=target,
    )
