"""What a bot for Kraken asks, answered by the gateway: orders signed, the rest told.

It holds the agent's key and none of the venue's. A method that is not listed here is
denied, whatever it would do there.
"""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Final, cast

from kya.agent.answer import Answer
from kya.agent.at_venue import (
    AtVenue,
    DeniedError,
    NotTakenError,
    OverError,
    record_of,
)
from kya.agent.dead_man import SECONDS_MAX
from kya.agent.kraken_denials import denied_with
from kya.agent.kraken_instructions import instruction_of, replacement_of
from kya.agent.kraken_shown import (
    executions_shown,
    order_id,
    orders_shown,
    seq_in,
)
from kya.agent.market import Market
from kya.agent.past import ToldOrder
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
from kya.core.order_events import CHANGED_NOTHING

Parameters = Mapping[str, str]
_NOTHING_DONE: Final = frozenset(status.value for status in CHANGED_NOTHING)


class KrakenDesk:
    """Answers a bot in Kraken's dialect, on behalf of one agent at one venue."""

    def __init__(self, at_venue: AtVenue, market: Market) -> None:
        """Answer for this agent, with the figures of this market."""
        self._at_venue = at_venue
        self._market = market
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
        self._at_venue.heard()
        answering = self._methods.get(method)
        if answering is None:
            raise DialectError(PERMISSION_DENIED, f"EKya:no road for {method}")
        asked = {k: v for k, v in parameters.items() if k not in {"nonce", "otp"}}
        try:
            return await answering(asked)
        except DeniedError as error:
            raise DialectError(*denied_with(error.reasons, error.order)) from error
        except NotTakenError as error:
            raise DialectError(INTERNAL_ERROR, f"EKya:{error}") from error
        except OverError as error:
            raise DialectError(UNKNOWN_ORDER) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._market.close()
        await self._at_venue.close()

    async def _add(self, parameters: Parameters) -> object:
        """Sign an order, and have it judged."""
        wanted = read_new_order(parameters)
        pair = (await self._market.pairs()).of(wanted.pair)
        name = wanted.client_id or self._at_venue.new_id()
        answer = await self._at_venue.judged(
            instruction_of(wanted, pair, name, self._at_venue.venue)
        )
        price = Decimal(wanted.price or 0)
        said = described(wanted.side, Decimal(wanted.volume), pair.altname, price)
        return {
            "descr": {"order": said},
            "txid": [order_id(answer.order.seq)],
            "kya": record_of(answer),
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
            "kya": record_of(answer),
        }

    async def _amend(self, parameters: Parameters) -> object:
        """Do the same under the newer name of it; the answer has the order's new id."""
        target = await self._working(parameters)
        volume, price = parameters.get("order_qty"), parameters.get("limit_price")
        answer = await self._replaced(target, volume, price)
        return {"amend_id": order_id(answer.order.seq), "kya": record_of(answer)}

    async def _replaced(
        self, target: ToldOrder, volume: str | None, price: str | None
    ) -> Answer:
        """Have a replacement judged, and wait for what the venue says of it."""
        new = replacement_of(
            target, volume, price, self._at_venue.new_id(), self._at_venue.venue
        )
        answer = await self._at_venue.judged(new)
        if await self._at_venue.word(answer) in _NOTHING_DONE:
            raise DialectError(
                "EOrder:Invalid order", "EKya:the venue replaced nothing"
            )
        return answer

    async def _cancel(self, parameters: Parameters) -> object:
        """Cancel one working order."""
        await self._at_venue.ended(await self._working(parameters))
        return {"count": 1}

    async def _cancel_all(self, parameters: Parameters) -> object:
        """Cancel every working order, one after the other."""
        del parameters
        return {"count": len(await self._at_venue.cancel_working())}

    async def _cancel_after(self, parameters: Parameters) -> object:
        """Cancel everything after so many seconds unless asked again; 0 forgets it."""
        text = parameters.get("timeout", "")
        if not text.isdecimal() or int(text) > SECONDS_MAX:
            raise invalid("timeout")
        due = self._at_venue.cancel_after(int(text))
        trigger = "0" if due is None else str(due)
        return {"currentTime": str(self._at_venue.now()), "triggerTime": trigger}

    async def _working(self, parameters: Parameters) -> ToldOrder:
        """Return the working order that is named; DialectError if none works."""
        seq = seq_in(parameters.get("txid", ""))
        client_id = parameters.get("cl_ord_id")
        for order in await self._at_venue.orders():
            is_named = order.seq == seq or order.client_order_id == client_id
            if is_named and order.is_working:
                return order
        raise DialectError(UNKNOWN_ORDER)

    async def _balances(self, parameters: Parameters) -> object:
        """Return the balances with their holds, as the gateway passes them through."""
        del parameters
        try:
            return await self._at_venue.balances()
        except NotTakenError as error:
            raise DialectError(PERMISSION_DENIED, f"EKya:{error}") from error

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
        return orders_shown(
            await self._at_venue.orders(), await self._at_venue.executions(), pairs
        )

    async def _shown_executions(self) -> list[ShownExecution]:
        """Return the executions of the agent's orders as Kraken shows them."""
        pairs = await self._market.pairs()
        return executions_shown(
            await self._at_venue.executions(), await self._at_venue.orders(), pairs
        )
