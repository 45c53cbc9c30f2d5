"""Binance's methods behind a venue: what is asked of the account, and how it is read.

Binance tells of one market at a time, so a venue there has a few, by name.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, cast

import msgspec

from kya.adapters.ccxt_account import CcxtAccount
from kya.adapters.ccxt_binance_words import NO_ORDER
from kya.adapters.ccxt_orders import (
    DEADLINE_SECONDS,
    CannotBeSentError,
    Fields,
    answer_in,
    pair_for,
)
from kya.codec.binance_signature import MICROS_PER_MILLISECOND
from kya.codec.kraken_pairs import Pair, Pairs
from kya.codec.kraken_shapes import plain
from kya.codec.kraken_words import UNKNOWN_ORDER, DialectError
from kya.core.errors import MalformedError, TransientError
from kya.core.order import Order, OrderType, TimeInForce
from kya.core.order_events import VenueStatus
from kya.gateway.ports import Clock, VenueAnswer

FILLS_ASKED_MAX: Final = 1_000
_STANDING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NEW": "open",
        "PENDING_NEW": "pending",
        "PARTIALLY_FILLED": "open",
        "PENDING_CANCEL": "open",
        "FILLED": "closed",
        "CANCELED": "canceled",
        "EXPIRED": "expired",
        "EXPIRED_IN_MATCH": "expired",
    }
)
"""Binance's word of an order's standing, in that of the reader that is shared."""

_LASTS: Final = (TimeInForce.GTC, TimeInForce.IOC)


class AtBinance:
    """One account at Binance's spot market, and the markets that are used there."""

    def __init__(
        self, account: CcxtAccount, clock: Clock, markets: tuple[str, ...]
    ) -> None:
        """Ask this account, of these markets alone."""
        self.account = account
        self._clock = clock
        self._markets = markets
        self._known: Pairs | None = None
        self._symbols: dict[str, str] = {}

    async def pairs(self) -> Pairs:
        """Return the markets that are used, asked for once."""
        if self._known is None:
            names = [each.replace("/", "") for each in self._markets]
            asked = {"symbols": msgspec.json.encode(names).decode()}
            result = await self.account.ask_publicly("ExchangeInfo", asked)
            try:
                listed = cast("Mapping[str, list[Fields]]", result)["symbols"]
                pairs = [pair_in(each) for each in listed]
            except (KeyError, TypeError, ValueError, ArithmeticError) as error:
                msg = f"binance: an answer without markets: {error!r}"
                raise TransientError(msg) from error
            self._known = Pairs(p for p in pairs if p.market in self._markets)
        return self._known

    async def placing(self, order: Order, client_id: str) -> tuple[str, dict[str, str]]:
        """Return method and parameters, or raise CannotBeSentError."""
        pair = pair_for(order, await self.pairs())
        limits = dict[str, str]()
        if order.type is OrderType.LIMIT:
            if order.time_in_force not in _LASTS:
                raise CannotBeSentError(f"{order.time_in_force.value}: not sent there")
            limits["timeInForce"] = order.time_in_force.value
            limits["price"] = str(order.limit_price)
        elif order.time_in_force is TimeInForce.FOK:
            raise CannotBeSentError("fill or kill is not sent there")
        self._symbols[client_id] = pair.name
        return "PostOrder", self._timed(
            {
                "symbol": pair.name,
                "side": order.side.value.upper(),
                "type": order.type.value.upper(),
                "quantity": str(order.amount),
                "newClientOrderId": client_id,
                **limits,
            }
        )

    async def cancel(self, client_id: str) -> object:
        """Cancel what rests under this client id, in whichever market it does.

        DialectError if it rests in none of them.
        """
        refused = DialectError(UNKNOWN_ORDER)
        for symbol in await self._symbols_of(client_id):
            asked = self._timed({"symbol": symbol, "origClientOrderId": client_id})
            try:
                return await self.account.ask("DeleteOrder", asked)
            except DialectError as error:
                refused = error
        raise refused

    async def balances(self) -> object:
        """Return the balances in the shape that others read."""
        account = await self.account.inquire("GetAccount", self._timed({}))
        try:
            listed = cast("Mapping[str, list[Fields]]", account)["balances"]
            return {
                str(each["asset"]): {
                    "balance": plain(_decimal(each["free"]) + _decimal(each["locked"])),
                    "hold_trade": plain(_decimal(each["locked"])),
                }
                for each in listed
            }
        except (KeyError, TypeError, ArithmeticError) as error:
            raise TransientError("binance: balances that cannot be read") from error

    @staticmethod
    def order_id_in(result: object) -> str:
        """Return nothing: an answer may be of another order, and we ask by our name."""
        del result
        return ""

    async def listed(self, client_id: str, order_id: str | None) -> VenueAnswer | None:
        """Return what the exchange says of a client id, None if it knows none."""
        del order_id
        for symbol in await self._symbols_of(client_id):
            order = await self.order(symbol, "origClientOrderId", client_id)
            if order is None:
                continue
            if order.get("clientOrderId") != client_id:
                raise TransientError(f"{client_id}: told of another order")
            return await self._answer_in(order, symbol)
        return None

    async def order(self, symbol: str, by: str, name: str) -> Fields | None:
        """Return one order, None where there is none of that name in that market."""
        asked = self._timed({"symbol": symbol, by: name})
        try:
            return cast("Fields", await self.account.ask("GetOrder", asked))
        except DialectError as error:
            if str(error).startswith(NO_ORDER):
                return None
            raise TransientError(f"GetOrder: {error}") from error

    async def fills(self, symbol: str, **asked: str) -> list[Fields]:
        """Return executions in one market, the oldest first."""
        wanted = {"symbol": symbol, "limit": str(FILLS_ASKED_MAX), **asked}
        result = await self.account.inquire("GetMyTrades", self._timed(wanted))
        if not isinstance(result, list):
            raise TransientError("binance: want a list of executions")
        return cast("list[Fields]", result)

    async def _answer_in(self, order: Fields, symbol: str) -> VenueAnswer:
        """Return what an order has come to, by its executions."""
        try:
            if order["status"] == "REJECTED":
                return VenueAnswer(status=VenueStatus.REJECTED)
            read = {
                "status": _STANDING.get(str(order["status"]), str(order["status"])),
                "vol": order["origQty"],
                "vol_exec": order["executedQty"],
            }
            fills = list[Fields]()
            if _decimal(order["executedQty"]):
                fills = await self.fills(symbol, orderId=str(order["orderId"]))
            market = (await self.pairs()).of(symbol).market
            spelled = [{"vol": f["qty"], "price": f["price"]} for f in fills]
            return answer_in(read, market, spelled)
        except (DialectError, MalformedError, KeyError, ArithmeticError) as error:
            raise TransientError(f"an order that cannot be read: {error}") from error

    async def _symbols_of(self, client_id: str) -> list[str]:
        """Return where an order can be: in its market, or, unknown here, in any."""
        known = self._symbols.get(client_id)
        return [known] if known else [pair.name for pair in (await self.pairs()).all]

    def _timed(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Return parameters that say when they leave, and until when they count."""
        return {
            **asked,
            "timestamp": str(self._clock.now().micros // MICROS_PER_MILLISECOND),
            "recvWindow": str(DEADLINE_SECONDS * 1_000),
        }


def pair_in(listed: Fields) -> Pair:
    """Return one market of exchangeInfo; KeyError or ValueError if it is none."""
    filters = {
        str(each["filterType"]): each
        for each in cast("list[Fields]", listed["filters"])
    }
    base, quote = str(listed["baseAsset"]), str(listed["quoteAsset"])
    least = filters.get("NOTIONAL") or filters["MIN_NOTIONAL"]
    return Pair(
        name=str(listed["symbol"]),
        altname=str(listed["symbol"]),
        market=f"{base}/{quote}",
        base=base,
        quote=quote,
        price_decimals=_decimals(filters["PRICE_FILTER"]["tickSize"]),
        volume_decimals=_decimals(filters["LOT_SIZE"]["stepSize"]),
        volume_min=plain(_decimal(filters["LOT_SIZE"]["minQty"])),
        cost_min=plain(_decimal(least["minNotional"])),
    )


def _decimals(step: object) -> int:
    """Return how many decimals a step has: `0.01000000` has two."""
    _, _, behind = plain(_decimal(step)).partition(".")
    return len(behind)


def _decimal(figure: object) -> Decimal:
    """Return a figure; ArithmeticError if it is none."""
    return Decimal(str(figure))
