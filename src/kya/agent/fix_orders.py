"""The orders that a FIX bot has placed: found by name, followed until they are over."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from kya.agent.async_client import AsyncAgent
from kya.agent.fix_placed import Placed, is_order, news, recalled
from kya.agent.past import ToldOrder, orders_in
from kya.core.decision import Outcome
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.core.limits import HISTORY_ORDERS_MAX
from kya.core.order_events import VenueStatus
from kya.fix.message import Message, read
from kya.fix.reports import CancelReject, Report, cancel_reject, read_report
from kya.fix.tags import MsgType, Tag

_PAUSE_SECONDS: Final = 0.01
_PAUSE_SECONDS_MAX: Final = 0.25
_NOT_DONE: Final = frozenset({
    VenueStatus.REJECTED.value, VenueStatus.NOT_RECEIVED.value,
})  # fmt: skip


class PlacedOrders:
    """What works is asked for again and again, all of it in one question."""

    def __init__(
        self,
        agent: AsyncAgent,
        say: Callable[[Message], None],
        clock: Callable[[], Instant],
    ) -> None:
        """Know nothing yet; tell by `say`."""
        self._agent = agent
        self._say = say
        self._clock = clock
        self._by_name: dict[str, Placed] = {}
        self._working: dict[int, Placed] = {}
        self._cancels: dict[int, Placed] = {}
        self._newest = 0
        self._woken = asyncio.Event()

    def of(self, client_id: str) -> Placed | None:
        """Return the newest order that the bot calls so."""
        return self._by_name.get(client_id)

    def working(self) -> list[Placed]:
        """Return what may still be filled, the oldest first."""
        return [self._working[seq] for seq in sorted(self._working)]

    def seen(self, seq: int) -> None:
        """Know how far the agent's chain reaches by now."""
        self._newest = max(self._newest, seq)

    def place(self, placed: Placed) -> None:
        """Follow an order that was allowed."""
        self._by_name[placed.client_id] = placed
        self._working[placed.seq] = placed
        self._woken.set()

    def cancelling(self, seq: int, placed: Placed) -> None:
        """Follow a cancel that was allowed, and acts on this order."""
        self._cancels[seq] = placed
        self._woken.set()

    async def recall(self, sent: Mapping[int, bytes], venue: str) -> None:
        """Know the orders of earlier processes, and what these have told of them."""
        told, by_seq = _last_told(sent), dict[int, Placed]()
        for order in orders_in(await self._agent.past("orders", HISTORY_ORDERS_MAX)):
            self.seen(order.seq)
            if not is_order(order) or order.outcome != Outcome.ALLOWED.value:
                continue
            placed = recalled(order, told.get(order.seq), by_seq, venue)
            self._by_name[placed.client_id] = by_seq[order.seq] = placed
            if not placed.is_over:
                self._working[placed.seq] = placed

    async def follow(self) -> None:
        """Tell what is new of what works, until cancelled."""
        pause = _PAUSE_SECONDS
        while True:
            if self._woken.is_set():
                pause = _PAUSE_SECONDS
            self._woken.clear()
            if not (self._working or self._cancels):
                await self._woken.wait()
                continue
            try:
                self._tell(await self._asked())
            except TransientError:
                pause = _PAUSE_SECONDS_MAX
            await asyncio.sleep(pause)
            pause = min(2 * pause, _PAUSE_SECONDS_MAX)

    async def _asked(self) -> list[ToldOrder]:
        """Ask for as many of the newest orders as reach back to the oldest here."""
        watched = [*self._working, *self._cancels]
        reach = self._newest - min(watched) + 1
        return orders_in(
            await self._agent.past("orders", min(reach + 1, HISTORY_ORDERS_MAX))
        )

    def _tell(self, orders: Iterable[ToldOrder]) -> None:
        """Say what the bot has not been told, in the order of the log."""
        for told in orders:
            cancelled = self._cancels.get(told.seq)
            if cancelled is not None:
                self._tell_cancel(told, cancelled)
            placed = self._working.get(told.seq)
            if placed is None or placed.held:
                continue
            for report in news(placed, told, self._clock()):
                self._say(report.message())
            if placed.is_over:
                del self._working[told.seq]

    def _tell_cancel(self, told: ToldOrder, placed: Placed) -> None:
        """Say that a cancel came to nothing; that it did, its target says."""
        if told.venue in {None, VenueStatus.UNKNOWN.value}:
            return
        del self._cancels[told.seq]
        if told.venue in _NOT_DONE:
            placed.cancel = ""
            self._say(
                cancel_reject(
                    told.client_order_id,
                    placed.client_id,
                    reason=CancelReject.TOO_LATE,
                    text=told.detail,
                    is_replacement=False,
                )
            )


def _last_told(sent: Mapping[int, bytes]) -> dict[int, Report]:
    """Return the last report of each order that an earlier process has sent, by seq."""
    found: dict[int, Report] = {}
    for number in sorted(sent):
        message = read(sent[number]).message
        seq = message.get(Tag.KYA_SEQ)
        if message.type == MsgType.EXECUTION_REPORT and seq.isdecimal():
            found[int(seq)] = read_report(message)
    return found
