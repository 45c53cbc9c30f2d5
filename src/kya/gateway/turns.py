"""Turns: the orders of one agent are judged strictly in `seq`.

An order ahead of its turn waits a moment for the missing one. Whoever waits is woken
when the turn comes and looks at the state again; nothing else is remembered here.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Final

from kya.core.instant import MICROS_PER_SECOND
from kya.core.limits import AHEAD_ORDERS_MAX, AHEAD_WAIT_MICROS_MAX
from kya.core.order import Order
from kya.core.past import Past
from kya.gateway.refusals import OutOfTurnError

_WAIT_SECONDS: Final = AHEAD_WAIT_MICROS_MAX / MICROS_PER_SECOND


class Turn(Enum):
    """Where an order stands in its agent's sequence."""

    NEXT = "next"
    USED = "used"
    AHEAD = "ahead"


class Turns:
    """Who waits for their turn, by agent; bounded by AHEAD_ORDERS_MAX for each."""

    __slots__ = ("_past_of", "_waiting")

    def __init__(self, past_of: Callable[[str], Past]) -> None:
        """Look up an enrolled agent's past, as the log has it, with `past_of`."""
        self._past_of = past_of
        self._waiting: dict[str, dict[asyncio.Future[None], int]] = {}

    async def reached(self, order: Order) -> Turn:
        """Return NEXT or USED, at once or within the wait; OutOfTurnError otherwise."""
        turn = self._turn(order)
        if turn is Turn.AHEAD:
            await self._wait(order)
            turn = self._turn(order)
        if turn is Turn.AHEAD:
            past = self._past_of(order.agent)
            reason = f"order {order.seq} of {order.agent}: want seq {past.seq + 1}"
            raise OutOfTurnError(reason, past)
        return turn

    def pass_on(self, order: Order) -> None:
        """Wake whoever waits for the turn after this order's, in the next loop step."""
        for waiter, seq in self._waiting.get(order.agent, {}).items():
            if seq == order.seq + 1 and not waiter.done():
                waiter.set_result(None)

    def _turn(self, order: Order) -> Turn:
        """Compare the order with the agent's chain head."""
        expected = self._past_of(order.agent).seq + 1
        if order.seq == expected:
            return Turn.NEXT
        return Turn.USED if order.seq < expected else Turn.AHEAD

    async def _wait(self, order: Order) -> None:
        """Return when the turn has come, the time is over, or too many wait already."""
        waiting = self._waiting.setdefault(order.agent, {})
        if len(waiting) >= AHEAD_ORDERS_MAX:
            return
        waiter = asyncio.get_running_loop().create_future()
        waiting[waiter] = order.seq
        try:
            await asyncio.wait((waiter,), timeout=_WAIT_SECONDS)
        finally:
            del waiting[waiter]
            if not waiting:
                del self._waiting[order.agent]
