"""The paper exchange, as unmodified ccxt sees it: only the URL is another one."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ccxt
import pytest

from kya.adapters.exchange_faults import ExchangeFault, Faults
from kya.adapters.paper_exchange import PaperExchange
from kya.adapters.prices_memory import MemoryPrices
from kya.adapters.prices_seeded import SeededPrices
from kya.api.kraken import KrakenEdge
from kya.core.errors import CorruptionError
from kya.core.money import Price
from kya.core.price import ReferencePrice
from tests.exchanges import Bot, a_bot, an_async_bot, an_exchange, at_socket, edge_of
from tests.gateway.house import HandClock
from tests.world import FOUNDED, MORNING

BTC = "BTC/EUR"
LATER = MORNING.plus(seconds=3_600)


class Place:
    """One socket for many tests, each with an exchange of its own."""

    def __init__(self, edge: KrakenEdge, url: str) -> None:
        self.edge, self.url = edge, url
        self.clock = HandClock()
        # One for all tests: to load the markets takes longer than most of them.
        self.the_bot = a_bot(url, timeout=300)

    def exchange(self, **faults: int) -> PaperExchange:
        """A new exchange; `timeout=2` is what goes wrong with its second order."""
        plan = {n: ExchangeFault(f.replace("_", "-")) for f, n in faults.items()}
        self.clock = HandClock()
        exchange = an_exchange(Faults(plan), clock=self.clock)
        self.edge.answering, self.edge.keys = exchange, edge_of(exchange).keys
        return exchange

    def bot(self, **faults: int) -> Bot:
        """A bot at a new exchange."""
        self.exchange(**faults)
        return self.the_bot


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    edge = edge_of(an_exchange())
    with at_socket(edge) as url:
        yield Place(edge, url)


def test_a_market_order_is_filled_and_found_again(place: Place) -> None:
    bot = place.bot()
    placed = bot.create_order(BTC, "market", "buy", 0.01)
    found = bot.fetch_order(placed["id"])
    assert (found["status"], found["filled"], found["average"]) == (
        "closed",
        0.01,
        60_000.1,
    )
    (fill,) = bot.fetch_my_trades(BTC)
    assert (fill["order"], fill["price"], fill["amount"]) == (
        placed["id"],
        60_000.1,
        0.01,
    )
    assert (
        bot.fetch_order_trades(placed["id"], params={"trades": found["trades"]})[0][
            "id"
        ]
        == (fill["id"])
    )
    assert bot.fetch_balance()["total"]["BTC"] == 10.01
    assert bot.fetch_balance()["total"]["EUR"] == 1_000_000 - 600.001 - 1.5001


def test_a_limit_order_rests_holds_its_funds_and_is_cancelled(place: Place) -> None:
    bot = place.bot()
    placed = bot.create_order(BTC, "limit", "buy", 0.02, 50_000)
    assert [each["id"] for each in bot.fetch_open_orders()] == [placed["id"]]
    assert bot.fetch_balance()["used"]["EUR"] == 1_002.5
    bot.cancel_order(placed["id"])
    assert bot.fetch_open_orders() == []
    assert bot.fetch_closed_orders()[0]["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound):
        bot.cancel_order(placed["id"])


def test_an_order_is_changed_in_its_place_or_replaced(place: Place) -> None:
    bot = place.bot()
    placed = bot.create_order(BTC, "limit", "sell", 0.02, 70_000)
    bot.edit_order(placed["id"], BTC, "limit", "sell", 0.03, 71_000)
    (amended,) = bot.fetch_open_orders()
    assert (amended["id"], amended["amount"], amended["price"]) == (
        placed["id"],
        0.03,
        71_000,
    )
    raw = {"txid": placed["id"], "pair": "XBTEUR", "volume": "0.04"}
    new = bot.private_post_editorder(raw)["result"]["txid"]
    (replaced,) = bot.fetch_open_orders()
    assert (replaced["id"], replaced["amount"]) == (new, 0.04)
    assert bot.private_post_cancelall()["result"]["count"] == 1


@pytest.mark.parametrize(
    ("raw", "kind", "words"),
    [
        ({"volume": "25000"}, ccxt.InsufficientFunds, "EOrder:Insufficient funds"),
        ({"volume": "0.00001"}, ccxt.InvalidOrder, "EOrder:Order minimum not met"),
        ({"volume": "0"}, ccxt.InvalidOrder, "arguments:volume"),
        ({"volume": "NaN"}, ccxt.InvalidOrder, "arguments:volume"),
        ({"volume": "0.000000001"}, ccxt.InvalidOrder, "arguments:volume"),
        ({"pair": "XBTDOG"}, ccxt.ExchangeError, "EQuery:Unknown asset pair"),
        ({"leverage": "5"}, ccxt.ExchangeError, "arguments:leverage"),
        ({"close[ordertype]": "limit"}, ccxt.ExchangeError, "arguments:close"),
        ({"ordertype": "stop-loss"}, ccxt.ExchangeError, "arguments:ordertype"),
        ({"price": "50000"}, ccxt.InvalidOrder, "arguments:price"),
        ({"deadline": "2026-05-15T09:14:59.9Z"}, ccxt.ExchangeError, "Deadline"),
        ({"deadline": "tomorrow"}, ccxt.ExchangeError, "arguments:deadline"),
        (
            {"ordertype": "limit", "price": "60000.12"},
            ccxt.InvalidOrder,
            "arguments:price",
        ),
        (
            {"ordertype": "limit", "price": "70000", "oflags": "post"},
            ccxt.ExchangeError,
            "EOrder:Post only order",
        ),
    ],
)
def test_what_is_wrong_is_said_in_krakens_words_and_changes_nothing(
    place: Place, raw: dict[str, str], kind: type[Exception], words: str
) -> None:
    bot = place.bot()
    least = {"pair": "XBTEUR", "type": "buy", "ordertype": "market", "volume": "0.01"}
    with pytest.raises(kind, match=words):
        bot.private_post_addorder({**least, **raw})
    assert bot.private_post_closedorders()["result"]["count"] == 0
    assert bot.fetch_open_orders() == []


def test_a_rehearsal_changes_nothing(place: Place) -> None:
    bot = place.bot()
    rehearsed = bot.create_order(BTC, "market", "buy", 0.01, params={"validate": True})
    assert rehearsed["id"] is None
    assert bot.fetch_closed_orders() == []


def test_an_open_client_id_is_taken(place: Place) -> None:
    bot = place.bot()
    named = {"clientOrderId": "mine"}
    placed = bot.create_order(BTC, "limit", "buy", 0.01, 50_000, params=named)
    with pytest.raises(ccxt.ExchangeError, match="cl_ord_id"):
        bot.create_order(BTC, "limit", "buy", 0.01, 50_000, params=named)
    (found,) = bot.fetch_open_orders(params=named)
    assert (found["id"], found["clientOrderId"]) == (placed["id"], "mine")


def test_what_is_not_filled_at_once_is_over_where_it_may_not_rest(place: Place) -> None:
    bot = place.bot()
    at_once = {"timeInForce": "IOC"}
    placed = bot.create_order(BTC, "limit", "buy", 0.01, 50_000, params=at_once)
    assert bot.fetch_order(placed["id"])["status"] == "canceled"
    until = {"timeInForce": "GTD", "expiretm": LATER.micros // 1_000_000}
    placed = bot.create_order(BTC, "limit", "buy", 0.01, 50_000, params=until)
    assert bot.fetch_order(placed["id"])["status"] == "open"
    place.clock.instant = LATER
    assert bot.fetch_order(placed["id"])["status"] == "expired"


def test_a_timer_cancels_everything_unless_it_is_set_again(place: Place) -> None:
    bot = place.bot()
    bot.create_order(BTC, "limit", "buy", 0.01, 50_000)
    bot.cancel_all_orders_after(10_000)
    place.clock.forward(seconds=9)
    bot.cancel_all_orders_after(10_000)
    place.clock.forward(seconds=9)
    assert len(bot.fetch_open_orders()) == 1
    place.clock.forward(seconds=1)
    assert bot.fetch_open_orders() == []


@pytest.mark.parametrize(
    "wrong", [{"secret": b64encode(b"another").decode()}, {"apiKey": "nobody"}]
)
def test_only_who_holds_the_secret_is_answered(
    place: Place, wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = place.bot()
    for name, text in wrong.items():
        monkeypatch.setattr(bot, name, text)
    with pytest.raises(ccxt.ExchangeError, match=r"EAPI:Invalid (signature|key)"):
        bot.fetch_balance()


def test_a_nonce_is_taken_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = place.bot()
    bot.fetch_balance()
    monkeypatch.setattr(bot, "incrementing_nonce", lambda: 1)
    with pytest.raises(ccxt.InvalidNonce):
        bot.fetch_balance()


FAULTS = [
    ("lost", ccxt.NetworkError, 0),
    ("timeout", ccxt.RequestTimeout, 1),
    ("disconnect", ccxt.NetworkError, 1),
    ("reject", ccxt.InsufficientFunds, 0),
    ("rate_limit", ccxt.DDoSProtection, 0),
]


@pytest.mark.parametrize(("fault", "kind", "arrived"), FAULTS)
def test_a_fault_is_seen_as_what_it_is(
    place: Place, fault: str, kind: type[Exception], arrived: int
) -> None:
    bot = place.bot(**{fault: 1})
    with pytest.raises(kind):
        bot.create_order(BTC, "market", "buy", 0.01)
    assert len(bot.fetch_closed_orders()) == arrived
    bot.create_order(BTC, "market", "buy", 0.01)
    assert len(bot.fetch_closed_orders()) == arrived + 1


def test_half_is_filled_on_demand_and_the_rest_follows(place: Place) -> None:
    exchange, bot = place.exchange(partial=1), place.the_bot
    placed = bot.create_order(BTC, "limit", "buy", 0.02, 61_000)
    assert [order.filled for order in exchange.book.open()] == [
        exchange.book.open()[0].left
    ]
    found = bot.fetch_order(placed["id"])
    assert (found["status"], len(found["trades"])) == ("closed", 2)


def test_an_answer_may_come_twice(place: Place) -> None:
    bot = place.bot(duplicate=2)
    first, second = (bot.create_order(BTC, "market", "buy", 0.01) for _ in range(2))
    assert first["id"] == second["id"]
    assert len(bot.fetch_closed_orders()) == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("revoked", ccxt.AuthenticationError), ("down", ccxt.ExchangeNotAvailable)],
)
def test_some_faults_stay(place: Place, fault: str, kind: type[Exception]) -> None:
    exchange, bot = place.exchange(**{fault: 2}), place.the_bot
    bot.create_order(BTC, "market", "buy", 0.01)
    for _ in range(2):
        with pytest.raises(kind):
            bot.create_order(BTC, "market", "buy", 0.01)
    with pytest.raises(kind):
        bot.fetch_balance()
    assert bot.fetch_status()["status"] == "ok"
    exchange.faults.standing = None
    assert len(bot.fetch_closed_orders()) == 1


def test_a_seed_draws_the_same_faults() -> None:
    one, two, other = (Faults(seed=seed, one_in=3) for seed in (1, 1, 2))
    drawn = [[faults.next() for _ in range(60)] for faults in (one, two, other)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert 5 < sum(fault is not None for fault in drawn[0]) < 40


def test_the_asynchronous_client_is_served_as_well(place: Place) -> None:
    place.exchange()

    async def run() -> None:
        bot = an_async_bot(place.url)
        try:
            await bot.create_order(BTC, "market", "sell", 0.01)
            assert (await bot.fetch_balance())["total"]["BTC"] == 9.99
            assert (await bot.fetch_ticker(BTC))["ask"] == 60_000.1
            assert (await bot.fetch_order_book(BTC))["bids"][0][0] == 60_000
        finally:
            await bot.close()

    asyncio.run(run())


def test_candles_show_what_the_market_gave_the_running_one_last(place: Place) -> None:
    bot = place.bot()
    place.clock.forward(seconds=90)
    candles = bot.fetch_ohlcv("EUR/USD", "1m")
    opens = [candle[0] // 1_000 for candle in candles]
    assert len(candles) == 720
    assert opens[-1] == place.clock.now().micros // 1_000_000 // 60 * 60
    assert opens == list(range(opens[0], opens[-1] + 1, 60))
    assert all(
        low <= min(o, c) <= max(o, c) <= high for _, o, high, low, c, _ in candles
    )
    assert candles[-1][4] == bot.fetch_ticker("EUR/USD")["bid"]
    assert {candle[5] for candle in candles} == {0}
    newer = bot.fetch_ohlcv("EUR/USD", "1m", since=candles[-3][0])
    assert newer == candles[-3:]
    since = candles[-1][0] // 3_600_000 * 3_600_000
    (hour,) = bot.fetch_ohlcv("EUR/USD", "1h", since=since)
    assert hour[2] > hour[3]


@pytest.mark.parametrize(
    "asked", [{"interval": "2"}, {"since": "-1"}, {"since": "x"}, {"pair": "NONE"}]
)
def test_candles_of_no_length_or_market_are_refused(
    place: Place, asked: dict[str, str]
) -> None:
    with pytest.raises(ccxt.BaseError, match=r"Invalid arguments|Unknown asset"):
        place.bot().public_get_ohlc({"pair": "ZEURZUSD", **asked})


def test_where_there_was_no_market_there_is_no_candle(place: Place) -> None:
    since = FOUNDED.plus(seconds=-3_600)
    silent = PaperExchange(MemoryPrices([]), HandClock(since))
    place.edge.answering, place.edge.keys = silent, edge_of(silent).keys
    found = place.the_bot.public_get_ohlc({"pair": "XXBTZEUR"})["result"]
    assert found["XXBTZEUR"] == []


def test_the_book_outlives_the_process(tmp_path: Path, place: Place) -> None:
    path = tmp_path / "book.jsonl"
    first = PaperExchange(SeededPrices(1), HandClock(), path)
    place.edge.answering, place.edge.keys = first, edge_of(first).keys
    bot = place.the_bot
    bot.create_order(BTC, "market", "buy", 0.01)
    bot.create_order(BTC, "limit", "buy", 0.02, 50_000)
    first.close()
    path.write_bytes(path.read_bytes() + b'{"id":"torn')
    again = PaperExchange(SeededPrices(1), HandClock(), path)
    assert (again.book.orders, again.book.funds) == (
        first.book.orders,
        first.book.funds,
    )
    again.close()
    path.write_bytes(path.read_bytes().replace(b'"volume"', b'"Volume"', 1))
    with pytest.raises(CorruptionError, match="line 1"):
        PaperExchange(SeededPrices(1), HandClock(), path)


def test_what_rests_is_filled_when_the_market_comes(place: Place) -> None:
    price = ReferencePrice(
        market=BTC, bid=Price.parse("60000"), ask=Price.parse("60001"), at=FOUNDED,
        source="test",
    )  # fmt: skip
    low = replace(price, bid=Price.parse("49000"), ask=Price.parse("49001"), at=LATER)
    clock = HandClock()
    exchange = an_exchange(prices=MemoryPrices([price, low]), clock=clock)
    place.edge.answering, place.edge.keys = exchange, edge_of(exchange).keys
    bot = place.the_bot
    placed = bot.create_order(BTC, "limit", "buy", 0.02, 50_000)
    clock.instant = LATER
    assert bot.fetch_order(placed["id"])["average"] == 49_001
