"""What a bot asks in FIX, answered by the gateway: orders signed, the rest told.

It holds the agent's key and none of the venue's. A message that is not listed here is
denied, whatever it would do there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

from kya.agent.async_client import AsyncAgent
from kya.agent.fix_answers import no_market_figures, refused
from kya.agent.fix_judge import Judge
from kya.agent.fix_orders import PlacedOrders
from kya.agent.fix_roads import FixRoads, Manners
from kya.core.errors import InputError, MalformedError
from kya.core.instant import Instant
from kya.fix.line import Line
from kya.fix.message import Message, Received
from kya.fix.orders import RefusedError
from kya.fix.reports import BusinessReject, business_reject
from kya.fix.tags import MsgType, Tag


class FixDesk:
    """Answers a bot in FIX, on behalf of one agent at one venue."""

    def __init__(
        self,
        agent: AsyncAgent,
        manners: Manners,
        clock: Callable[[], Instant],
        new_id: Callable[[], str],
    ) -> None:
        """Answer on the line that `opened` brings; `new_id` names our own cancels."""
        self._agent = agent
        self._manners = manners
        self._new_id = new_id
        self._clock = clock
        self._line: Line | None = None
        self._is_open = True
        self._tasks: set[asyncio.Task[None]] = set()
        self._coming: dict[str, asyncio.Task[None]] = {}
        self.orders = PlacedOrders(agent, self._say, clock)
        judge = Judge(agent, self.orders.seen)
        self._roads = FixRoads(judge, self.orders, manners, self._say, clock)
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def opened(self, line: Line) -> None:
        """Bring chain and log to agreement, and know what an earlier process told."""
        self._line = line
        await self._agent.resume()
        store = line.session.store
        sent = store.resendable(1, store.next_out)
        await self.orders.recall(sent, self._manners.venue)
        _ = self._spawn(self.orders.follow())
        self.ended("the process before this one has ended")

    async def close(self) -> None:
        """Stop; what is on its way is told, or taken back, by the next process."""
        self._is_open = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._agent.close()

    def begun(self) -> None:
        """Know that the bot is here."""

    def echoed(self, test: str) -> None:
        """Know that it lives."""

    def ended(self, why: str) -> None:
        """Know that it is gone; where that was agreed, take back what works."""
        del why
        if self._manners.cancels_on_disconnect and self._is_open:
            _ = self._spawn(self._take_back())

    def taken(self, received: Received) -> None:
        """Begin to answer; orders are signed in the order in which they came."""
        message = received.message
        road = self._roads.by_type.get(message.type)
        if message.type == MsgType.REJECT:
            return  # What the bot cannot read, it is not told twice.
        if message.type == MsgType.MARKET_DATA_REQUEST:
            self._say(no_market_figures(message))
        elif road is None:
            why = "want an order, a cancel, a replacement or a status request"
            self._refuse(received, BusinessReject.UNSUPPORTED, why)
        elif len(self._coming) >= self._manners.waiting_max:
            self._refuse(received, BusinessReject.NOT_AVAILABLE, "too many wait")
        else:
            self._begin(received, road)

    def _begin(
        self, received: Received, road: Callable[[Received], Awaitable[None]]
    ) -> None:
        """Answer beside everything else, but not before what the message acts on."""
        name = received.message.get(Tag.CL_ORD_ID)
        acts_on = received.message.get(Tag.ORIG_CL_ORD_ID)
        before = self._coming.get(acts_on or name)
        if received.message.type == MsgType.ORDER_MASS_CANCEL_REQUEST:
            before = asyncio.ensure_future(_all(list(self._coming.values())))
        task = self._spawn(self._answered(received, road, before))
        self._coming[name] = task
        task.add_done_callback(lambda _: self._coming.pop(name, None))

    async def _answered(
        self,
        received: Received,
        road: Callable[[Received], Awaitable[None]],
        before: "asyncio.Task[None] | None",
    ) -> None:
        """Answer one message, in its own words where it cannot be taken."""
        if before is not None:
            await asyncio.wait({before})
        try:
            await road(received)
        except RefusedError as error:
            self._say(refused(received.message, str(error), self._clock()))
        except (InputError, MalformedError) as error:
            self._refuse(received, BusinessReject.OTHER, str(error))

    async def _take_back(self) -> None:
        """Cancel what works, what is still being judged included."""
        await _all(list(self._coming.values()))
        for placed in self.orders.working():
            await self._roads.cancelled(placed, self._new_id())

    def _refuse(self, received: Received, reason: str, why: str) -> None:
        """Say that nothing was done about a message."""
        number = received.number or 0
        self._say(business_reject(received.message, number, reason, why))

    def _say(self, message: Message) -> None:
        """Send a message; without a bot it is kept for when one is there."""
        if self._line is not None:
            self._line.send(message)

    def _spawn(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Do something beside everything else; a fault in it ends the process."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        """Forget a task, and pass its fault on."""
        self._tasks.discard(task)
        if task.cancelled():
            return
        fault = task.exception()
        if fault is not None and not self.failure.done():
            self.failure.set_exception(fault)


async def _all(tasks: "list[asyncio.Task[None]]") -> None:
    """Return once all of these are done, whatever came of them."""
    if tasks:
        await asyncio.wait(tasks)
