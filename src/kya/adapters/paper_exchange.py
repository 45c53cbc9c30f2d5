"""An exchange on paper that speaks Kraken's REST dialect: one account, a real book.

Orders are executed at the market's quote of the moment; what rests is looked at
whenever somebody asks for anything.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Final

import msgspec

from kya.adapters.exchange_account import Account
from kya.adapters.exchange_book import Book
from kya.adapters.exchange_changes import Changes
from kya.adapters.exchange_faults import ExchangeFault, Faults
from kya.adapters.exchange_markets import (
    FUNDS,
    Markets,
    about_assets,
    about_time,
)
from kya.adapters.exchange_order import BookOrder, Quote, entered, is_met, matched
from kya.codec.kraken_orders import NewOrder, read_new_order
from kya.codec.kraken_pairs import Pair
from kya.codec.kraken_shapes import described
from kya.codec.kraken_words import (
    DEADLINE_ELAPSED,
    INSUFFICIENT_FUNDS,
    INVALID_KEY,
    MINIMUM_NOT_MET,
    POST_ONLY,
    RATE_LIMIT,
    UNAVAILABLE,
    UNKNOWN_METHOD,
    DialectError,
    NoAnswerError,
    invalid,
)
from kya.core.instant import Instant
from kya.gateway.ports import Clock, Prices

Parameters = Mapping[str, str]
SILENCE_SECONDS: Final = 60.0
"""Longer than any client waits."""

_HALF: Final = Decimal(2)


class PaperExchange:
    """Answers Kraken's methods; each order is executed at most once."""

    def __init__(
        self,
        prices: Prices,
        clock: Clock,
        path: Path | None = None,
        faults: Faults | None = None,
    ) -> None:
        """Quote these prices; keep the book at the path, if one is given."""
        self._clock = clock
        self._markets = Markets(prices)
        self.pairs = self._markets.pairs
        self.faults = faults or Faults()
        self.book = Book(self._markets.pairs, FUNDS, path)
        self._account = Account(self.book, self._markets.pairs)
        self.changes = Changes(self.book, self._markets.pairs, self._enter)
        self._last_answer: object = {}
        self._private: Mapping[str, Callable[[Parameters, Instant], object]] = {
            "AddOrder": self.add,
            **self.changes.methods,
        }

    async def public(self, method: str, parameters: Parameters) -> object:
        """Return what a public method says; DialectError where it refuses."""
        now = self._clock.now()
        pair = parameters.get("pair", "")
        match method:
            case "Time":
                return about_time(now)
            case "SystemStatus":
                return {"status": "online", "timestamp": str(now)}
            case "Assets":
                return about_assets()
            case "AssetPairs":
                return self._markets.about_pairs(pair)
            case "Ticker":
                return self._markets.ticker(pair, now)
            case "OHLC":
                return self._markets.candles(parameters, now)
            case "Depth":
                return self._markets.depth(pair, now)
            case _:
                raise DialectError(UNKNOWN_METHOD)

    async def private(self, method: str, parameters: Parameters) -> object:
        """Return what a private method says; DialectError where it refuses."""
        now = self._clock.now()
        self._require_no_standing_fault()
        self.look(now)
        if method in self._account.methods:
            return self._account.methods[method](parameters)
        change = self._private.get(method)
        if change is None:
            raise DialectError(UNKNOWN_METHOD)
        return change(parameters, now)

    def look(self, now: Instant) -> None:
        """Let the moment find what rests: filled, expired, or as it was."""
        self.changes.cancel_when_due(now)
        for order in self.book.open():
            pair = self._markets.pairs.of(order.pair)
            quote = self._markets.quote(pair, now)
            self.book.keep(matched(order, quote, now.micros, order.left))

    def close(self) -> None:
        """Give back the book's file."""
        self.book.close()

    def _require_no_standing_fault(self) -> None:
        """Raise what an earlier fault has left."""
        match self.faults.standing:
            case ExchangeFault.REVOKED:
                raise DialectError(INVALID_KEY)
            case ExchangeFault.DOWN:
                raise DialectError(UNAVAILABLE)
            case _:
                return

    def add(self, parameters: Parameters, now: Instant) -> object:
        """Take an order, with whatever is to go wrong with it."""
        fault = self.faults.next()
        self._require_no_standing_fault()
        match fault:
            case ExchangeFault.LOST:
                raise NoAnswerError(0)
            case ExchangeFault.REJECT:
                raise DialectError(INSUFFICIENT_FUNDS)
            case ExchangeFault.RATE_LIMIT:
                raise DialectError(RATE_LIMIT)
            case _:
                is_halved = fault is ExchangeFault.PARTIAL
        answer = self._enter(read_new_order(parameters), now, is_halved=is_halved)
        before, self._last_answer = self._last_answer, answer
        match fault:
            case ExchangeFault.TIMEOUT:
                raise NoAnswerError(SILENCE_SECONDS)
            case ExchangeFault.DISCONNECT:
                raise NoAnswerError(0)
            case ExchangeFault.DUPLICATE:
                return before
            case _:
                return answer

    def _enter(
        self, wanted: NewOrder, now: Instant, *, is_halved: bool = False
    ) -> dict[str, object]:
        """Take an order, or refuse it before anything has changed."""
        pair = self._markets.pairs.of(wanted.pair)
        quote = self._markets.quote(pair, now)
        if quote is None:
            raise DialectError(UNAVAILABLE)
        order = self._order(wanted, pair, quote, now)
        self._require_room(order, pair, quote)
        descr = described(order.side, order.volume, pair.altname, order.price)
        answer: dict[str, object] = {"descr": {"order": descr}}
        if wanted.is_rehearsal:
            return answer
        most = order.volume / _HALF if is_halved else order.volume
        self.book.keep(entered(order, quote, now.micros, most))
        return answer | {"txid": [order.id]}

    def _order(
        self, wanted: NewOrder, pair: Pair, quote: Quote, now: Instant
    ) -> BookOrder:
        """Return the order as it would be taken."""
        if wanted.deadline is not None and now > wanted.deadline:
            raise DialectError(DEADLINE_ELAPSED)
        if wanted.client_id and any(
            wanted.client_id == each.client_id for each in self.book.open()
        ):
            raise invalid("cl_ord_id")
        volume, price = Decimal(wanted.volume), Decimal(wanted.price or 0)
        if "viqc" in wanted.flags:
            if wanted.is_limit or wanted.side != "buy":
                raise invalid("viqc")
            volume = volume / quote.ask
            volume = volume.quantize(Decimal("1e-8"), ROUND_DOWN)
        _require_decimals("price", price, pair.price_decimals)
        _require_decimals("volume", volume, pair.volume_decimals)
        return BookOrder(
            id=self.book.next_id(),
            pair=pair.name,
            side=wanted.side,
            price=price,
            volume=volume,
            lasting=wanted.lasting,
            flags=",".join(sorted(wanted.flags)),
            client_id=wanted.client_id,
            userref=wanted.userref,
            expires=wanted.expires_at.micros if wanted.expires_at else 0,
            opened=now.micros,
        )

    def _require_room(self, order: BookOrder, pair: Pair, quote: Quote) -> None:
        """Raise where the order is too small, meets the book, or is not paid for."""
        worth = order.volume * (order.price or quote.ask)
        if order.volume < Decimal(pair.volume_min) or worth < Decimal(pair.cost_min):
            raise DialectError(MINIMUM_NOT_MET)
        if "post" in order.flags and is_met(order, quote):
            raise DialectError(POST_ONLY)
        limit = order.price or quote.ask
        probe = order if order.price else _at(order, limit)
        asset, needed = probe.on_hold(pair)
        if needed > self.book.free(asset):
            raise DialectError(INSUFFICIENT_FUNDS)


def _at(order: BookOrder, price: Decimal) -> BookOrder:
    """Return a market order as a limit order would wait, to see what it needs."""
    return msgspec.structs.replace(order, price=price)


def _require_decimals(name: str, figure: Decimal, most: int) -> None:
    """Raise where a figure is finer than the market counts."""
    exponent = figure.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > most:
        raise invalid(name)
