"""What a bot for Binance asks of its past, told from the log."""

import re
from collections.abc import Mapping
from typing import Final

from kya.agent.at_venue import AtVenue
from kya.agent.binance_figures import BinanceFigures, count_in, is_within, page
from kya.agent.binance_instructions import require_known
from kya.agent.binance_shown import execution_shown, millis, order_shown
from kya.agent.past import ToldOrder
from kya.codec.binance_words import malformed, no_order
from kya.core.errors import TransientError
from kya.core.instant import Instant

Parameters = Mapping[str, str]
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_USUAL: Final = 500
_MOST: Final = 1_000
_LIST: Final = frozenset({"endTime", "limit", "orderId", "startTime", "symbol"})


class BinanceLists:
    """Orders and executions of one agent, by market, the oldest first."""

    def __init__(self, at_venue: AtVenue, figures: BinanceFigures) -> None:
        """Tell of this agent, in the names of these markets."""
        self._at_venue = at_venue
        self._figures = figures

    async def order(self, asked: Parameters) -> object:
        """Tell of one order."""
        require_known(asked, frozenset({"orderId", "origClientOrderId", "symbol"}))
        symbols = await self._figures.symbols()
        order = await self.named(asked, "orderId", "origClientOrderId")
        if order is None:
            raise no_order()
        return order_shown(order, symbols)

    async def open_orders(self, asked: Parameters) -> object:
        """Tell what works, in one market or in all."""
        require_known(asked, frozenset({"symbol"}))
        symbols = await self._figures.symbols()
        market = symbols.of(asked["symbol"]).market if "symbol" in asked else None
        working = await self._at_venue.working(market)
        return [order_shown(each, symbols) for each in working]

    async def all_orders(self, asked: Parameters) -> object:
        """Tell of a market's orders: from one on, or the newest."""
        require_known(asked, _LIST)
        limit = count_in(asked, _USUAL, _MOST)
        symbols = await self._figures.symbols()
        market = symbols.of(asked.get("symbol")).market
        first = _number(asked, "orderId") or 0
        found = [
            order
            for order in await self._at_venue.orders()
            if order.is_at_venue
            and order.market == market
            and order.seq >= first
            and is_within(millis(order.created), asked)
        ]
        return [order_shown(each, symbols) for each in page(found, limit, asked)]

    async def executions(self, asked: Parameters) -> object:
        """Tell of a market's executions, or of one order's."""
        require_known(asked, _LIST)
        limit = count_in(asked, _USUAL, _MOST)
        symbols = await self._figures.symbols()
        market = symbols.of(asked.get("symbol")).market
        seq = _number(asked, "orderId")
        found = [
            each
            for each in await self._at_venue.executions()
            if each.market == market
            and seq in {None, each.seq}
            and is_within(millis(Instant.parse(each.at)), asked)
        ]
        return [execution_shown(each, symbols) for each in page(found, limit, asked)]

    async def named(
        self, asked: Parameters, by_id: str, by_name: str
    ) -> ToldOrder | None:
        """Return the newest order of that id or name in the market, if there is one."""
        market = (await self._figures.symbols()).of(asked.get("symbol")).market
        seq, name = _number(asked, by_id), asked.get(by_name)
        if seq is None and not name:
            raise malformed(by_id)
        for order in reversed(await self._at_venue.orders()):
            is_named = seq in {None, order.seq} and name in {
                None,
                order.client_order_id,
            }
            if is_named and order.is_at_venue and order.market == market:
                return order
        return None

    async def told(self, seq: int) -> ToldOrder:
        """Return an order that is on record."""
        for order in reversed(await self._at_venue.orders()):
            if order.seq == seq:
                return order
        raise TransientError(f"order {seq}: not told of yet")


def _number(asked: Parameters, name: str) -> int | None:
    """Return an order's number, None where none is named."""
    text = asked.get(name)
    if text is None:
        return None
    if _NUMBER.fullmatch(text) is None:
        raise malformed(name)
    return int(text)
