"""How an agent has behaved so far: what it sent, how often, and what came of it.

Counted whether the scope limits it or not, so that a new scope finds it.
"""

from typing import NamedTuple, Self, assert_never

from kya.core.latch import Latch
from kya.core.order import Order
from kya.core.sent import NOTHING_SENT, Message, Sent, asked_in


class Conduct(NamedTuple):
    """Counters of one agent; `messages`, `orders` and `fills` are those of a day.

    `messages` are all on record, `orders` those that were allowed, `fills` those that a
    venue executed. `rejects` are those in a row, by venues, and `rejects_worst` the
    longest row since people looked; `executions` have come since then. A named tuple,
    because one is made for every order.
    """

    sent: Sent = NOTHING_SENT
    messages: int = 0
    orders: int = 0
    fills: int = 0
    rejects: int = 0
    rejects_worst: int = 0
    executions: int = 0

    def on_another_day(self) -> Self:
        """Return the conduct without the counters of the day."""
        if not (self.messages or self.orders or self.fills):
            return self
        return self._replace(messages=0, orders=0, fills=0)

    def with_message(
        self, order: Order, received_at: int, touch: int | None, *, allowed: bool
    ) -> "Conduct":
        """Return the conduct after a message, received so many microseconds in."""
        message = Message(received_at, asked_in(order), order.market, touch)
        sent, messages, orders, *rest = self
        return Conduct(sent.adding(message), messages + 1, orders + allowed, *rest)

    def with_execution(self) -> Self:
        """Return the conduct after a venue has executed an order, at least in part."""
        return self._replace(
            fills=self.fills + 1, executions=self.executions + 1, rejects=0
        )

    def with_reject(self) -> Self:
        """Return the conduct after a venue has rejected an order."""
        rejects = self.rejects + 1
        return self._replace(
            rejects=rejects, rejects_worst=max(rejects, self.rejects_worst)
        )

    def rearmed(self, latch: Latch) -> Self:
        """Return the conduct after people have looked and set this latch back."""
        match latch:
            case Latch.REJECTS:
                return self._replace(rejects=0, rejects_worst=0)
            case Latch.EXECUTIONS:
                return self._replace(executions=0)
            case Latch.LOSSES | Latch.BEHAVIOUR:  # Counted elsewhere.
                return self
            case _ as never:
                assert_never(never)
