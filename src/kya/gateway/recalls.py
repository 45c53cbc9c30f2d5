"""Recalls: what works at a venue is called back where trading is halted.

Positions stay as they are: nothing is bought or sold to close one (RTS 6 Art. 12).
"""

import asyncio
from collections.abc import Iterable

from kya.core.halt import HaltOrdered, TradingState, halts_upon, state_under
from kya.core.order_events import OrderSubmitted
from kya.core.working import scope_of, working_in
from kya.gateway.release import Releases
from kya.gateway.tasks import cancel_all
from kya.sequencer.sequencer import Sequencer


class Recalls:
    """Calls back in tasks of its own, so that whoever halts waits for no venue."""

    __slots__ = ("_releases", "_sequencer", "_tasks")

    def __init__(self, sequencer: Sequencer, releases: Releases) -> None:
        """Call back through these releases what this log holds."""
        self._sequencer = sequencer
        self._releases = releases
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, halts: Iterable[HaltOrdered]) -> None:
        """Call back the working orders of each halted place, and return at once."""
        for ordered in halts:
            if ordered.halt.state is TradingState.HALTED:
                self._begin(working_in(self._sequencer.state, ordered.halt.place))

    def follow_all(self) -> None:
        """Call back what a former run may not have: every halt in force is followed."""
        self.follow(self._sequencer.state.halts.values())

    def look_again(self, submitted: OrderSubmitted) -> None:
        """Call an order back that was allowed before a halt, and released after it.

        The loop wakes whoever has waited longest first, and so the order before the
        halt; but that trading stops is not to rest on that alone.
        """
        state = self._sequencer.state
        if not state.halts:  # As nearly always; an order's way costs microseconds.
            return
        scope = scope_of(state, submitted)
        halts = halts_upon(state.halts, submitted.order, scope)
        if state_under(halts) is TradingState.HALTED:
            self._begin((submitted,))

    async def drained(self) -> None:
        """Return once every venue has been told."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def close(self) -> None:
        """Stop; the next start follows every halt in force."""
        await cancel_all(self._tasks)

    def _begin(self, orders: tuple[OrderSubmitted, ...]) -> None:
        """Call the orders back in a task that is remembered until it ends."""
        if not orders:
            return
        work = self._releases.cancel_working(orders)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
