"""A venue on paper: fills at the market's price of the moment, and keeps its own list.

A limit order that may wait for its price rests in a book; whether it was reached, the
venue sees when it is asked. The list is the drop copy: what the venue says happened,
whoever asks. With a file it outlives the process, so that a gateway that was killed can
ask after its restart.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kya.adapters import paper_book as book
from kya.adapters.drop_copy_memory import lines_behind
from kya.adapters.paper_book import Message
from kya.adapters.paper_journal import Execution, paper_journal
from kya.adapters.paper_lines import execution_of, message_in, message_of
from kya.adapters.paper_list import PaperList
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.core.order import Action
from kya.core.price import ReferencePrice
from kya.gateway.permit import Permit
from kya.gateway.ports import Clock, Listed, Prices, VenueAnswer


class Fault(Enum):
    """What goes wrong with one message, on demand."""

    LOST = "lost"  # The venue never receives it.
    TIMEOUT = "timeout"  # The venue carries it out, but its answer gets lost.
    REJECT = "reject"
    PARTIAL = "partial"  # Half of the amount is filled at first.


NO_FAULTS: Final[Mapping[str, Fault]] = MappingProxyType({})


class PaperVenue:
    """Carries out each message at most once, however often it comes."""

    def __init__(
        self,
        *,
        name: str,
        prices: Prices,
        clock: Clock,
        faults: Mapping[str, Fault] = NO_FAULTS,
        journal: Path | None = None,
    ) -> None:
        """Fill at these prices; `faults` is by the agent's client order id.

        With a journal all that happens is in its file before it is answered, and what
        happened in an earlier run is known. Without one it is in `executions`.
        """
        self._name = name
        self._prices = prices
        self._clock = clock
        self._faults = faults
        self._journal = None if journal is None else paper_journal(journal)
        self.executions: list[Execution] = []
        self._list = PaperList(name)
        self._resting: set[str] = set()
        self._arrivals: dict[str, int] = {}
        self._messages: dict[str, Message] = {}
        for execution in self._journal.taken() if self._journal else ():
            self._remember(message_in(execution), execution)

    async def submit(self, permit: Permit) -> VenueAnswer:
        """Take the order now; TransientError where a fault hides the outcome."""
        return self._took(permit, self._entered)

    async def replace(self, permit: Permit) -> VenueAnswer:
        """Put the order in the place of its target, if that still rests."""
        return self._took(permit, self._replaced)

    async def cancel(self, permit: Permit) -> VenueAnswer:
        """Take the target out of the book, if it still rests."""
        return self._took(permit, self._cancelled)

    async def recall(self, client_id: str) -> VenueAnswer | None:
        """Take a resting order back; return what became of it, if it is known."""
        message = self._now(client_id)
        if message is not None and message.is_resting:
            message = book.ended(message, "called back by the gateway")
            self._keep(message, self._arrivals[client_id])
        return None if message is None else message.answer

    async def query(self, client_id: str) -> VenueAnswer | None:
        """Return what became of a message by now, or None if it never arrived."""
        if self._journal is not None:
            self._journal.require_whole()
        message = self._now(client_id)
        return None if message is None else message.answer

    async def listed(self, after: int) -> Listed:
        """Return the next lines of the list of all that was executed here."""
        if self._journal is not None:
            self._journal.require_whole()
        for client_id in sorted(self._resting):
            self._now(client_id)
        return lines_behind(self._list.lines, after)

    async def order_elsewhere(self, message: Message) -> VenueAnswer:
        """Take an order that came on another way than through a gateway."""
        message = self._entered(message)
        self._keep(message, 1)
        return message.answer

    def close(self) -> None:
        """Give back the journal's file."""
        if self._journal is not None:
            self._journal.close()

    def _took(
        self, permit: Permit, carry_out: Callable[[Message], Message]
    ) -> VenueAnswer:
        """Carry the message out unless it came before; keep it, and say what became."""
        client_id = permit.client_id
        fault = self._faults.get(permit.order.client_order_id)
        if fault is Fault.LOST:
            raise TransientError("paper venue: the order got lost on its way")
        message = self._now(client_id)
        if message is None:
            message = message_of(permit, self._clock.now())
            if fault is Fault.REJECT:
                message = book.rejected(message, "rejected on demand")
            else:
                message = carry_out(message)
        self._keep(message, self._arrivals.get(client_id, 0) + 1)
        if fault is Fault.TIMEOUT:
            raise TransientError("paper venue: the answer got lost on its way")
        return message.answer

    def _entered(self, message: Message) -> Message:
        """Return the order as this moment's price answers it."""
        most = message.left
        if self._faults.get(message.client_order_id) is Fault.PARTIAL:
            most = max(1, most // 2)
        return book.first_answer(message, self._price(message), most)

    def _replaced(self, message: Message) -> Message:
        """Return the order in the place of its target, or rejected."""
        target = self._target(message)
        if target is None:
            return book.rejected(message, _NO_TARGET)
        return self._entered(message._replace(before=target.before + target.filled))

    def _cancelled(self, message: Message) -> Message:
        """Return the cancel, carried out or rejected."""
        if self._target(message) is None:
            return book.rejected(message, _NO_TARGET)
        return book.carried_out(message)

    def _target(self, message: Message) -> Message | None:
        """Return what the message acts on if that rests, looked at just now."""
        target = None if message.target is None else self._now(message.target)
        return target if target is not None and target.is_resting else None

    def _now(self, client_id: str) -> Message | None:
        """Return a message as this moment finds it, and keep what has changed."""
        known = self._messages.get(client_id)
        if known is None or not known.is_resting:
            return known
        message = book.looked_at(known, self._price(known), self._clock.now())
        if message is not known:
            self._keep(message, self._arrivals[client_id])
        return message

    def _price(self, message: Message) -> ReferencePrice | None:
        """Return the market's price of this moment."""
        return self._prices.at(message.market, self._clock.now())

    def _keep(self, message: Message, arrival: int) -> None:
        """Put on the list what the message has come to, before anybody is told."""
        now = self._clock.now()
        execution = execution_of(message, self._name, arrival, now)
        self._remember(message, execution)
        if self._journal is not None:
            self._journal.keep(execution)

    def _remember(self, message: Message, execution: Execution) -> None:
        """Know what the line says: one line tells of a message and of its target.

        So no line can be missing between the two, wherever a process ends.
        """
        known, done = self._messages.get(message.client_id), 0
        if known is not None:
            done = known.before
        elif message.ends_its_target and message.target is not None:
            target = self._messages[message.target]
            if message.action is Action.REPLACE:
                done = target.before + target.filled
            word = f"{_DONE[message.action]} by {message.client_order_id}"
            self._messages[target.client_id] = book.ended(target, word)
            self._resting.discard(target.client_id)
        if message.before != done:  # Which no line says, so that it is derived alone.
            message = message._replace(before=done)
        before = 0 if known is None else known.filled
        self._list.take(before, message, Instant.parse(execution.at))
        (self._resting.add if message.is_resting else self._resting.discard)(
            message.client_id
        )
        if self._journal is None:
            self.executions.append(execution)
        self._arrivals[message.client_id] = execution.arrival
        self._messages[message.client_id] = message


_NO_TARGET: Final = "no such order rests here"
_DONE: Final = {Action.CANCEL: "cancelled", Action.REPLACE: "replaced"}
