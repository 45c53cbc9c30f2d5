"""Kraken's methods behind a venue: what is asked of the account, and how it is read."""

from typing import Final, cast

from kya.adapters.ccxt_account import CcxtAccount
from kya.adapters.ccxt_orders import Fields, answer_in, objects_in, parameters_of
from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_words import DialectError
from kya.core.errors import MalformedError, TransientError
from kya.core.order import Order
from kya.gateway.ports import Clock, VenueAnswer

_FILLS_ASKED_MAX: Final = 20
_LISTS: Final = {"OpenOrders": "open", "ClosedOrders": "closed"}


class AtKraken:
    """One account at Kraken, which tells of all of its markets at once."""

    def __init__(
        self, account: CcxtAccount, clock: Clock, markets: tuple[str, ...]
    ) -> None:
        """Ask this account."""
        del markets
        self._account = account
        self._clock = clock
        self._known: Pairs | None = None

    async def pairs(self) -> Pairs:
        """Return the markets, asked for once."""
        if self._known is None:
            result = await self._account.ask_publicly("AssetPairs")
            try:
                self._known = Pairs.read(result)
            except MalformedError as error:
                raise TransientError(str(error)) from error
        return self._known

    async def placing(self, order: Order, client_id: str) -> tuple[str, dict[str, str]]:
        """Return method and parameters, or raise CannotBeSentError."""
        pairs = await self.pairs()
        now = self._clock.now()
        return "AddOrder", parameters_of(order, client_id, pairs, now)

    async def cancel(self, client_id: str) -> object:
        """Cancel what rests under this client id."""
        return await self._account.ask("CancelOrder", {"cl_ord_id": client_id})

    async def balances(self) -> object:
        """Return the balances as Kraken writes them."""
        return await self._account.inquire("BalanceEx", {})

    @staticmethod
    def order_id_in(result: object) -> str:
        """Return the name that the exchange gives an order, or nothing if it has none.

        An answer may be of another order: whoever asks by this name compares.
        """
        if not isinstance(result, dict):
            return ""
        names = cast("dict[str, object]", result).get("txid")
        known = cast("list[object]", names) if isinstance(names, list) else []
        return str(known[0]) if len(known) == 1 else ""

    async def listed(self, client_id: str, order_id: str | None) -> VenueAnswer | None:
        """Return what the exchange lists under a client id.

        By the name that it has there, if that is known and is indeed this order's. Else
        what rests is asked for first: an order moves from there to what is over, and
        never back.
        """
        if order_id:
            asked = {"txid": order_id, "trades": "true"}
            order = objects_in(await self._account.inquire("QueryOrders", asked)).get(
                order_id, {}
            )
            if order.get("cl_ord_id") == client_id:
                return await self._answer_in(order)
        for method, name in _LISTS.items():
            asked = {"cl_ord_id": client_id, "trades": "true"}
            listed = objects_in(await self._account.inquire(method, asked), name)
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
                await self._account.inquire("QueryTrades", {"txid": asked})
            ).values()
        try:
            pair = (await self.pairs()).of(str(objects_in(order, "descr")["pair"]))
            return answer_in(order, pair.market, fills)
        except (DialectError, MalformedError, KeyError) as error:
            raise TransientError(f"an order that cannot be read: {error}") from error
