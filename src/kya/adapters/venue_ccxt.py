"""A venue behind ccxt: spot orders, each sent once, known there by our client id.

What is not known is asked for by that id and never sent again. An order that left and
is not listed may still be on its way; only once its deadline is well past does its
absence mean that it never arrived.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final, cast

from kya.adapters.ccxt_account import Access, CcxtAccount
from kya.adapters.ccxt_orders import (
    DEADLINE_SECONDS,
    CannotBeSentError,
    Fields,
    answer_in,
    objects_in,
    parameters_of,
)
from kya.adapters.ccxt_timer import ExchangeTimer
from kya.adapters.sent_messages import Sent
from kya.adapters.sent_once import SentOnce
from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_words import DialectError
from kya.core.errors import MalformedError, TransientError
from kya.core.order_events import VenueStatus
from kya.gateway.permit import Permit
from kya.gateway.ports import Clock, VenueAnswer

ARRIVAL_SECONDS: Final = 2 * DEADLINE_SECONDS
"""After this, what is not listed will not be: the deadline, and as much for clocks."""

_FILLS_ASKED_MAX: Final = 20
_LISTS: Final = {"OpenOrders": "open", "ClosedOrders": "closed"}
_NO_TIMER: Final = "it could rest, and the exchange's timer that cancels is not set"
_NOT_IN_ONE_STEP: Final = "nothing is replaced in one step there: cancel, then order"


class CcxtVenue(SentOnce):
    """Sends permits to one account, and asks it what became of them."""

    def __init__(self, access: Access, clock: Clock, path: Path) -> None:
        """Remember at the path what was sent; connect when the first message leaves."""
        super().__init__(clock, path, ARRIVAL_SECONDS)
        self.account = CcxtAccount(access)
        self.timer = ExchangeTimer(self.account, clock, access.cancel_after_seconds)
        self._known: Pairs | None = None
        self._balancing = asyncio.Lock()
        self._asking: asyncio.Future[object] | None = None

    async def submit(self, permit: Permit) -> VenueAnswer:
        """Send the order; a DialectError is a rejection, as nothing was done."""
        client_id, now = permit.client_id, self._clock.now()
        if self.messages.of(client_id) is not None:
            return await self._word_on(client_id)
        pairs = await self.pairs()
        try:
            parameters = parameters_of(permit.order, client_id, pairs, now)
        except CannotBeSentError as error:
            return self._never_sent(client_id, str(error))
        if "timeinforce" in parameters and not await self.timer.is_set():
            return self._never_sent(client_id, _NO_TIMER)

        # Commit point: after this line it may have left, and is never sent again.
        sent = self._begun(client_id)
        return await self._sent(sent, "AddOrder", parameters)

    async def replace(self, permit: Permit) -> VenueAnswer:
        """Reject, as an amended order keeps its name.

        Nobody could tell whose an execution is, the target's or its successor's.
        """
        return self._never_sent(permit.client_id, _NOT_IN_ONE_STEP)

    async def cancel(self, permit: Permit) -> VenueAnswer:
        """Cancel the target by its client id; to ask twice changes nothing."""
        client_id, target = permit.client_id, permit.target_client_id or ""
        if self.messages.of(client_id) is not None:
            return await self._word_on(client_id)
        sent = self._begun(client_id, target)
        return await self._sent(sent, "CancelOrder", {"cl_ord_id": target})

    async def recall(self, client_id: str) -> VenueAnswer | None:
        """Cancel an order without a permit, and return what became of it."""
        with suppress(DialectError):  # Then it does not rest.
            await self.account.ask("CancelOrder", {"cl_ord_id": client_id})
        return await self.query(client_id)

    async def pairs(self) -> Pairs:
        """Return the exchange's markets, asked for once."""
        if self._known is None:
            result = await self.account.ask_publicly("AssetPairs")
            try:
                self._known = Pairs.read(result)
            except MalformedError as error:
                raise TransientError(str(error)) from error
        return self._known

    async def balances(self) -> object:
        """Return the account's balances as the exchange writes them.

        All who ask before the next question leaves share its answer: whoever asks again
        and again must not stand before orders and cancels more than once.
        """
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._newest_balances())
        return await asyncio.shield(self._asking)

    async def _newest_balances(self) -> object:
        """Ask, one question at a time; whoever comes from now on waits for the next."""
        async with self._balancing:
            self._asking = None
            return await self.account.inquire("BalanceEx", {})

    async def close(self) -> None:
        """Close the connections, and give back the file."""
        await self.account.close()
        self.messages.close()

    async def _sent(
        self, sent: Sent, method: str, parameters: dict[str, str]
    ) -> VenueAnswer:
        """Send a message once, and return what came of it."""
        try:
            result = await self.account.ask(method, parameters)
        except DialectError as error:
            return self._ended(sent, VenueStatus.REJECTED, str(error))
        self._accepted[sent.client_id] = _order_id_in(result)
        return await self._word_on(sent.client_id)

    async def _listed_order(self, client_id: str) -> VenueAnswer | None:
        """Return what the exchange lists under a client id.

        By the name that it has there, if that is known and is indeed this order's. Else
        what rests is asked for first: an order moves from there to what is over, and
        never back.
        """
        order_id = self._accepted.get(client_id)
        if order_id:
            asked = {"txid": order_id, "trades": "true"}
            order = objects_in(await self.account.inquire("QueryOrders", asked)).get(
                order_id, {}
            )
            if order.get("cl_ord_id") == client_id:
                return await self._answer_in(order)
        for method, name in _LISTS.items():
            asked = {"cl_ord_id": client_id, "trades": "true"}
            listed = objects_in(await self.account.inquire(method, asked), name)
            for order in listed.values():
                if order.get("cl_ord_id") == client_id:
                    return await self._answer_in(order)
        return None

    async def _answer_in(self, order: Fields) -> VenueAnswer:
        """Return what an order has come to, by its executions."""
        ids = [str(each) for each in cast("list[object]", order.get("trades") or [])]
        fills: list[Fields] = []
        for start in range(0, len(ids), _FILLS_ASKED_MAX):
            asked = ",".join(ids[start : start + _FILLS_ASKED_MAX])
            fills += objects_in(
                await self.account.inquire("QueryTrades", {"txid": asked})
            ).values()
        try:
            pair = (await self.pairs()).of(str(objects_in(order, "descr")["pair"]))
            return answer_in(order, pair.market, fills)
        except (DialectError, MalformedError, KeyError) as error:
            raise TransientError(f"an order that cannot be read: {error}") from error


def _order_id_in(result: object) -> str:
    """Return the name that the exchange gives an order, or nothing where it has none.

    An answer may be of another order: whoever asks by this name compares what comes.
    """
    if not isinstance(result, dict):
        return ""
    names = cast("dict[str, object]", result).get("txid")
    known = cast("list[object]", names) if isinstance(names, list) else []
    return str(known[0]) if len(known) == 1 else ""
