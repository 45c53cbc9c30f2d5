"""The paper exchange's second door, with unmodified ccxt bots for Binance before it."""

from collections.abc import Iterator

import ccxt
import httpx
import pytest

from kya.adapters.exchange_faults import ExchangeFault, Faults
from kya.wiring.paper_exchange import TwoDialects
from tests.exchanges import KEY, SECRET, Bot, a_binance_bot, a_bot, an_exchange
from tests.exchanges import at_socket as serving
from tests.gateway.house import HandClock, the_prices

MARKET = "EUR/USD"


class Stage:
    """One socket; each test has an exchange of its own behind it."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.faults = Faults()
        self.url = ""
        self.edge = self.new()

    def new(self, *faults: ExchangeFault) -> TwoDialects:
        """An exchange whose first orders meet these faults."""
        self.faults = Faults(dict(enumerate(faults, start=1)))
        self.exchange = an_exchange(self.faults, the_prices(), self.clock)
        self.edge = TwoDialects(self.exchange, {KEY: SECRET}, self.clock)
        return self.edge

    def bot(self, *faults: ExchangeFault, **more: object) -> Bot:
        """A bot whose clock is the exchange's, before a new exchange."""
        self.new(*faults)
        bot = a_binance_bot(self.url, **more)
        bot.nonce = lambda: self.clock.now().micros // 1_000
        return bot


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    stage = Stage()

    async def edge(scope: object, receive: object, send: object) -> None:
        await stage.edge(scope, receive, send)  # type: ignore[arg-type]

    with serving(edge) as stage.url:
        yield stage


def test_a_bot_orders_asks_and_cancels(stage: Stage) -> None:
    bot = stage.bot()
    bought = bot.create_order(MARKET, "market", "buy", 100)
    assert (bought["status"], bought["filled"]) == ("closed", 100)
    (fill,) = bot.fetch_my_trades(MARKET)
    assert (fill["order"], fill["amount"], fill["price"]) == (
        bought["id"],
        100,
        1.38111,
    )
    rests = bot.create_order(
        MARKET, "limit", "buy", 10, 1, {"newClientOrderId": "mine"}
    )
    assert bot.fetch_order(rests["id"], MARKET)["status"] == "open"
    assert [each["id"] for each in bot.fetch_open_orders(MARKET)] == [rests["id"]]
    assert bot.fetch_balance()["used"]["USD"] > 10
    with pytest.raises(ccxt.InvalidOrder, match="Duplicate order sent"):
        bot.create_order(MARKET, "limit", "buy", 10, 1, {"newClientOrderId": "mine"})
    assert bot.cancel_order(rests["id"], MARKET)["status"] == "canceled"
    shown = bot.fetch_order("0", MARKET, {"origClientOrderId": "mine"})
    assert (shown["id"], shown["status"]) == (rests["id"], "canceled")
    with pytest.raises(ccxt.OrderNotFound):
        bot.cancel_order(rests["id"], MARKET)
    with pytest.raises(ccxt.OrderNotFound):
        bot.fetch_order("9", MARKET)
    assert len(bot.fetch_orders(MARKET)) == 2


@pytest.mark.parametrize(
    ("fault", "met", "taken"),
    [
        (ExchangeFault.LOST, ccxt.NetworkError, 0),
        (ExchangeFault.TIMEOUT, ccxt.RequestTimeout, 1),
        (ExchangeFault.DISCONNECT, ccxt.NetworkError, 1),
        (ExchangeFault.REJECT, ccxt.InsufficientFunds, 0),
        (ExchangeFault.RATE_LIMIT, ccxt.DDoSProtection, 0),
        (ExchangeFault.REVOKED, ccxt.DDoSProtection, 0),
        (ExchangeFault.DOWN, ccxt.OperationFailed, 0),
    ],
)
def test_what_goes_wrong_is_said_as_binance_says_it(
    stage: Stage, fault: ExchangeFault, met: type[Exception], taken: int
) -> None:
    bot = stage.bot(fault, timeout=300)
    bot.load_markets()
    bot.options["hasAlreadyAuthenticatedSuccessfully"] = True
    with pytest.raises(met):
        bot.create_order(MARKET, "market", "buy", 100)
    assert len(stage.exchange.book.orders) == taken


def test_half_is_filled_and_another_orders_answer_comes_again(stage: Stage) -> None:
    bot = stage.bot(ExchangeFault.PARTIAL, ExchangeFault.DUPLICATE)
    half = bot.create_order(MARKET, "market", "buy", 100)
    assert (half["status"], half["filled"]) == ("expired", 50)
    assert bot.create_order(MARKET, "market", "buy", 8)["id"] == half["id"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"quantity": "0.1"}, -1013),
        ({"quantity": "1000000000"}, -2010),
        ({"quantity": "1.123456789"}, -1013),
        ({"quantity": "100", "type": "STOP_LOSS"}, -1130),
        ({"quantity": "100", "symbol": "NONE"}, -1121),
        ({"quantity": "100", "type": "LIMIT", "price": "1"}, -1102),
    ],
)
def test_an_order_that_does_not_fit_is_refused_by_its_code(
    stage: Stage, asked: dict[str, str], said: int
) -> None:
    bot = stage.bot()
    wanted = {"symbol": "EURUSD", "side": "BUY", "type": "MARKET", **asked}
    with pytest.raises(ccxt.BaseError, match=rf"{said}|insufficient|Filter"):
        bot.private_post_order(wanted)
    assert stage.exchange.book.orders == {}


def test_a_request_must_be_timely_signed_and_known(stage: Stage) -> None:
    bot = stage.bot()
    late = {"timestamp": bot.nonce() - 60_000}
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        bot.private_get_account(late)
    bot.secret = "another secret"
    with pytest.raises(ccxt.AuthenticationError, match="-1022"):
        bot.private_get_account()
    answer = httpx.get(f"{stage.url}/api/v3/depth")
    assert (answer.status_code, answer.json()["code"]) == (403, -1002)


def test_both_dialects_trade_against_one_book(stage: Stage) -> None:
    bot = stage.bot()
    bot.create_order(MARKET, "market", "buy", 100)
    assert a_bot(stage.url).fetch_my_trades(MARKET)[0]["amount"] == 100
