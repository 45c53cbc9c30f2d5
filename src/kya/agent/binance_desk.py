"""What a bot for Binance asks, answered by the gateway: orders signed, the rest told.

It holds the agent's key and none of the venue's. What is not listed here is denied,
whatever it would do there: margin, futures, conversions, withdrawals, lists of orders.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from kya.agent.at_venue import AtVenue, DeniedError, NotTakenError, OverError
from kya.agent.binance_denials import denial, rejection
from kya.agent.binance_figures import BinanceFigures
from kya.agent.binance_instructions import (
    ORDER_PARAMETERS,
    client_id_in,
    instruction_of,
    require_known,
    response_in,
)
from kya.agent.binance_lists import BinanceLists
from kya.agent.binance_shown import (
    account_shown,
    acknowledged,
    cancel_shown,
    fills_shown,
    millis,
    placed_shown,
)
from kya.agent.chain import Instruction
from kya.agent.market import Market
from kya.agent.past import ToldOrder
from kya.codec.binance_signature import ABOUT_THE_REQUEST
from kya.codec.binance_symbols import Symbol, Symbols
from kya.codec.binance_words import (
    BinanceError,
    internal,
    no_road,
    nobody_knows,
    not_permitted,
    not_valid,
    nothing_to_cancel,
)
from kya.core.errors import TransientError
from kya.core.order_events import VenueStatus

Parameters = Mapping[str, str]
_Road = Callable[[Parameters], Awaitable[object]]
_REJECTED: Final = (VenueStatus.REJECTED.value, VenueStatus.NOT_RECEIVED.value)
_WORD_SECONDS: Final = 4.0
"""Less than clients wait for an answer."""

_CANCEL: Final = frozenset({
    "newClientOrderId", "orderId", "origClientOrderId", "symbol",
})  # fmt: skip
_REPLACE: Final = frozenset({
    "cancelNewClientOrderId", "cancelOrderId", "cancelOrigClientOrderId",
    "cancelReplaceMode",
})  # fmt: skip


class BinanceDesk:
    """Answers a bot in Binance's dialect, on behalf of one agent at one venue."""

    def __init__(self, at_venue: AtVenue, market: Market) -> None:
        """Answer for this agent, with the figures of this market."""
        self._at_venue = at_venue
        self._market = market
        self._figures = figures = BinanceFigures(market)
        self._lists = lists = BinanceLists(at_venue, figures)
        self._public: Mapping[str, _Road] = {
            "/api/v3/ping": self._ping,
            "/api/v3/time": self._time,
            "/api/v3/exchangeInfo": self._exchange,
            "/api/v3/depth": lambda asked: figures.depth(asked, self._now()),
            "/api/v3/klines": figures.candles,
            "/api/v3/ticker/24hr": lambda asked: figures.ticker_of_a_day(
                asked, self._now()
            ),
            "/api/v3/ticker/price": figures.prices,
            "/api/v3/ticker/bookTicker": figures.best,
        }
        self._private: Mapping[tuple[str, str], _Road] = {
            ("POST", "/api/v3/order"): self._add,
            ("GET", "/api/v3/order"): lists.order,
            ("DELETE", "/api/v3/order"): self._cancel,
            ("POST", "/api/v3/order/cancelReplace"): self._replace,
            ("GET", "/api/v3/openOrders"): lists.open_orders,
            ("DELETE", "/api/v3/openOrders"): self._cancel_all,
            ("GET", "/api/v3/allOrders"): lists.all_orders,
            ("GET", "/api/v3/myTrades"): lists.executions,
            ("GET", "/api/v3/account"): self._account,
        }

    def is_public(self, method: str, path: str) -> bool:
        """Tell whether a question needs no key; BinanceError if it has no road."""
        if method == "GET" and path in self._public:
            return True
        if (method, path) not in self._private:
            raise no_road(method, path)
        return False

    async def answer(self, method: str, path: str, asked: Parameters) -> object:
        """Return the result; BinanceError where it is denied."""
        if self.is_public(method, path):
            return await self._public[path](asked)
        self._at_venue.heard()
        parameters = {k: v for k, v in asked.items() if k not in ABOUT_THE_REQUEST}
        return await _in_words(self._private[method, path](parameters))

    async def close(self) -> None:
        """Close the connections."""
        await self._market.close()
        await self._at_venue.close()

    def _now(self) -> int:
        """Return the time in milliseconds."""
        return millis(self._at_venue.now())

    async def _ping(self, asked: Parameters) -> object:
        """Say that somebody is here."""
        del asked
        return {}

    async def _time(self, asked: Parameters) -> object:
        """Say how late it is."""
        del asked
        return {"serverTime": self._now()}

    async def _exchange(self, asked: Parameters) -> object:
        """List the markets."""
        listed = await self._figures.exchange(asked)
        return listed | {"serverTime": self._now()}

    async def _add(self, asked: Parameters) -> object:
        """Sign an order, and have it judged."""
        require_known(asked, ORDER_PARAMETERS)
        symbols = await self._figures.symbols()
        instruction = self._instruction(asked, symbols.of(asked.get("symbol")))
        return await self._placed(instruction, symbols, response_in(asked))

    def _instruction(self, asked: Parameters, symbol: Symbol) -> Instruction:
        """Return what is asked for under the bot's name for it, or one of ours."""
        name = client_id_in(asked, "newClientOrderId") or self._at_venue.new_id()
        return instruction_of(asked, symbol, name, self._at_venue.venue)

    async def _placed(
        self, instruction: Instruction, symbols: Symbols, response: str
    ) -> dict[str, object]:
        """Have an instruction judged; unless ACK is enough, wait for the venue."""
        answer = await self._at_venue.judged(instruction)
        if response == "ACK":
            return acknowledged(answer, symbols.name_of(instruction.market))
        await self._at_venue.word_within(answer, _WORD_SECONDS)
        order = await self._lists.told(answer.order.seq)
        if order.venue in _REJECTED:
            raise rejection(order.detail)
        shown = placed_shown(answer, order, symbols)
        if response == "FULL":
            executions = await self._at_venue.executions()
            shown["fills"] = fills_shown(executions, order.seq)
        return shown

    async def _cancel(self, asked: Parameters) -> object:
        """Cancel one working order."""
        require_known(asked, _CANCEL)
        order = await self._working(asked, "orderId", "origClientOrderId")
        name = client_id_in(asked, "newClientOrderId") or self._at_venue.new_id()
        return await self._cancelled(order, name)

    async def _cancel_all(self, asked: Parameters) -> object:
        """Cancel what works in one market; what fails meanwhile was over."""
        require_known(asked, frozenset({"symbol"}))
        symbols = await self._figures.symbols()
        market = symbols.of(asked.get("symbol")).market
        cancelled = list[object]()
        for order in await self._at_venue.working(market):
            with suppress(DeniedError, NotTakenError, OverError):
                cancelled.append(await self._cancelled(order, self._at_venue.new_id()))
        if not cancelled:
            raise nothing_to_cancel()
        return cancelled

    async def _cancelled(self, order: ToldOrder, name: str) -> dict[str, object]:
        """Cancel an order; TransientError until the venue says that it is done."""
        said = await self._at_venue.ended(order, name)
        if said != VenueStatus.CANCELLED.value:
            raise TransientError(f"order {order.seq}: its cancel is on its way")
        symbols = await self._figures.symbols()
        over = await self._lists.told(order.seq)
        return cancel_shown(over, symbols, name, self._at_venue.now())

    async def _replace(self, asked: Parameters) -> object:
        """Cancel an order, and once that is done place another one.

        Nothing is placed where it is not known that the first one is gone.
        """
        require_known(asked, ORDER_PARAMETERS | _REPLACE)
        if asked.get("cancelReplaceMode") != "STOP_ON_FAILURE":
            raise not_valid("cancelReplaceMode")
        symbols = await self._figures.symbols()
        instruction = self._instruction(asked, symbols.of(asked.get("symbol")))
        response = response_in(asked)
        name = client_id_in(asked, "cancelNewClientOrderId") or self._at_venue.new_id()
        try:
            order = await self._working(
                asked, "cancelOrderId", "cancelOrigClientOrderId"
            )
            gone = await _in_words(self._cancelled(order, name))
        except (BinanceError, TransientError) as error:
            raise _half_done(_words_of(error), None) from error
        try:
            placed = await _in_words(self._placed(instruction, symbols, response))
        except (BinanceError, TransientError) as error:
            raise _half_done(gone, _words_of(error)) from error
        return {
            "cancelResult": "SUCCESS",
            "newOrderResult": "SUCCESS",
            "cancelResponse": gone,
            "newOrderResponse": placed,
        }

    async def _working(self, asked: Parameters, by_id: str, by_name: str) -> ToldOrder:
        """Return the working order that is named; BinanceError if none works."""
        order = await self._lists.named(asked, by_id, by_name)
        if order is None or not order.is_working:
            raise nothing_to_cancel()
        return order

    async def _account(self, asked: Parameters) -> object:
        """Tell of the account, as the gateway passes its balances through."""
        require_known(asked, frozenset({"omitZeroBalances"}))
        symbols = await self._figures.symbols()
        try:
            balances = await self._at_venue.balances()
        except NotTakenError as error:
            raise not_permitted(str(error)) from error
        return account_shown(balances, symbols.asset_codes(), self._at_venue.now())


async def _in_words(work: Awaitable[object]) -> object:
    """Return what the work returns, its refusals in Binance's words."""
    try:
        return await work
    except DeniedError as error:
        raise denial(error.reasons, error.order) from error
    except OverError as error:
        raise nothing_to_cancel() from error
    except NotTakenError as error:
        raise internal() from error


def _words_of(error: BinanceError | TransientError) -> dict[str, object]:
    """Return what is answered to an error."""
    return (error if isinstance(error, BinanceError) else nobody_knows()).shown()


def _half_done(gone: object, placed: object) -> BinanceError:
    """Return the answer where a cancel has failed, or only what was to follow it."""
    is_gone = placed is not None
    how_far = {
        "cancelResult": "SUCCESS" if is_gone else "FAILURE",
        "newOrderResult": "FAILURE" if is_gone else "NOT_ATTEMPTED",
        "cancelResponse": gone,
        "newOrderResponse": placed,
    }
    if is_gone:
        error = BinanceError(-2021, "Order cancel-replace partially failed.", 409)
    else:
        error = BinanceError(-2022, "Order cancel-replace failed.")
    return error.with_more(data=how_far)
