"""Unmodified ccxt for Binance, bound: its venue, behind the gateway, is another one."""

import asyncio
import json
from pathlib import Path

import ccxt
import httpx
import pytest

from kya.adapters.clock import SystemClock
from kya.adapters.exchange_faults import ExchangeFault
from kya.api.binance import BinanceEdge
from tests.bots.road import Road, a_road
from tests.bots.test_bound_bots import halted
from tests.exchanges import (
    KEY,
    SECRET,
    Bot,
    a_binance_bot,
    an_async_binance_bot,
    at_socket,
)

BTC = "BTC/EUR"


@pytest.fixture(scope="module")
def bot(shared: Road) -> Bot:
    """A bot that knows nothing but another URL."""
    return a_binance_bot(shared.urls["binance"])


def test_a_bot_buys_and_finds_order_execution_and_balance(
    shared: Road, bot: Bot
) -> None:
    before = bot.fetch_balance()["total"]["BTC"]
    named = {"clientOrderId": "one"}
    placed = bot.create_order(BTC, "market", "buy", 0.1, params=named)
    assert (placed["status"], placed["filled"], placed["average"]) == (
        "closed",
        0.1,
        60_000.1,
    )
    assert shared.copied()
    found = bot.fetch_order(placed["id"], BTC)
    assert (found["status"], found["clientOrderId"]) == ("closed", "one")
    assert bot.fetch_order("", BTC, params=named)["id"] == placed["id"]
    (fill,) = bot.fetch_order_trades(placed["id"], BTC)
    assert (fill["side"], fill["amount"], fill["price"]) == ("buy", 0.1, 60_000.1)
    assert bot.fetch_my_trades(BTC)[-1]["id"] == fill["id"]
    assert round(bot.fetch_balance()["total"]["BTC"] - before, 8) == 0.1
    record = placed["info"]["kya"]
    entry = shared.house.sequencer.entry(record["log_index"] + 1)
    assert record["order"].encode() in entry


def test_an_order_rests_is_found_and_is_cancelled(shared: Road, bot: Bot) -> None:
    placed = bot.create_order(BTC, "limit", "buy", 0.1, 50_000)
    assert placed["status"] == "open"
    assert [each["id"] for each in bot.fetch_open_orders(BTC)] == [placed["id"]]
    assert bot.fetch_balance()["used"]["EUR"] == 5_012.5
    assert bot.cancel_order(placed["id"], BTC)["status"] == "canceled"
    assert bot.fetch_open_orders(BTC) == []
    with pytest.raises(ccxt.OrderNotFound):
        bot.cancel_order(placed["id"], BTC)
    with pytest.raises(ccxt.OrderNotFound):
        bot.fetch_order("999", BTC)
    for limit in (50_000, 50_001):
        bot.create_order(BTC, "limit", "buy", 0.1, limit)
    assert len(bot.cancel_all_orders(BTC)) == 2
    with pytest.raises(ccxt.OrderNotFound):
        bot.cancel_all_orders(BTC)
    listed = bot.fetch_orders(BTC, limit=2)
    assert [each["status"] for each in listed] == ["canceled", "canceled"]
    assert bot.fetch_orders(BTC, params={"orderId": placed["id"]})[0] == {
        **bot.fetch_order(placed["id"], BTC)
    }
    assert shared.house.sequencer.state.copies["SIMA"].accounts == {}


def test_cancel_and_replace_places_nothing_unless_the_first_is_gone(bot: Bot) -> None:
    placed = bot.create_order(BTC, "limit", "buy", 0.1, 50_000)
    stops = {"cancelReplaceMode": "STOP_ON_FAILURE"}
    newer = bot.edit_order(placed["id"], BTC, "limit", "buy", 0.1, 51_000, stops)
    assert [each["id"] for each in bot.fetch_open_orders(BTC)] == [newer["id"]]
    with pytest.raises(ccxt.ExchangeError, match="NOT_ATTEMPTED"):
        bot.edit_order(placed["id"], BTC, "limit", "buy", 0.1, 52_000, stops)
    goes_on = {"cancelReplaceMode": "ALLOW_FAILURE"}
    with pytest.raises(ccxt.BadRequest, match="cancelReplaceMode"):
        bot.edit_order(newer["id"], BTC, "limit", "buy", 0.1, 52_000, goes_on)
    assert [each["id"] for each in bot.fetch_open_orders(BTC)] == [newer["id"]]
    with pytest.raises(ccxt.ExchangeError, match=r"FAILURE.*order\.amount_max"):
        bot.edit_order(newer["id"], BTC, "limit", "buy", 1, 50_000, stops)
    assert bot.fetch_open_orders(BTC) == []


