"""Release: allowed orders leave, each at most once, and their outcome is recorded.

Each order has a task of its own, so that nobody waits for a slow venue. An outcome that
is not known is reported as such and then asked for; nothing is ever sent again.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Final

from kya.codec.reports import render_report
from kya.core.errors import TransientError
from kya.core.instant import MICROS_PER_SECOND
from kya.core.limits import (
    RELEASES_IN_FLIGHT_MAX,
    TEXT_CHARS_MAX,
    VENUE_ANSWER_MICROS_MAX,
)
from kya.core.order import Order
from kya.core.order_events import VenueReported, VenueStatus
from kya.gateway.permit import Permit, client_id_of
from kya.gateway.ports import Venue, VenueAnswer
from kya.gateway.reconcile import Pause, final_answer
from kya.gateway.scribe import Scribe

_ANSWER_SECONDS: Final = VENUE_ANSWER_MICROS_MAX / MICROS_PER_SECOND
_NOT_CONNECTED: Final = VenueAnswer(
    status=VenueStatus.NOT_RECEIVED, detail="no venue of this name is connected"
)


class Releases:
    """The orders under way to their venues, by leaf hash."""

    __slots__ = ("_scribe", "_slots", "_tasks", "_unknown", "_venues")

    def __init__(self, scribe: Scribe, venues: Mapping[str, Venue]) -> None:
        """Release to these venues; report with this hand."""
        self._scribe = scribe
        self._venues = venues
        self._slots = {
            name: asyncio.Semaphore(RELEASES_IN_FLIGHT_MAX) for name in venues
        }
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._unknown: set[str] = set()

    def start(self, permit: Permit) -> None:
        """Send the order on its way, once, and return at once."""
        self._begin(permit.leaf, self._release(permit))

    def ask(self, order: Order, leaf: str) -> None:
        """Ask what became of an order that an earlier run may have sent."""
        self._unknown.add(leaf)
        self._begin(leaf, self._settle(order, leaf))

    def is_unknown(self, leaf: str) -> bool:
        """Tell whether the venue is being asked what became of this order."""
        return leaf in self._unknown

    async def settled(self, leaf: str, seconds: float) -> None:
        """Return once the order's outcome is on record, or after so many seconds."""
        task = self._tasks.get(leaf)
        if task is not None:
            await asyncio.wait((task,), timeout=seconds)

    async def drained(self) -> None:
        """Return once no order is under way."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks.values()))

    async def close(self) -> None:
        """Stop; whatever is not on record by now is asked for at the next start."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _begin(self, leaf: str, work: Coroutine[None, None, None]) -> None:
        """Run the work in a task that is remembered until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[leaf] = task
        task.add_done_callback(lambda _: self._tasks.pop(leaf, None))

    async def _release(self, permit: Permit) -> None:
        """Send the order and record the answer; without one, ask for it."""
        order, leaf = permit.order, permit.leaf
        venue = self._venues.get(order.venue)
        if venue is None:
            await self._record(order, leaf, _NOT_CONNECTED)
            return
        async with self._slots[order.venue]:
            answer = await _submitted(venue, permit)
        if answer.status.is_final:
            await self._record(order, leaf, answer)
            return
        self._unknown.add(leaf)
        await self._record(order, leaf, answer)
        await Pause().rest()
        await self._settle(order, leaf)

    async def _settle(self, order: Order, leaf: str) -> None:
        """Ask until the outcome is final, and record it."""
        venue = self._venues.get(order.venue)
        if venue is None:
            # It may have been connected when the order was sent: nobody can be asked.
            return
        answer = await final_answer(venue, client_id_of(leaf))
        await self._record(order, leaf, answer)
        self._unknown.discard(leaf)

    async def _record(self, order: Order, leaf: str, answer: VenueAnswer) -> None:
        """Put the answer on record; while the clock or the key is out, try again."""
        pause = Pause()
        while True:
            try:
                await self._append(order, leaf, answer)
                return
            except TransientError:
                if self._scribe.sequencer.failure.done():
                    return  # The next start asks the venue and records its answer.
                await pause.rest()

    async def _append(self, order: Order, leaf: str, answer: VenueAnswer) -> None:
        """Append the gateway's report of the answer."""
        event = VenueReported(
            agent=order.agent,
            seq=order.seq,
            order=leaf,
            venue=order.venue,
            status=answer.status,
            filled=answer.filled,
            price=answer.price,
            price_source=answer.price_source,
            detail=answer.detail,
            at=self._scribe.now(),
        )
        report = self._scribe.sign(render_report(event), event)
        # The next order's record has room for it; a sync of its own would delay that.
        await self._scribe.sequencer.append_in_time(report)


async def _submitted(venue: Venue, permit: Permit) -> VenueAnswer:
    """Return the venue's answer; that there was none is UNKNOWN."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await venue.submit(permit)
    except TimeoutError:
        reason = f"no answer within {_ANSWER_SECONDS:.0f} s"
    except TransientError as error:
        reason = str(error)
    printable = "".join([c if c.isprintable() else " " for c in reason])
    return VenueAnswer(status=VenueStatus.UNKNOWN, detail=printable[:TEXT_CHARS_MAX])
