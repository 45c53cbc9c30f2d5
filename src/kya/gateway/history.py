"""What the log holds of each agent's newest orders, gathered for whoever asks.

It follows the log from its first entry on, a few entries at a time, so that no order
waits for it; only what is durable is told.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from kya.codec.decisions import parse_decision
from kya.core.client_id import client_id_of
from kya.core.copy_events import DropCopied
from kya.core.decision import Outcome
from kya.core.execution import Execution
from kya.core.limits import HISTORY_ORDERS_MAX
from kya.core.order import Order
from kya.core.order_events import (
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.pki.entries import Entry
from kya.sequencer.sequencer import Sequencer

_AT_ONCE: Final = 64
_KINDS: Final = tuple(
    f'{{"_type":"kya/{kind}/v1"'.encode()
    for kind in ("order", "decision", "report", "drop-copy")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """One order on record: its decision, and the venue's newest word that said more.

    UNKNOWN is no such word: it leaves what was known before.
    """

    order: Order
    leaf: str
    index: int
    outcome: Outcome | None = None
    reasons: tuple[str, ...] = ()
    report: VenueReported | None = None

    @property
    def is_working(self) -> bool:
        """Whether the venue may still fill it, as far as the log knows."""
        if self.outcome is not Outcome.ALLOWED:
            return False
        return self.report is None or not self.report.status.is_final


@dataclass(frozen=True, slots=True)
class KnownExecution:
    """A line of a venue's own list, and the `seq` of the order that it is of."""

    seq: int
    execution: Execution


@dataclass(slots=True)
class _Agent:
    """The newest orders by `seq`, and their executions, the oldest first."""

    orders: OrderedDict[int, KnownOrder] = field(
        default_factory=OrderedDict[int, KnownOrder]
    )
    executions: deque[KnownExecution] = field(
        default_factory=lambda: deque[KnownExecution](maxlen=HISTORY_ORDERS_MAX)
    )


class History:
    """The newest HISTORY_ORDERS_MAX orders and executions of each agent."""

    __slots__ = ("_agents", "_by_client", "_position", "_sequencer", "_turn")

    def __init__(self, sequencer: Sequencer) -> None:
        """Follow this log; nothing is read before somebody asks."""
        self._sequencer = sequencer
        self._agents: dict[str, _Agent] = {}
        self._by_client: dict[str, tuple[str, int]] = {}
        self._position = 0
        self._turn = asyncio.Lock()

    async def orders(self, agent: str, last: int) -> list[KnownOrder]:
        """Return the agent's newest orders, the oldest of them first."""
        known = (await self._followed()).get(agent, _Agent())
        return list(known.orders.values())[-last:]

    async def executions(self, agent: str, last: int) -> list[KnownExecution]:
        """Return the newest executions of the agent's orders, the oldest first."""
        known = (await self._followed()).get(agent, _Agent())
        return list(known.executions)[-last:]

    async def _followed(self) -> Mapping[str, _Agent]:
        """Read what the log has more by now, and return all that is known."""
        async with self._turn:
            end = self._sequencer.durable_size
            while self._position < end:
                for _ in range(min(_AT_ONCE, end - self._position)):
                    self._take(self._position)
                    self._position += 1
                await asyncio.sleep(0)
        return self._agents

    def _take(self, index: int) -> None:
        """Take one entry, unless it is of no order."""
        raw = self._sequencer.entry(index)
        if not raw.startswith(_KINDS):
            return
        entry = Entry.read(raw)
        match entry.event:
            case OrderSubmitted():
                self._submitted(entry.event, index)
            case OrderDecided():
                reasons = tuple(parse_decision(entry.note.text).reasons)
                self._decided(entry.event, reasons)
            case VenueReported():
                self._reported(entry.event)
            case DropCopied():
                self._copied(entry.event)
            case _:
                return

    def _submitted(self, event: OrderSubmitted, index: int) -> None:
        """Know one more order, and forget the oldest where there are too many."""
        order = event.order
        orders = self._agents.setdefault(order.agent, _Agent()).orders
        orders[order.seq] = KnownOrder(order=order, leaf=event.leaf, index=index)
        self._by_client[client_id_of(event.leaf)] = (order.agent, order.seq)
        if len(orders) > HISTORY_ORDERS_MAX:
            _, oldest = orders.popitem(last=False)
            del self._by_client[client_id_of(oldest.leaf)]

    def _decided(self, event: OrderDecided, reasons: tuple[str, ...]) -> None:
        """Know what was decided."""
        orders = self._agents[event.agent].orders
        orders[event.seq] = replace(
            orders[event.seq],
            outcome=event.outcome,
            reasons=reasons,
        )

    def _reported(self, event: VenueReported) -> None:
        """Know what the venue said."""
        orders = self._agents[event.agent].orders
        known = orders.get(event.seq)
        if known is not None and event.status is not VenueStatus.UNKNOWN:
            orders[event.seq] = replace(known, report=event)

    def _copied(self, event: DropCopied) -> None:
        """Know the executions that are of orders that are known."""
        for execution in event.executions:
            found = self._by_client.get(execution.client_id)
            if found is not None:
                agent, seq = found
                known = KnownExecution(seq, execution)
                self._agents[agent].executions.append(known)