def test_a_denial_is_an_exception_that_ccxt_knows_and_the_bot_lives_on(
    shared: Road, bot: Bot
) -> None:
    arrived = shared.arrivals()
    # EUR 25,000, sent as the base's units: 25,000 BTC.
    with pytest.raises(ccxt.InvalidOrder, match=r"kya: order\.amount_max.*; order"):
        bot.create_order(BTC, "market", "buy", 25_000)
    with pytest.raises(ccxt.PermissionDenied, match=r"kya: market\.not_allowed"):
        bot.create_order("ETH/EUR", "market", "buy", 1)
    named = {"clientOrderId": "twice"}
    bot.create_order(BTC, "market", "buy", 0.01, params=named)
    with pytest.raises(ccxt.InvalidOrder, match=r"client_order_id\.duplicate"):
        bot.create_order(BTC, "market", "buy", 0.01, params=named)
    assert shared.arrivals() == arrived + 1


NO_ROADS = [
    ("POST", "/api/v3/order/oco"),
    ("POST", "/api/v3/orderList/oco"),
    ("POST", "/api/v3/orderList/oto"),
    ("POST", "/api/v3/order/test"),
    ("POST", "/api/v3/sor/order"),
    ("PUT", "/api/v3/order/amend/keepPriority"),
    ("POST", "/api/v3/userDataStream"),
    ("POST", "/api/v1/order"),
    ("POST", "/sapi/v1/margin/order"),
    ("POST", "/sapi/v1/margin/loan"),
    ("POST", "/sapi/v1/convert/acceptQuote"),
    ("POST", "/sapi/v1/capital/withdraw/apply"),
    ("POST", "/sapi/v1/asset/transfer"),
    ("GET", "/sapi/v1/capital/config/getall"),
    ("POST", "/fapi/v1/order"),
    ("POST", "/fapi/v1/countdownCancelAll"),
    ("POST", "/api/v3/time"),
    ("PATCH", "/api/v3/order"),
]


@pytest.mark.parametrize(("method", "path"), NO_ROADS)
def test_what_has_no_road_is_denied(shared: Road, method: str, path: str) -> None:
    size = shared.house.sequencer.size
    said = httpx.request(method, shared.urls["binance"] + path)
    assert said.status_code == 403
    assert said.json()["code"] == -1002
    assert f"no road for {method} {path}" in said.json()["msg"]
    assert shared.house.sequencer.size == size


def test_ccxt_calls_what_has_no_road_not_permitted(bot: Bot) -> None:
    with pytest.raises(ccxt.PermissionDenied, match="no road for POST"):
        bot.private_post_order_oco({"symbol": "BTCEUR", "side": "SELL"})


