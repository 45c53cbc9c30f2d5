"""One agent at one venue: what its bot asks is judged, what it has asked is told.

Every dialect stands on this, and says what comes of it in words of its own.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from kya.agent.answer import Answer
from kya.agent.async_client import AsyncAgent
from kya.agent.chain import Instruction
from kya.agent.dead_man import DeadMan, DeadManSwitch, NotKept
from kya.agent.past import (
    ToldExecution,
    ToldOrder,
    balances_in,
    executions_in,
    orders_in,
)
from kya.core.control import Reason
from kya.core.errors import InputError, KyaError, TransientError
from kya.core.instant import Instant
from kya.core.limits import HISTORY_ORDERS_MAX
from kya.core.order_events import VenueStatus


class DeniedError(KyaError):
    """The decision does not allow it; `order` is the leaf hash that names it."""

    def __init__(self, reasons: Sequence[Reason], order: str) -> None:
        super().__init__(f"order {order}: {', '.join(each.value for each in reasons)}")
        self.reasons = tuple(reasons)
        self.order = order


class NotTakenError(KyaError):
    """The gateway takes no such thing: nothing that the bot could mend."""


class OverError(KyaError):
    """The order is over by now, or never was: it cannot be cancelled."""


class AtVenue:
    """Has instructions judged, cancels what works, and tells of the past."""

    def __init__(
        self,
        agent: AsyncAgent,
        venue: str,
        new_id: Callable[[], str],
        dead_man: DeadMan,
    ) -> None:
        """Send orders to this venue; `new_id` names those that the bot does not.

        Make it where the loop runs.
        """
        self._agent = agent
        self.venue = venue
        self.new_id = new_id
        self.now = dead_man.now
        self._timer = DeadManSwitch(self.cancel_working, dead_man.kept, self.now)
        self._silence = DeadManSwitch(self.cancel_working, NotKept(), self.now)
        self._silence_seconds = dead_man.silence_seconds
        self._silence.set(self._silence_seconds)
        self._asking = set[asyncio.Task[str | None]]()

    def heard(self) -> None:
        """Know that the bot lives."""
        if self._silence_seconds:
            self._silence.set(self._silence_seconds)

    def cancel_after(self, seconds: int) -> Instant | None:
        """Cancel everything after so many seconds unless set again; 0 forgets it."""
        return self._timer.set(seconds)

    async def close(self) -> None:
        """Close the connections."""
        await self._timer.close()
        await self._silence.close()
        for asking in self._asking:
            asking.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self._agent.close()

    async def judged(self, instruction: Instruction) -> Answer:
        """Return the decision that allows it; DeniedError or NotTakenError."""
        try:
            answer = await self._agent.submit(instruction)
        except InputError as error:
            raise NotTakenError(str(error)) from error
        if not answer.allowed:
            raise DeniedError(answer.reasons, answer.decision.order)
        return answer

    async def word(self, answer: Answer) -> str | None:
        """Return what the venue says of an order, None while nobody knows."""
        with suppress(TransientError):
            return (await self._agent.outcome(answer.order.seq)).venue
        return None

    async def word_within(self, answer: Answer, seconds: float) -> None:
        """Return once the venue has said something, or after so many seconds.

        The question is left to end by itself: to break it off would leave its
        connection behind.
        """
        asking = asyncio.create_task(self.word(answer))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)
        done, _ = await asyncio.wait({asking}, timeout=seconds)
        for each in done:
            each.result()

    async def ended(self, order: ToldOrder, name: str = "") -> str | None:
        """Cancel an order; return what the venue says of that, None if nothing yet.

        OverError where the venue has nothing left to cancel.
        """
        answer = await self.judged(order.taken_back(name or self.new_id(), self.venue))
        said = await self.word(answer)
        if said == VenueStatus.REJECTED.value:
            raise OverError(f"order {order.seq}")
        return said

    async def cancel_working(self, market: str | None = None) -> list[ToldOrder]:
        """Cancel what works, in one market or in all; return what was cancelled."""
        cancelled = list[ToldOrder]()
        for order in await self.working(market):
            with suppress(DeniedError, NotTakenError, OverError):  # It was over.
                await self.ended(order)
                cancelled.append(order)
        return cancelled

    async def working(self, market: str | None = None) -> list[ToldOrder]:
        """Return what the venue may still fill, in one market or in all."""
        return [
            order
            for order in await self.orders()
            if order.is_working and market in {None, order.market}
        ]

    async def orders(self) -> list[ToldOrder]:
        """Return the agent's newest orders."""
        return orders_in(await self._agent.past("orders", HISTORY_ORDERS_MAX))

    async def executions(self) -> list[ToldExecution]:
        """Return the newest executions of the agent's orders."""
        return executions_in(await self._agent.past("executions", HISTORY_ORDERS_MAX))

    async def balances(self) -> object:
        """Return the balances with their holds, as the gateway passes them through.

        NotTakenError where the venue tells nobody of its account.
        """
        try:
            reply = await self._agent.read(f"/v1/venues/{self.venue}/balances")
        except InputError as error:
            raise NotTakenError(str(error)) from error
        return balances_in(reply)


def record_of(answer: Answer) -> dict[str, object]:
    """Return what names a decision in the log."""
    return {
        "order": answer.decision.order,
        "seq": answer.order.seq,
        "log_index": answer.log_index,
    }
