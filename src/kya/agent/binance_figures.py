"""A market's public figures in Binance's shapes, from those that Kraken's API gives.

They are of the exchange that `--market-data` names, so a bot sees the market that its
orders go to, and not the one whose dialect it speaks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeVar, cast

from kya.agent.market import Market
from kya.codec.binance_symbols import Symbol, Symbols
from kya.codec.binance_words import BinanceError, malformed
from kya.codec.kraken_shapes import plain
from kya.codec.kraken_words import DialectError

Parameters = Mapping[str, str]
_Ticker = Mapping[str, Sequence[object]]
_Shown = Callable[[Symbol, _Ticker], dict[str, object]]
T = TypeVar("T")
_SECOND_MILLIS: Final = 1_000
_MINUTE_MILLIS: Final = 60_000
_DAY_MILLIS: Final = 86_400_000
_MINUTES: Final = {
    "1m": 1,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "1h": 60,
    "4h": 240,
    "1d": 1_440,
    "1w": 10_080,
}
_DEPTH_MAX: Final = 500
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_MILLIS: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


class BinanceFigures:
    """Answers the public questions but the one for the time."""

    def __init__(self, market: Market) -> None:
        """Ask this exchange."""
        self._market = market
        self._symbols: Symbols | None = None

    async def symbols(self) -> Symbols:
        """Return the markets, asked for once."""
        if self._symbols is None:
            self._symbols = Symbols((await self._market.pairs()).all)
        return self._symbols

    async def exchange(self, parameters: Parameters) -> dict[str, object]:
        """Return the markets as exchangeInfo lists them; the caller adds the time."""
        symbols = await self.symbols()
        chosen = _named(parameters, symbols)
        return {
            "timezone": "UTC",
            "rateLimits": [],
            "exchangeFilters": [],
            "symbols": [each.shown() for each in chosen],
        }

    async def depth(self, parameters: Parameters, now: int) -> dict[str, object]:
        """Return a market's book."""
        symbol = (await self.symbols()).of(parameters.get("symbol"))
        count = min(count_in(parameters, 100, 5_000), _DEPTH_MAX)
        asked = {"pair": symbol.pair, "count": str(count)}
        book = cast(
            "Mapping[str, Sequence[Sequence[object]]]",
            _only(await self._ask("Depth", asked)),
        )
        sides = {
            side: [[str(price), str(volume)] for price, volume, _ in book[side][:count]]
            for side in ("bids", "asks")
        }
        return {"lastUpdateId": now, **sides}

    async def ticker_of_a_day(self, parameters: Parameters, now: int) -> object:
        """Return what a day has brought, of one market or of several."""
        return await self._tickers(parameters, lambda s, t: _day(s, t, now))

    async def prices(self, parameters: Parameters) -> object:
        """Return the last price, of one market or of several."""
        return await self._tickers(parameters, _price)

    async def best(self, parameters: Parameters) -> object:
        """Return bid and ask, of one market or of several."""
        return await self._tickers(parameters, _best)

    async def candles(self, parameters: Parameters) -> list[list[object]]:
        """Return a market's candles, the first ones where a beginning is named."""
        symbol = (await self.symbols()).of(parameters.get("symbol"))
        minutes = _MINUTES.get(parameters.get("interval", ""))
        if minutes is None:
            raise BinanceError(-1120, "Invalid interval.")
        limit = count_in(parameters, 500, 1_000)
        start = millis_in(parameters, "startTime")
        asked = {"pair": symbol.pair, "interval": str(minutes)}
        if start is not None:
            asked["since"] = str(max(start // _SECOND_MILLIS - 1, 0))
        listed = cast("dict[str, object]", await self._ask("OHLC", asked))
        rows = cast(
            "Sequence[Sequence[object]]",
            _only({key: rows for key, rows in listed.items() if key != "last"}),
        )
        found = [_candle(row, minutes) for row in rows]
        inside = [each for each in found if is_within(cast("int", each[0]), parameters)]
        return page(inside, limit, parameters)

    async def _tickers(self, parameters: Parameters, shown: _Shown) -> object:
        """Return one market's figures, or a list where not one is named."""
        symbols = await self.symbols()
        chosen = _named(parameters, symbols)
        asked = {"pair": chosen[0].pair} if "symbol" in parameters else {}
        answer = cast("Mapping[str, _Ticker]", await self._ask("Ticker", asked))
        found = [
            shown(each, answer[each.pair]) for each in chosen if each.pair in answer
        ]
        return found[0] if "symbol" in parameters and found else found

    async def _ask(self, method: str, parameters: Parameters) -> object:
        """Return what a method says; BinanceError with the exchange's own words."""
        try:
            return await self._market.ask(method, parameters)
        except DialectError as error:
            raise BinanceError(-1100, f"{method}: {error}") from error


def count_in(parameters: Parameters, usual: int, most: int) -> int:
    """Return how many are asked for."""
    text = parameters.get("limit", str(usual))
    if _COUNT.fullmatch(text) is None or int(text) > most:
        raise malformed("limit")
    return int(text)


def millis_in(parameters: Parameters, name: str) -> int | None:
    """Return an instant in milliseconds since 1970, None where none is named."""
    text = parameters.get(name)
    if text is None:
        return None
    if _MILLIS.fullmatch(text) is None:
        raise malformed(name)
    return int(text)


def is_within(millis: int, parameters: Parameters) -> bool:
    """Tell whether an instant lies between those that are named."""
    start, end = millis_in(parameters, "startTime"), millis_in(parameters, "endTime")
    return (start is None or millis >= start) and (end is None or millis <= end)


def page(found: list[T], limit: int, parameters: Parameters) -> list[T]:
    """Return the first ones where a beginning is named, or else the newest."""
    is_from = "startTime" in parameters or "orderId" in parameters
    return found[:limit] if is_from else found[-limit:]


def _named(parameters: Parameters, symbols: Symbols) -> tuple[Symbol, ...]:
    """Return the markets that are named, or all."""
    if "symbol" in parameters:
        return (symbols.of(parameters["symbol"]),)
    names = parameters.get("symbols")
    if names is None:
        return symbols.all
    listed = names.strip("[]").replace('"', "").split(",")
    return tuple(symbols.of(each) for each in listed)


def _day(symbol: Symbol, ticker: _Ticker, now: int) -> dict[str, object]:
    """Return what a day has brought; the first price is that of the calendar's day."""
    last, opened = Decimal(str(ticker["c"][0])), Decimal(str(ticker["o"]))
    mean, volume = Decimal(str(ticker["p"][1])), Decimal(str(ticker["v"][1]))
    change = (last - opened) / opened * 100 if opened else Decimal(0)
    return _best(symbol, ticker) | {
        "priceChange": plain(last - opened),
        "priceChangePercent": plain(change.quantize(Decimal("0.001"))),
        "weightedAvgPrice": plain(mean),
        "lastPrice": plain(last),
        "openPrice": plain(opened),
        "highPrice": str(ticker["h"][1]),
        "lowPrice": str(ticker["l"][1]),
        "volume": plain(volume),
        "quoteVolume": plain(volume * mean),
        "openTime": now - _DAY_MILLIS,
        "closeTime": now,
        "count": ticker["t"][1],
    }


def _price(symbol: Symbol, ticker: _Ticker) -> dict[str, object]:
    """Return the last price."""
    return {"symbol": symbol.name, "price": ticker["c"][0]}


def _best(symbol: Symbol, ticker: _Ticker) -> dict[str, object]:
    """Return bid and ask."""
    return {
        "symbol": symbol.name,
        "bidPrice": ticker["b"][0],
        "bidQty": ticker["b"][2],
        "askPrice": ticker["a"][0],
        "askQty": ticker["a"][2],
    }


def _candle(row: Sequence[object], minutes: int) -> list[object]:
    """Return a candle; who began what was executed in it, nobody says."""
    opened = int(str(row[0])) * _SECOND_MILLIS
    first, high, low, last, mean, volume = (str(each) for each in row[1:7])
    worth = plain(Decimal(mean) * Decimal(volume))
    closed = opened + minutes * _MINUTE_MILLIS - 1
    figures = [opened, first, high, low, last, volume, closed, worth, row[7]]
    return [*figures, "0", "0", "0"]


def _only(answer: object) -> object:
    """Return what an answer says of the one market that was asked for."""
    (found,) = cast("Mapping[str, object]", answer).values()
    return found
