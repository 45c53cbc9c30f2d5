"""What a bot for Kraken asks, answered by the gateway: orders signed, the rest told.

It holds the agent's key and none of the venue's. A method that is not listed here is
denied, whatever it would do there.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Final, cast

from kya.agent.answer import Answer
from kya.agent.async_client import AsyncAgent
from kya.agent.chain import Instruction
from kya.agent.dead_man import SECONDS_MAX, DeadMan, DeadManSwitch, NotKept
from kya.agent.kraken_denials import denied_with
from kya.agent.kraken_instructions import instruction_of, replacement_of
from kya.agent.kraken_shown import (
    executions_shown,
    order_id,
    orders_shown,
    seq_in,
)
from kya.agent.market import Market
from kya.agent.past import (
    ToldExecution,
    ToldOrder,
    balances_in,
    executions_in,
    orders_in,
)
from kya.codec.kraken_lists import (
    closed_orders,
    executions,
    open_orders,
    queried_executions,
    queried_orders,
)
from kya.codec.kraken_orders import read_new_order
from kya.codec.kraken_shapes import ShownExecution, ShownOrder, described
from kya.codec.kraken_words import (
    INTERNAL_ERROR,
    PERMISSION_DENIED,
    UNKNOWN_ORDER,
    DialectError,
    invalid,
)
from kya.core.errors import InputError, TransientError
from kya.core.limits import HISTORY_ORDERS_MAX
from kya.core.order_events import CHANGED_NOTHING, VenueStatus

Parameters = Mapping[str, str]
_NOTHING_DONE: Final = frozenset(status.value for status in CHANGED_NOTHING)


class KrakenDesk:
    """Answers a bot in Kraken's dialect, on behalf of one agent at one venue."""

    def __init__(
        self,
        agent: AsyncAgent,
        venue: str,
        market: Market,
        new_id: Callable[[], str],
        dead_man: DeadMan,
    ) -> None:
        """Send orders to this venue; `new_id` names those that the bot does not.

        Make it where the loop runs.
        """
        self._agent = agent
        self._venue = venue
        self._market = market
        self._new_id = new_id
        self._now = dead_man.now
        self._timer = DeadManSwitch(self._cancel_working, dead_man.kept, self._now)
        self._silence = DeadManSwitch(self._cancel_working, NotKept(), self._now)
        self._silence_seconds = dead_man.silence_seconds
        self._silence.set(self._silence_seconds)
        self._methods: Mapping[str, Callable[[Parameters], Awaitable[object]]] = {
            "AddOrder": self._add,
            "EditOrder": self._edit,
            "AmendOrder": self._amend,
            "CancelOrder": self._cancel,
            "CancelAll": self._cancel_all,
            "CancelAllOrdersAfter": self._cancel_after,
            "Balance": self._balance,
            "BalanceEx": self._balances,
            "OpenOrders": self._open_orders,
            "ClosedOrders": self._closed_orders,
            "QueryOrders": self._query_orders,
            "TradesHistory": self._executions,
            "QueryTrades": self._query_executions,
        }

    async def public(self, method: str, parameters: Parameters) -> object:
        """Return market figures, which need no key."""
        return await self._market.ask(method, parameters)

    async def private(self, method: str, parameters: Parameters) -> object:
        """Return the result of a method; DialectError where it is denied."""
        if self._silence_seconds:
            self._silence.set(self._silence_seconds)
        answering = self._methods.get(method)
        if answering is None:
            raise DialectError(PERMISSION_DENIED, f"EKya:no road for {method}")
        asked = {k: v for k, v in parameters.items() if k not in {"nonce", "otp"}}
        return await answering(asked)

    async def close(self) -> None:
        """Close the connections."""
        await self._timer.close()
        await self._silence.close()
        await self._market.close()
        await self._agent.close()

    async def _add(self, parameters: Parameters) -> object:
        """Sign an order, and have it judged."""
        wanted = read_new_order(parameters)
        pair = (await self._market.pairs()).of(wanted.pair)
        name = wanted.client_id or self._new_id()
        answer = await self._judged(instruction_of(wanted, pair, name, self._venue))
        price = Decimal(wanted.price or 0)
        said = described(wanted.side, Decimal(wanted.volume), pair.altname, price)
        return {
            "descr": {"order": said},
            "txid": [order_id(answer.order.seq)],
            "kya": _record_of(answer),
        }

    async def _edit(self, parameters: Parameters) -> object:
        """Put an order in the place of a working one."""
        target = await self._working(parameters)
        volume, price = parameters.get("volume"), parameters.get("price")
        answer = await self._replaced(target, volume, price)
        return {
            "status": "ok",
            "txid": order_id(answer.order.seq),
            "originaltxid": order_id(target.seq),
            "orders_cancelled": 1,
            "volume": str(answer.order.amount),
            "price": str(answer.order.limit_price),
            "descr": {"order": ""},
            "kya": _record_of(answer),
        }

    async def _amend(self, parameters: Parameters) -> object:
        """Do the same under the newer name of it; the answer has the order's new id."""
        target = await self._working(parameters)
        volume, price = parameters.get("order_qty"), parameters.get("limit_price")
        answer = await self._replaced(target, volume, price)
        return {"amend_id": order_id(answer.order.seq), "kya": _record_of(answer)}

    async def _replaced(
        self, target: ToldOrder, volume: str | None, price: str | None
    ) -> Answer:
        """Have a replacement judged, and wait for what the venue says of it."""
        new = replacement_of(target, volume, price, self._new_id(), self._venue)
        answer = await self._judged(new)
        if await self._venues_word(answer) in _NOTHING_DONE:
            raise DialectError(
                "EOrder:Invalid order", "EKya:the venue replaced nothing"
            )
        return answer

    async def _cancel(self, parameters: Parameters) -> object:
        """Cancel one working order."""
        await self._ended(await self._working(parameters))
        return {"count": 1}

    async def _cancel_all(self, parameters: Parameters) -> object:
        """Cancel every working order, one after the other."""
        del parameters
        return {"count": await self._cancel_working()}

    async def _cancel_after(self, parameters: Parameters) -> object:
        """Cancel everything after so many seconds unless asked again; 0 forgets it."""
        text = parameters.get("timeout", "")
        if not text.isdecimal() or int(text) > SECONDS_MAX:
            raise invalid("timeout")
        due = self._timer.set(int(text))
        trigger = "0" if due is None else str(due)
        return {"currentTime": str(self._now()), "triggerTime": trigger}

    async def _cancel_working(self) -> int:
        """Cancel every working order, one after the other; return how many were."""
        count = 0
        for order in await self._orders():
            if order.is_working:
                with suppress(DialectError):  # It was over by then.
                    await self._ended(order)
                    count += 1
        return count

    async def _ended(self, order: ToldOrder) -> None:
        """Cancel an order, and wait for what the venue says of that."""
        answer = await self._judged(order.taken_back(self._new_id(), self._venue))
        if await self._venues_word(answer) == VenueStatus.REJECTED.value:
            raise DialectError(UNKNOWN_ORDER)

    async def _working(self, parameters: Parameters) -> ToldOrder:
        """Return the working order that is named; DialectError if none works."""
        seq = seq_in(parameters.get("txid", ""))
        client_id = parameters.get("cl_ord_id")
        for order in await self._orders():
            is_named = order.seq == seq or order.client_order_id == client_id
            if is_named and order.is_working:
                return order
        raise DialectError(UNKNOWN_ORDER)

    async def _judged(self, instruction: Instruction) -> Answer:
        """Return the decision that allows it; DialectError says why another does not.

        What the gateway cannot take at all is nothing that the bot could mend.
        """
        try:
            answer = await self._agent.submit(instruction)
        except InputError as error:
            raise DialectError(INTERNAL_ERROR, f"EKya:{error}") from error
        if not answer.allowed:
            raise DialectError(*denied_with(answer.reasons, answer.decision.order))
        return answer

    async def _venues_word(self, answer: Answer) -> str | None:
        """Return what the venue says of an order, None while nobody knows."""
        with suppress(TransientError):
            return (await self._agent.outcome(answer.order.seq)).venue
        return None

    async def _balances(self, parameters: Parameters) -> object:
        """Return the balances with their holds, as the gateway passes them through."""
        del parameters
        try:
            reply = await self._agent.read(f"/v1/venues/{self._venue}/balances")
        except InputError as error:
            raise DialectError(PERMISSION_DENIED, f"EKya:{error}") from error
        return balances_in(reply)

    async def _balance(self, parameters: Parameters) -> object:
        """Return the balances alone."""
        held = cast(
            "Mapping[str, Mapping[str, object]]", await self._balances(parameters)
        )
        return {asset: each["balance"] for asset, each in held.items()}

    async def _open_orders(self, parameters: Parameters) -> object:
        """Return what works."""
        return open_orders(await self._shown_orders(), parameters)

    async def _closed_orders(self, parameters: Parameters) -> object:
        """Return what is over."""
        return closed_orders(await self._shown_orders(), parameters)

    async def _query_orders(self, parameters: Parameters) -> object:
        """Return the orders that are named."""
        return queried_orders(await self._shown_orders(), parameters)

    async def _executions(self, parameters: Parameters) -> object:
        """Return the executions that the venue's own list has."""
        return executions(await self._shown_executions(), parameters)

    async def _query_executions(self, parameters: Parameters) -> object:
        """Return the executions that are named."""
        return queried_executions(await self._shown_executions(), parameters)

    async def _shown_orders(self) -> dict[str, ShownOrder]:
        """Return the agent's orders as Kraken shows them."""
        pairs = await self._market.pairs()
        return orders_shown(await self._orders(), await self._told_executions(), pairs)

    async def _shown_executions(self) -> list[ShownExecution]:
        """Return the executions of the agent's orders as Kraken shows them."""
        pairs = await self._market.pairs()
        return executions_shown(
            await self._told_executions(), await self._orders(), pairs
        )

    async def _orders(self) -> list[ToldOrder]:
        """Return the agent's newest orders."""
        return orders_in(await self._agent.past("orders", HISTORY_ORDERS_MAX))

    async def _told_executions(self) -> list[ToldExecution]:
        """Return the newest executions of the agent's orders."""
        return executions_in(await self._agent.past("executions", HISTORY_ORDERS_MAX))


def _record_of(answer: Answer) -> dict[str, object]:
    """Return what names the decision in the log."""
    return {
        "order": answer.decision.order,
        "seq": answer.order.seq,
        "log_index": answer.log_index,
    }
