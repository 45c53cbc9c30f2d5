"""Instructions judged by the gateway, however often it is away in between."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kya.agent.answer import Answer
from kya.agent.async_client import AsyncAgent
from kya.agent.chain import Instruction
from kya.agent.past import ToldOrder, orders_in
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.errors import TransientError
from kya.core.limits import AHEAD_ORDERS_MAX

_AGAIN_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A decision as far as a bot is told of it; `words` may be empty."""

    allowed: bool
    seq: int
    leaf: str
    index: int | None
    reasons: tuple[Reason, ...]
    words: str = ""

    @classmethod
    def answered(cls, answer: Answer) -> "Judged":
        """Return what the gateway has just said."""
        return cls(
            allowed=answer.allowed,
            seq=answer.order.seq,
            leaf=answer.decision.order,
            index=answer.log_index,
            reasons=answer.reasons,
            words=answer.explain(),
        )

    @classmethod
    def told(cls, order: ToldOrder) -> "Judged":
        """Return what the log says of an order whose answer got lost."""
        return cls(
            allowed=order.outcome == Outcome.ALLOWED.value,
            seq=order.seq,
            leaf=order.order,
            index=order.order_index,
            reasons=tuple(Reason(each) for each in order.reasons),
        )


class Judge:
    """Submits, and where the answer gets lost, finds it in the log."""

    def __init__(self, agent: AsyncAgent, seen: Callable[[int], None]) -> None:
        """Submit as this agent; `seen` is told how far its chain reaches."""
        self._agent = agent
        self._seen = seen
        self._newest = 0
        self._sending = 0

    async def judged(self, instruction: Instruction) -> Judged | None:
        """Return the decision; None if the instruction was never signed.

        As long as the gateway cannot be reached, nobody knows; then this waits.
        """
        floor = self._newest
        self._sending += 1
        try:
            found = Judged.answered(await self._agent.submit(instruction))
        except TransientError:
            found = None
        finally:
            self._sending -= 1
        if found is None:
            found = await self._found(instruction.client_order_id, floor)
        if found is not None:
            self.reached(found.seq)
        return found

    def reached(self, seq: int) -> None:
        """Know how far the agent's chain reaches."""
        self._newest = max(self._newest, seq)
        self._seen(seq)

    async def _found(self, client_id: str, floor: int) -> Judged | None:
        """Return what the log says of an order behind `floor`, once it can be asked."""
        while True:
            await asyncio.sleep(_AGAIN_SECONDS)
            if self._sending:
                continue
            try:
                await self._agent.resume()
                newest = await self._agent.past("orders", 2 * AHEAD_ORDERS_MAX)
            except TransientError:
                continue
            for order in reversed(orders_in(newest)):
                if order.client_order_id == client_id and order.seq > floor:
                    return Judged.told(order)
            return None
