"""The drop copy of a venue behind ccxt: the account's executions, the oldest first.

It begins when the gateway first used the account: what was there before is not its.
"""

from decimal import Decimal
from typing import Final

from kya.adapters.ccxt_orders import Fields, execution_in, instant_in, objects_in
from kya.adapters.drop_copy_memory import lines_behind
from kya.adapters.venue_ccxt import CcxtVenue
from kya.core.errors import MalformedError, TransientError
from kya.core.execution import Execution
from kya.core.instant import MICROS_PER_SECOND
from kya.core.limits import EXECUTIONS_COPIED_MAX
from kya.gateway.ports import Listed

_ORDERS_ASKED_MAX: Final = 20


class CcxtDropCopy:
    """Reads the list from its newest end, which is where the exchange begins."""

    def __init__(self, venue: CcxtVenue) -> None:
        """Read the list of this venue's account."""
        self._venue = venue
        self._clients: dict[str, str] = {}
        self._lines: list[Execution] = []
        self._ids: set[str] = set()

    async def listed(self, after: int) -> Listed:
        """Return the next lines; what was read once is not asked for again."""
        wanted = after + EXECUTIONS_COPIED_MAX
        if len(self._lines) < wanted:
            fresh = await self._behind(len(self._lines))
            self._lines += fresh
            self._ids.update(each.execution_id for each in fresh)
        return lines_behind(self._lines, after)

    async def _behind(self, known: int) -> list[Execution]:
        """Return all lines behind the first `known`; TransientError if one is lost."""
        found: dict[str, Fields] = {}
        count, offset = known, 0
        while self._missed(found) < count - known or not offset:
            asked = {"start": self._start(), "ofs": str(offset)}
            result = await self._venue.account.inquire("TradesHistory", asked)
            page = objects_in(result, "trades")
            now = int(str(objects_in(result).get("count", 0)))
            if offset and now != count:
                raise TransientError("drop copy: the list has grown while it was read")
            count, offset = now, offset + len(page)
            found |= page
            if not page:
                break
        if count < known:
            raise TransientError(f"drop copy: the list has {count} lines; want {known}")
        if self._missed(found) != count - known:
            raise TransientError("drop copy: the list lacks lines that it counts")
        # By their ids: of one instant, what was executed later can stand before.
        fresh = [each for each in found.items() if each[0] not in self._ids]
        fresh.sort(key=lambda each: (instant_in(each[1]), each[0]))
        return await self._read(dict(fresh))

    def _missed(self, found: dict[str, Fields]) -> int:
        """Return how many of these lines were not read before."""
        return len(found.keys() - self._ids)

    async def _read(self, fills: dict[str, Fields]) -> list[Execution]:
        """Return executions as lines, each with the client id of its order."""
        await self._learn({str(fill["ordertxid"]) for fill in fills.values()})
        pairs = await self._venue.pairs()
        try:
            return [
                execution_in(id_, fill, self._clients[str(fill["ordertxid"])], pairs)
                for id_, fill in fills.items()
            ]
        except (MalformedError, KeyError) as error:
            msg = f"drop copy: a line that cannot be read: {error}"
            raise TransientError(msg) from error

    async def _learn(self, orders: set[str]) -> None:
        """Ask for the client ids of orders that nobody has asked for yet."""
        missing = sorted(orders - self._clients.keys())
        for start in range(0, len(missing), _ORDERS_ASKED_MAX):
            asked = ",".join(missing[start : start + _ORDERS_ASKED_MAX])
            found = objects_in(
                await self._venue.account.inquire("QueryOrders", {"txid": asked})
            )
            for id_, order in found.items():
                self._clients[id_] = str(order.get("cl_ord_id") or "")

    def _start(self) -> str:
        """Return from when on the list is ours, in seconds."""
        return str(Decimal(self._venue.messages.begun.micros) / MICROS_PER_SECOND)
