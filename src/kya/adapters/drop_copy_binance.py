"""The drop copy of a venue at Binance: executions in its markets, the oldest first.

Each market has a list of its own. They are joined by time, up to what is older than the
moment before the first is read: of that moment there can be more. What came later waits
for the next question, so that a line keeps its place whichever list it was in. All
begin when the gateway first used the account.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from kya.adapters.ccxt_binance import FILLS_ASKED_MAX, AtBinance
from kya.adapters.ccxt_orders import Fields, execution_in
from kya.adapters.drop_copy_memory import lines_behind
from kya.adapters.venue_ccxt import CcxtVenue
from kya.codec.binance_signature import MICROS_PER_MILLISECOND
from kya.core.errors import MalformedError, TransientError
from kya.core.execution import Execution
from kya.core.limits import EXECUTIONS_COPIED_MAX
from kya.gateway.ports import Listed

_MILLIS = 1_000


class BinanceDropCopy:
    """Reads each market's list by number, from the first that was not read yet."""

    def __init__(self, venue: CcxtVenue) -> None:
        """Read the lists of this venue's account."""
        if not isinstance(venue.spoken, AtBinance):
            raise TypeError("want a venue at binance")
        self._venue = venue
        self._spoken = venue.spoken
        self._clients: dict[tuple[str, str], str] = {}
        self._next: dict[str, int] = {}
        self._waiting: list[Fields] = []
        self._lines: list[Execution] = []

    async def listed(self, after: int) -> Listed:
        """Return the next lines; what was read once is not asked for again."""
        if len(self._lines) < after + EXECUTIONS_COPIED_MAX:
            await self._read()
        return lines_behind(self._lines, after)

    async def _read(self) -> None:
        """Read what is new in each market, and settle what is old enough."""
        until = await self._now()
        begun = self._venue.messages.begun.micros // MICROS_PER_MILLISECOND
        for pair in (await self._spoken.pairs()).all:
            await self._read_market(pair.name, begun)
        self._waiting.sort(key=_place)
        settled = [each for each in self._waiting if _place(each)[0] < until]
        lines = [await self._line(each) for each in settled]
        self._lines += lines
        self._waiting = self._waiting[len(settled) :]

    async def _read_market(self, symbol: str, begun: int) -> None:
        """Let what is new in one market wait for its place."""
        while True:
            first = self._next.get(symbol, 0)
            page = await self._spoken.fills(symbol, fromId=str(first))
            try:
                numbers = [int(str(fill["id"])) for fill in page]
                named = [{**fill, "symbol": symbol} for fill in page]
                ours = [fill for fill in named if _place(fill)[0] >= begun]
            except (KeyError, ValueError) as error:
                raise _unreadable(error) from error
            if numbers != sorted(set(numbers)) or (numbers and numbers[0] < first):
                raise TransientError("drop copy: numbers that do not grow")
            self._waiting += ours
            if numbers:
                self._next[symbol] = numbers[-1] + 1
            if len(page) < FILLS_ASKED_MAX:
                return

    async def _line(self, fill: Fields) -> Execution:
        """Return an execution as a line, with the client id of its order."""
        try:
            symbol, order_id = str(fill["symbol"]), str(fill["orderId"])
            spelled = {
                "pair": symbol,
                "ordertxid": order_id,
                "type": "buy" if fill["isBuyer"] is True else "sell",
                "vol": fill["qty"],
                "price": fill["price"],
                "time": str(Decimal(str(fill["time"])) / _MILLIS),
            }
            client_id = await self._client_of(symbol, order_id)
            pairs = await self._spoken.pairs()
            return execution_in(f"{symbol}-{fill['id']}", spelled, client_id, pairs)
        except (MalformedError, KeyError, ArithmeticError) as error:
            raise _unreadable(error) from error

    async def _client_of(self, symbol: str, order_id: str) -> str:
        """Return the client id of an order, asked for once."""
        known = self._clients.get((symbol, order_id))
        if known is None:
            order = await self._spoken.order(symbol, "orderId", order_id)
            if order is None:
                raise TransientError(f"drop copy: no order {order_id} in {symbol}")
            known = self._clients[symbol, order_id] = str(order["clientOrderId"])
        return known

    async def _now(self) -> int:
        """Return the exchange's own time, in milliseconds."""
        result = await self._spoken.account.ask_publicly("Time")
        try:
            return int(str(cast("Mapping[str, object]", result)["serverTime"]))
        except (KeyError, TypeError, ValueError) as error:
            raise TransientError("binance: an answer without a time") from error


def _place(fill: Fields) -> tuple[int, str, int]:
    """Return where an execution stands among those of all markets."""
    return int(str(fill["time"])), str(fill["symbol"]), int(str(fill["id"]))


def _unreadable(error: Exception) -> TransientError:
    """Return the error for a line that says nothing to us."""
    return TransientError(f"drop copy: a line that cannot be read: {error}")
