"""Release: allowed orders leave, each at most once, and their outcome is recorded.

Each order has a task of its own, so that nobody waits for a slow venue. What rests, and
what is not known, is asked for until it is settled; nothing is ever sent again.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

from kya.codec.reports import render_report
from kya.core.admission import objection
from kya.core.errors import TransientError
from kya.core.limits import TEXT_CHARS_MAX
from kya.core.order import Action, Order
from kya.core.order_events import (
    CHANGED_NOTHING,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.core.state import AgentState, Progress
from kya.gateway.permit import Permit
from kya.gateway.ports import Venue, VenueAnswer
from kya.gateway.reconcile import Pause, asked_once
from kya.gateway.scribe import Scribe
from kya.gateway.sending import Road, roads_to
from kya.gateway.tasks import cancel_all
from kya.gateway.under_way import UnderWay

_NOT_CONNECTED: Final = VenueAnswer(
    status=VenueStatus.NOT_RECEIVED, detail="no venue of this name is connected"
)


class Releases:
    """The orders under way at their venues, by leaf hash."""

    __slots__ = ("_orders", "_roads", "_scribe", "_tasks")

    def __init__(self, scribe: Scribe, venues: Mapping[str, Venue]) -> None:
        """Release to these venues; report with this hand."""
        self._scribe = scribe
        self._roads = roads_to(venues)
        self._orders: dict[str, UnderWay] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, permit: Permit) -> None:
        """Send the order on its way, once, and return at once."""
        self._begin(UnderWay(permit.order, permit.leaf), permit)

    def ask(self, order: Order, leaf: str) -> None:
        """Ask what became of an order that an earlier run may have sent."""
        self._begin(UnderWay(order, leaf, is_unknown=True), None)

    def is_unknown(self, leaf: str) -> bool:
        """Tell whether the venue is being asked what became of this order."""
        under_way = self._orders.get(leaf)
        return under_way is not None and under_way.is_unknown

    async def answered(self, leaf: str, seconds: float) -> None:
        """Return once the venue's word is on record, or after so many seconds.

        Of an order that rests, that is that it does.
        """
        under_way = self._orders.get(leaf)
        if under_way is not None and seconds > 0:
            await _reached(under_way.answered, seconds)

    async def drained(self) -> None:
        """Return once every order has its answer on record; what rests goes on so."""
        while waiting := [u for u in self._orders.values() if not u.answered.is_set()]:
            for under_way in waiting:
                await under_way.answered.wait()

    async def cancel_working(self, orders: Iterable[OrderSubmitted]) -> None:
        """Call these orders back, without an agent's message; return when all are.

        Each venue has been told once by then, and waited for; what it says goes on
        record as ever. One that could not be told is told again until it is settled.
        What has not left yet does not leave; a cancel is nothing to call back.
        """
        found = [self._orders.get(submitted.leaf) for submitted in orders]
        await asyncio.gather(
            *[
                self._call_back(under_way)
                for under_way in found
                if under_way is not None and under_way.order.action is not Action.CANCEL
            ]
        )

    async def close(self) -> None:
        """Stop; whatever is not on record by now is asked for at the next start."""
        await cancel_all(self._tasks)

    def _begin(self, under_way: UnderWay, permit: Permit | None) -> None:
        """Follow the order in a task that is remembered until it ends."""
        self._orders[under_way.leaf] = under_way
        work = self._follow(under_way, permit)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(under_way, done))

    def _end(self, under_way: UnderWay, task: asyncio.Task[None]) -> None:
        """Forget the order, and let nobody wait for it."""
        self._tasks.discard(task)
        self._orders.pop(under_way.leaf, None)
        under_way.end()

    async def _follow(self, under_way: UnderWay, permit: Permit | None) -> None:
        """Send the order if it has a permit, and ask for it until it is settled."""
        road = self._roads.get(under_way.order.venue)
        if road is None:
            # One of an earlier run may have been sent, but nobody can be asked.
            if permit is not None:
                await self._record(under_way, _NOT_CONNECTED)
            return
        if permit is None:
            answer = await asked_once(road.venue, under_way.client_id)
        else:
            answer = await self._sent(road, under_way, permit)
            if answer.status is VenueStatus.UNKNOWN:
                under_way.is_unknown = True
                await self._record(under_way, answer)
        under_way.sent.set()
        pause = Pause()
        while not await self._is_settled_by(answer, under_way):
            await under_way.rest(pause)
            answer = await _word_on(under_way, road)

    async def _sent(
        self, road: Road, under_way: UnderWay, permit: Permit
    ) -> VenueAnswer:
        """Send the order, but not before the one that it acts on."""
        target = None if permit.target is None else self._orders.get(permit.target)
        if target is not None:
            await target.sent.wait()
        return await road.sent(under_way, permit)

    async def _is_settled_by(self, answer: VenueAnswer, under_way: UnderWay) -> bool:
        """Record the answer if it is news; tell whether it is the last one."""
        if self._scribe.sequencer.failure.done():
            return True  # The next start asks the venue and records its answer.
        if answer.status is VenueStatus.UNKNOWN:
            under_way.is_unknown = not under_way.answered.is_set()
            return False
        if answer == under_way.doubted:
            return False
        if not self._is_on_record(answer, under_way.order):
            await self._target_settled(answer, under_way.order)
            if not await self._record(under_way, answer):
                under_way.doubted = answer
                return False
        under_way.is_unknown = False
        under_way.answered.set()
        return answer.status.is_final

    def _is_on_record(self, answer: VenueAnswer, order: Order) -> bool:
        """Tell whether the log knows already that the order rests, filled so far."""
        progress = self._agent(order).progress.get(order.seq, Progress())
        filled = 0 if answer.filled is None else answer.filled.minor_units
        return (
            answer.status is VenueStatus.ACKNOWLEDGED
            and progress.is_acknowledged
            and (progress.filled, progress.exact) == (filled, answer.exact)
        )

    async def _target_settled(self, answer: VenueAnswer, order: Order) -> None:
        """Wait for the last word on what the order has ended or replaced."""
        target = None
        if order.target is not None:
            submitted = self._agent(order).unanswered.get(order.target)
            target = None if submitted is None else self._orders.get(submitted.leaf)
        if target is not None:
            target.wake()  # Even where it was too late: then something has happened.
            if answer.status not in CHANGED_NOTHING:
                await target.settled.wait()

    def _agent(self, order: Order) -> AgentState:
        """Return what the log knows of the order's agent."""
        return self._scribe.sequencer.state.agents[order.agent]

    async def _call_back(self, under_way: UnderWay) -> None:
        """Take the order back from its venue, or keep it from leaving."""
        under_way.is_recalled = True
        await under_way.sent.wait()
        road = self._roads.get(under_way.order.venue)
        if road is not None and not under_way.settled.is_set():
            under_way.tell(await road.recalled(under_way.client_id))

    async def _record(self, under_way: UnderWay, answer: VenueAnswer) -> bool:
        """Put the answer on record; while the clock or the key is out, try again.

        False if it cannot be true of this order: then that is what the record says.
        """
        pause = Pause()
        while True:
            try:
                return await self._append(under_way, answer)
            except TransientError:
                if self._scribe.sequencer.failure.done():
                    return True
                await pause.rest()

    async def _append(self, under_way: UnderWay, answer: VenueAnswer) -> bool:
        """Append a report of the answer, or of why nobody can believe it."""
        event = self._report(under_way, answer)
        against = objection(self._scribe.sequencer.state, event)
        if against is not None:
            reason = f"the venue says {answer.status.value}, but {against}"
            doubt = VenueAnswer(
                status=VenueStatus.UNKNOWN, detail=reason[:TEXT_CHARS_MAX]
            )
            event = self._report(under_way, doubt)
        report = self._scribe.sign(render_report(event), event)
        # The next order's record has room for it; a sync of its own would delay that.
        await self._scribe.sequencer.append_in_time(report)
        return against is None

    def _report(self, under_way: UnderWay, answer: VenueAnswer) -> VenueReported:
        """Return the answer as an event of this moment."""
        order = under_way.order
        return VenueReported(
            agent=order.agent,
            seq=order.seq,
            order=under_way.leaf,
            venue=order.venue,
            status=answer.status,
            filled=answer.filled,
            exact=answer.exact,
            price=answer.price,
            price_source=answer.price_source,
            detail=answer.detail,
            at=self._scribe.now(),
        )


async def _word_on(under_way: UnderWay, road: Road) -> VenueAnswer:
    """Return what the venue says of the order by now.

    What was called back is called back again until it is settled: the first time, the
    venue may not have heard of it.
    """
    told = under_way.take_word()
    if told is not None:
        return told
    if under_way.is_recalled:
        return await road.recalled(under_way.client_id)
    return await asked_once(road.venue, under_way.client_id)


async def _reached(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set, or after so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