LEAST = {"symbol": "BTCEUR", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
LIMIT = {"type": "LIMIT", "timeInForce": "GTC", "price": "50000"}
UNSAID: list[tuple[dict[str, str], int]] = [
    ({"quoteOrderQty": "25"}, -1103),
    ({"stopPrice": "50000"}, -1103),
    ({"icebergQty": "0.001"}, -1103),
    ({"trailingDelta": "10"}, -1103),
    ({"selfTradePreventionMode": "EXPIRE_TAKER"}, -1103),
    ({"isIsolated": "TRUE"}, -1103),
    ({"sideEffectType": "MARGIN_BUY"}, -1103),
    ({"strategyId": "1"}, -1103),
    ({"type": "STOP_LOSS"}, -1116),
    ({**LIMIT, "type": "LIMIT_MAKER"}, -1116),
    ({**LIMIT, "timeInForce": "FOK"}, -1115),
    ({"type": "LIMIT", "price": "50000"}, -1115),
    ({"type": "LIMIT", "timeInForce": "GTC"}, -1102),
    ({"price": "50000"}, -1106),
    ({"timeInForce": "GTC"}, -1106),
    ({"side": "HOLD"}, -1117),
    ({"symbol": "BTCEURO"}, -1121),
    ({"quantity": "0.000000001"}, -1111),
    ({"quantity": "0.00"}, -1102),
    ({"quantity": "-1"}, -1102),
    ({"quantity": "1e3"}, -1102),
    ({**LIMIT, "price": "0.00000000001"}, -1111),
    ({"newClientOrderId": "no spaces"}, -1130),
    ({"newOrderRespType": "ALL"}, -1130),
    ({"timestamp": "1"}, -1021),
    ({"recvWindow": "60001"}, -1102),
]


@pytest.mark.parametrize(("raw", "code"), UNSAID)
def test_what_cannot_be_said_as_an_order_is_refused_and_not_passed_over(
    shared: Road, raw: dict[str, str], code: int
) -> None:
    size = shared.house.sequencer.size
    now = str(SystemClock().now().micros // 1_000)
    said = httpx.post(
        f"{shared.urls['binance']}/api/v3/order",
        data={**LEAST, "timestamp": now, **raw},
    )
    assert (said.status_code, said.json()["code"]) == (400, code)
    assert shared.house.sequencer.size == size


def test_a_parameter_that_is_given_twice_is_refused(shared: Road) -> None:
    url = f"{shared.urls['binance']}/api/v3/order"
    for query, body in (("quantity=1", "quantity=2"), ("a=1&a=2", ""), ("a", "")):
        said = httpx.post(f"{url}?{query}", content=body)
        assert said.json()["code"] in {-1102, -1103}


def test_raw_endpoints_take_the_same_road(shared: Road, bot: Bot) -> None:
    with pytest.raises(ccxt.InvalidOrder, match=r"order\.amount_max"):
        bot.private_post_order({**LEAST, "quantity": "0.5"})
    answer = bot.private_post_order({**LEAST, "newOrderRespType": "ACK"})
    assert "status" not in answer
    shared.settled()
    asked = {"symbol": "BTCEUR", "orderId": answer["orderId"]}
    assert bot.private_get_order(asked)["status"] == "FILLED"
    with pytest.raises(ccxt.BadRequest, match="fromId"):
        bot.private_get_mytrades({"symbol": "BTCEUR", "fromId": 1})


def test_the_asynchronous_client_takes_the_same_road(shared: Road) -> None:
    async def run() -> None:
        bot = an_async_binance_bot(shared.urls["binance"])
        try:
            placed = await bot.create_order(BTC, "limit", "buy", 0.01, 50_000)
            assert (await bot.fetch_open_orders(BTC))[0]["id"] == placed["id"]
            await bot.cancel_order(placed["id"], BTC)
            with pytest.raises(ccxt.InvalidOrder, match=r"order\.amount_max"):
                await bot.create_order(BTC, "market", "sell", 25_000)
        finally:
            await bot.close()

    asyncio.run(run())


def test_public_figures_are_those_of_the_market_that_orders_go_to(bot: Bot) -> None:
    market = bot.market("EUR/USD")
    assert (market["id"], market["precision"]) == (
        "EURUSD",
        {"amount": 0.01, "price": 1e-05, "base": 0.01, "quote": 1e-05},
    )
    assert market["limits"]["amount"]["min"] == 0.5
    ticker = bot.fetch_ticker(BTC)
    assert (ticker["bid"], ticker["ask"]) == (60_000, 60_000.1)
    assert set(bot.fetch_tickers()) == {BTC, "ETH/EUR", "EUR/USD"}
    assert bot.fetch_bids_asks([BTC])[BTC]["ask"] == 60_000.1
    assert bot.fetch_last_prices([BTC])[BTC]["price"] == 60_000
    book = bot.fetch_order_book(BTC, 3)
    assert [len(book[side]) for side in ("bids", "asks")] == [3, 3]
    candles = bot.fetch_ohlcv(BTC, "1h", limit=4)
    begun = [each[0] for each in candles]
    assert begun == [begun[0] + 3_600_000 * number for number in range(4)]
    since = candles[1][0]
    first = bot.fetch_ohlcv(BTC, "1h", since=since, limit=2)
    assert [each[0] for each in first] == [since, since + 3_600_000]
    with pytest.raises(ccxt.BadRequest, match="interval"):
        bot.fetch_ohlcv(BTC, "3m")
    assert bot.public_get_ping() == {}
    assert bot.fetch_time()


def test_a_halt_and_an_empty_account_are_told_in_words_that_ccxt_knows(
    tmp_path: Path,
) -> None:
    with a_road(tmp_path, ExchangeFault.REJECT) as road:
        bot = a_binance_bot(road.urls["binance"])
        with pytest.raises(ccxt.InsufficientFunds):
            bot.create_order(BTC, "market", "buy", 0.01)
        road.run(halted(road.house))
        with pytest.raises(ccxt.MarketClosed):
            bot.create_order(BTC, "market", "buy", 0.01)
        said = json.loads(bot.last_http_response)
        assert said["kya"]["reasons"] == ["halt.halted"]


def test_while_the_venue_has_not_answered_an_order_is_told_as_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kya.agent.binance_desk._WORD_SECONDS", 0)
    with a_road(tmp_path, ExchangeFault.TIMEOUT, timeout=300) as road:
        bot = a_binance_bot(road.urls["binance"])
        placed = bot.create_order(BTC, "market", "buy", 0.1)
        assert (placed["status"], placed["filled"]) == ("open", 0)
        road.settled()
        assert bot.fetch_order(placed["id"], BTC)["status"] == "closed"


def test_with_a_key_file_a_request_is_signed_or_refused(shared: Road) -> None:
    unbound = shared.urls["binance"]
    public = httpx.get(f"{unbound}/api/v3/exchangeInfo").json()
    assert public["symbols"]

    class Told:
        """Answers everything with nothing."""

        def is_public(self, method: str, path: str) -> bool:
            return (method, path) == ("GET", "/api/v3/exchangeInfo")

        async def answer(self, method: str, path: str, asked: object) -> object:
            del method, asked
            return public if path.endswith("exchangeInfo") else []

    edge = BinanceEdge(Told(), {KEY: SECRET}, SystemClock().now)
    with at_socket(edge) as url:
        bot = a_binance_bot(url)
        assert bot.fetch_open_orders(BTC) == []
        bot.secret = "another"
        with pytest.raises(ccxt.AuthenticationError, match="Signature"):
            bot.fetch_open_orders(BTC)
        bot.apiKey = "another"
        with pytest.raises(ccxt.AuthenticationError, match="API-key"):
            bot.fetch_open_orders(BTC)
