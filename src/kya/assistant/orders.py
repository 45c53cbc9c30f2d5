"""What a model may do with an agent: one order at a time, judged like any other.

What it writes is read as data: it is parsed or refused, and can name neither the agent
nor the venue nor the mandate. Whatever it says, the gateway decides.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from kya.agent.amounts import base_of, exact, price_in
from kya.agent.answer import Answer
from kya.agent.async_client import AsyncAgent
from kya.agent.chain import Instruction
from kya.agent.past import ToldOrder, orders_in
from kya.assistant.quoting import plain, quoted
from kya.assistant.wanted import (
    Explained,
    Nothing,
    OneOrder,
    OrderShown,
    Outcome,
    Verdict,
    WantedOrder,
    Working,
)
from kya.core.errors import InputError, KyaError
from kya.core.limits import HISTORY_ORDERS_MAX
from kya.core.order import OrderType, Side, TimeInForce

WORDS_KEPT_MAX: Final = 1_000
"""Explanations with their figures: as many as orders that the gateway tells of."""

_BUSY: Final = "one order at a time: the one before has no answer yet"
_NO_ANSWER: Final = (
    "no answer. It may have been signed and may be judged later, and nothing is sent"
    " before it. Ask for open_orders or explain before you order anything else"
)


class OrderTools:
    """The tools of one agent at one venue."""

    def __init__(
        self, agent: AsyncAgent, venue: str, new_id: Callable[[], str]
    ) -> None:
        """Send orders to this venue; `new_id` names them."""
        self._agent = agent
        self._venue = venue
        self._new_id = new_id
        self._turn = asyncio.Lock()
        self._words: OrderedDict[int, str] = OrderedDict()

    async def submit_order(self, wanted: WantedOrder) -> Verdict:
        """Send one order. The gateway allows or denies it, and says why.

        A denial is final for that order: it names the limit that was exceeded.
        """
        try:
            instruction = self._instruction(wanted)
        except InputError as error:
            return _refused(str(error))
        return await self._judged(instruction)

    async def cancel_order(self, wanted: OneOrder) -> Verdict:
        """Take one working order back."""
        try:
            order = await self._told(wanted.order)
        except KyaError as error:
            return _refused(str(error))
        if order is None or not order.is_working:
            return _refused(f"order {wanted.order} is no working order of this agent")
        return await self._judged(order.taken_back(self._new_id(), self._venue))

    async def open_orders(self, wanted: Nothing) -> Working:
        """List what the venue may still fill, the oldest first."""
        del wanted
        found = await self._orders()
        return Working(orders=[_shown(each) for each in found if each.is_working])

    async def explain(self, wanted: OneOrder) -> Explained:
        """Say what became of an order, and why it was allowed or denied."""
        order = await self._told(wanted.order)
        if order is None:
            said = f"order {wanted.order} is none of this agent's newest orders"
            return Explained(said=said)
        reasons = ", ".join(order.reasons)
        known = f"order {order.seq} {order.outcome or 'has no decision yet'}"
        said = self._words.get(order.seq, f"{known}: {reasons}" if reasons else known)
        return Explained(said=plain(said), shown=_shown(order))

    def _instruction(self, wanted: WantedOrder) -> Instruction:
        """Return what was asked for as an instruction; InputError if it is none."""
        limit = wanted.limit_price
        if limit is None and wanted.time_in_force != TimeInForce.IOC.value:
            raise InputError("a market order does not rest: want time_in_force IOC")
        return Instruction(
            client_order_id=self._new_id(),
            market=wanted.market,
            side=Side(wanted.side),
            amount=exact(wanted.amount, base_of(wanted.market)),
            venue=self._venue,
            type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            limit_price=None if limit is None else price_in(limit),
            time_in_force=TimeInForce(wanted.time_in_force),
        )

    async def _judged(self, instruction: Instruction) -> Verdict:
        """Have the gateway judge it, unless it still judges the one before."""
        if self._turn.locked():
            return _refused(_BUSY)
        async with self._turn:
            try:
                answer = await self._agent.submit(instruction)
            except InputError as error:
                return _refused(str(error))
            except KyaError as error:
                return Verdict(outcome="unknown", said=plain(f"{_NO_ANSWER}: {error}"))
        return self._verdict(answer)

    def _verdict(self, answer: Answer) -> Verdict:
        """Return the decision in words, and remember these."""
        seq, said = answer.order.seq, plain(answer.explain())
        self._words[seq] = said
        if len(self._words) > WORDS_KEPT_MAX:
            self._words.popitem(last=False)
        outcome: Outcome = "allowed" if answer.allowed else "denied"
        return Verdict(
            outcome=outcome,
            said=said,
            reasons=[reason.value for reason in answer.reasons],
            order=seq,
            log_index=answer.log_index,
        )

    async def _told(self, seq: int) -> ToldOrder | None:
        """Return one of the agent's newest orders."""
        return next((o for o in await self._orders() if o.seq == seq), None)

    async def _orders(self) -> list[ToldOrder]:
        """Return the agent's newest orders, the oldest first."""
        return orders_in(await self._agent.past("orders", HISTORY_ORDERS_MAX))


def _refused(why: str) -> Verdict:
    """Return why nothing was sent; the reason may repeat what was asked."""
    return Verdict(outcome="refused", said=plain(why))


def _shown(order: ToldOrder) -> OrderShown:
    """Return an order as a model is told of it."""
    return OrderShown(
        order=order.seq,
        action=order.action,
        market=order.market,
        side=order.side,
        type=order.type,
        amount=order.amount,
        limit_price=order.limit_price,
        outcome=order.outcome,
        reasons=list(order.reasons),
        venue=order.venue,
        filled=order.filled,
        price=order.price,
        venue_said=quoted(order.detail, "the venue") if order.detail else None,
    )
