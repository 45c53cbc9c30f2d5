"""The paper exchange's second door: the same book and account in Binance's dialect."""

from collections.abc import Callable, Mapping
from typing import Final, cast

from kya.adapters.exchange_binance_shown import (
    account_shown,
    cancelled_shown,
    fill_shown,
    millis,
    order_shown,
)
from kya.adapters.exchange_order import BookOrder
from kya.adapters.paper_exchange import PaperExchange
from kya.codec.binance_symbols import Symbol, Symbols
from kya.codec.binance_words import (
    CANCEL_REJECTED,
    NO_FUNDS,
    ORDER_REJECTED,
    REFUSED_BY_FILTER,
    BinanceError,
    internal,
    malformed,
    no_order,
    no_road,
    not_valid,
    nothing_to_cancel,
)
from kya.codec.kraken_words import (
    INSUFFICIENT_FUNDS,
    INVALID_KEY,
    MINIMUM_NOT_MET,
    POST_ONLY,
    RATE_LIMIT,
    UNKNOWN_ORDER,
    DialectError,
    invalid,
)
from kya.gateway.ports import Clock

Asked = Mapping[str, str]
_API: Final = "/api/v3/"
_PUBLIC: Final = frozenset({"ping", "time", "exchangeInfo"})
_LISTED_MAX: Final = 1_000
_STATUS_RATE: Final = 429
_STATUS_KEY: Final = 401
_LASTING: Final = ("GTC", "IOC")
_DUPLICATE: Final = "Duplicate order sent."

_SAID: Final = {
    INSUFFICIENT_FUNDS: (ORDER_REJECTED, NO_FUNDS, 400),
    INVALID_KEY: (
        -2015,
        "Invalid API-key, IP, or permissions for action.",
        _STATUS_KEY,
    ),
    MINIMUM_NOT_MET: (REFUSED_BY_FILTER, "Filter failure: NOTIONAL", 400),
    POST_ONLY: (ORDER_REJECTED, "Order would immediately match and take.", 400),
    RATE_LIMIT: (-1003, "Too many requests; please slow down.", _STATUS_RATE),
    UNKNOWN_ORDER: (CANCEL_REJECTED, "Unknown order sent.", 400),
    str(invalid("cl_ord_id")): (ORDER_REJECTED, _DUPLICATE, 400),
    str(invalid("price")): (REFUSED_BY_FILTER, "Filter failure: PRICE_FILTER", 400),
    str(invalid("volume")): (REFUSED_BY_FILTER, "Filter failure: LOT_SIZE", 400),
}
"""The book's refusals as Binance words them; what is not here is an outage."""


