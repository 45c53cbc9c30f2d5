"""A venue behind ccxt: spot orders, each sent once, known there by our client id.

What is not known is asked for by that id and never sent again. An order that left and
is not listed may still be on its way; only once its deadline is well past does its
absence mean that it never arrived.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kya.adapters.ccxt_account import Access, CcxtAccount
from kya.adapters.ccxt_binance import AtBinance
from kya.adapters.ccxt_kraken import AtKraken
from kya.adapters.ccxt_orders import DEADLINE_SECONDS, CannotBeSentError
from kya.adapters.ccxt_timer import ExchangeTimer
from kya.adapters.sent_messages import Sent
from kya.adapters.sent_once import SentOnce
from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_words import DialectError
from kya.core.order import OrderType
from kya.core.order_events import VenueStatus
from kya.gateway.permit import Permit
from kya.gateway.ports import Clock, VenueAnswer

ARRIVAL_SECONDS: Final = 2 * DEADLINE_SECONDS
"""After this, what is not listed will not be: the deadline, and as much for clocks."""

_NO_TIMER: Final = "it could rest, and the exchange's timer that cancels is not set"
_NOT_IN_ONE_STEP: Final = "nothing is replaced in one step there: cancel, then order"
_SPOKEN: Final[Mapping[str, type[AtKraken | AtBinance]]] = MappingProxyType(
    {
        "kraken": AtKraken,
        "binance": AtBinance,
    }
)


class CcxtVenue(SentOnce):
    """Sends permits to one account, and asks it what became of them."""

    def __init__(self, access: Access, clock: Clock, path: Path) -> None:
        """Remember at the path what was sent; connect when the first message leaves."""
        super().__init__(clock, path, ARRIVAL_SECONDS)
        self.account = CcxtAccount(access)
        self.spoken = _SPOKEN[access.exchange](self.account, clock, access.markets)
        self.timer = ExchangeTimer(self.account, clock, access.cancel_after_seconds)
        self._balancing = asyncio.Lock()
        self._asking: asyncio.Future[object] | None = None

    async def submit(self, permit: Permit) -> VenueAnswer:
        """Send the order; a DialectError is a rejection, as nothing was done."""
        client_id, order = permit.client_id, permit.order
        if self.messages.of(client_id) is not None:
            return await self._word_on(client_id)
        try:
            sending = await self.spoken.placing(order, client_id)
        except CannotBeSentError as error:
            return self._never_sent(client_id, str(error))
        if order.type is OrderType.LIMIT and not await self.timer.is_set():
            return self._never_sent(client_id, _NO_TIMER)

        # Commit point: after this line it may have left, and is never sent again.
        sent = self._begun(client_id)
        return await self._sent(sent, self.account.ask(*sending))

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
        return await self._sent(sent, self.spoken.cancel(target))

    async def recall(self, client_id: str) -> VenueAnswer | None:
        """Cancel an order without a permit, and return what became of it."""
        with suppress(DialectError):  # Then it does not rest.
            await self.spoken.cancel(client_id)
        return await self.query(client_id)

    async def pairs(self) -> Pairs:
        """Return the exchange's markets, asked for once."""
        return await self.spoken.pairs()

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
            return await self.spoken.balances()

    async def close(self) -> None:
        """Close the connections, and give back the file."""
        await self.account.close()
        self.messages.close()

    async def _sent(self, sent: Sent, asking: Awaitable[object]) -> VenueAnswer:
        """Send a message once, and return what came of it."""
        try:
            result = await asking
        except DialectError as error:
            return self._ended(sent, VenueStatus.REJECTED, str(error))
        self._accepted[sent.client_id] = self.spoken.order_id_in(result)
        return await self._word_on(sent.client_id)

    async def _listed_order(self, client_id: str) -> VenueAnswer | None:
        """Return what the exchange lists under a client id."""
        return await self.spoken.listed(client_id, self._accepted.get(client_id))