class BinanceDoor:
    """Answers Binance's spot methods out of a paper exchange's book."""

    def __init__(self, exchange: PaperExchange, clock: Clock) -> None:
        """Open a door to this exchange."""
        self.exchange = exchange
        self._clock = clock
        self._symbols = Symbols(exchange.pairs.all)
        self._roads: Mapping[str, Callable[[Asked], object]] = {
            "GET ping": lambda _: {},
            "GET time": lambda _: {"serverTime": millis(clock.now().micros)},
            "GET exchangeInfo": lambda _: self._about(),
            "GET account": self._account,
            "GET openOrders": self._open,
            "GET allOrders": self._all,
            "GET order": lambda asked: self._shown(self._order(asked)),
            "GET myTrades": self._fills,
        }

    def is_public(self, method: str, path: str) -> bool:
        """Tell whether a question needs no key; BinanceError if it has no road."""
        name = path.removeprefix(_API)
        if f"{method} {name}" not in {*self._roads, "POST order", "DELETE order"}:
            raise no_road(method, path)
        return name in _PUBLIC

    async def answer(self, method: str, path: str, asked: Asked) -> object:
        """Return the result; BinanceError where it is refused."""
        name = path.removeprefix(_API)
        try:
            if name not in _PUBLIC:
                # Whatever is private lets the book look at what rests, and meets the
                # exchange's standing faults.
                await self.exchange.private("Balance", {})
            match method:
                case "POST":
                    return await self._placed(asked)
                case "DELETE":
                    return await self._cancelled(asked)
                case _:
                    return self._roads[f"{method} {name}"](asked)
        except DialectError as error:
            raise _in_binances_words(error) from error

    async def _placed(self, asked: Asked) -> object:
        """Take an order; an answer that is the one before is that order's."""
        wanted = _new_order(asked, self._symbols.of(asked.get("symbol")))
        answer = await self.exchange.private("AddOrder", wanted)
        ids = cast("dict[str, list[str]]", answer).get("txid")
        return self._shown(self.exchange.book.orders[ids[0]]) if ids else {}

    async def _cancelled(self, asked: Asked) -> object:
        """Cancel one order that rests."""
        try:
            order = self._order(asked)
        except BinanceError as error:
            raise nothing_to_cancel() from error
        await self.exchange.private("CancelOrder", {"txid": order.id})
        ended = self.exchange.book.orders[order.id]
        return cancelled_shown(self._shown(ended), asked)

    def _order(self, asked: Asked) -> BookOrder:
        """Return the order of one name: the newest, where two have had it."""
        symbol = self._symbols.of(asked.get("symbol"))
        by_id, by_name = asked.get("orderId"), asked.get("origClientOrderId")
        if not by_id and not by_name:
            raise malformed("origClientOrderId")
        for order in self.exchange.book.newest_first():
            names = (str(self._number(order)), order.client_id or order.id)
            if order.pair != symbol.pair:
                continue
            if by_id in {None, names[0]} and by_name in {None, names[1]}:
                return order
        raise no_order()

    def _about(self) -> object:
        """Return what exchangeInfo says."""
        return {
            "timezone": "UTC",
            "serverTime": millis(self._clock.now().micros),
            "rateLimits": [],
            "exchangeFilters": [],
            "symbols": [each.shown() for each in self._symbols.all],
        }

    def _account(self, _: Asked) -> object:
        """Return the account with its balances."""
        book, codes = self.exchange.book, self._symbols.asset_codes()
        held = {name: (book.free(name), book.on_hold(name)) for name in book.funds}
        now = millis(self._clock.now().micros)
        return account_shown({codes.get(k, k): v for k, v in held.items()}, now)

    def _open(self, asked: Asked) -> object:
        """Return what rests, in one market or in all."""
        pair = self._symbols.of(asked["symbol"]).pair if "symbol" in asked else ""
        resting = self.exchange.book.open()
        return [self._shown(each) for each in resting if pair in {"", each.pair}]

    def _all(self, asked: Asked) -> object:
        """Return every order of a market, the oldest first."""
        pair = self._symbols.of(asked.get("symbol")).pair
        orders = [o for o in self.exchange.book.orders.values() if o.pair == pair]
        return [self._shown(each) for each in orders[-_LISTED_MAX:]]

    def _fills(self, asked: Asked) -> object:
        """Return executions of a market: the newest, or from one number on."""
        symbol = self._symbols.of(asked.get("symbol"))
        book, found = self.exchange.book, list[dict[str, object]]()
        for number, (id_, fill) in enumerate(book.fills, start=1):
            order = book.orders[id_]
            if order.pair == symbol.pair:
                of = self._number(order)
                found.append(fill_shown(symbol.name, order, of, fill) | {"id": number})
        if "orderId" in asked:
            found = [each for each in found if str(each["orderId"]) == asked["orderId"]]
        limit = min(_whole(asked, "limit", "500"), _LISTED_MAX)
        if "fromId" not in asked:
            return found[-limit:]
        first = _whole(asked, "fromId", "0")
        return [e for e in found if cast("int", e["id"]) >= first][:limit]

    def _number(self, order: BookOrder) -> int:
        """Return an order's number: its place in the book."""
        return list(self.exchange.book.orders).index(order.id) + 1

    def _shown(self, order: BookOrder) -> dict[str, object]:
        """Return an order as a question for it is answered."""
        market = self.exchange.pairs.of(order.pair).market
        return order_shown(self._symbols.name_of(market), order, self._number(order))


def _new_order(asked: Asked, symbol: Symbol) -> dict[str, str]:
    """Return what is asked for in the book's terms."""
    is_limit = asked.get("type") == "LIMIT"
    if asked.get("type") not in {"LIMIT", "MARKET"}:
        raise not_valid("type")
    if asked.get("side") not in {"BUY", "SELL"}:
        raise not_valid("side")
    if is_limit and asked.get("timeInForce") not in _LASTING:
        raise malformed("timeInForce")
    wanted = {
        "pair": symbol.pair,
        "type": asked["side"].lower(),
        "ordertype": asked["type"].lower(),
        "volume": asked.get("quantity", ""),
        "cl_ord_id": asked.get("newClientOrderId", ""),
        "price": asked.get("price", "") if is_limit else "",
        "timeinforce": asked["timeInForce"] if is_limit else "",
    }
    return {name: text for name, text in wanted.items() if text}


def _whole(asked: Asked, name: str, otherwise: str) -> int:
    """Return a parameter that is a whole number."""
    text = asked.get(name, otherwise)
    if not (text.isascii() and text.isdecimal()):
        raise malformed(name)
    return int(text)


def _in_binances_words(error: DialectError) -> BinanceError:
    """Return the book's refusal as Binance words it."""
    said = _SAID.get(str(error))
    if said is None:
        return internal()
    code, sentence, status = said
    return BinanceError(code, sentence, status)
