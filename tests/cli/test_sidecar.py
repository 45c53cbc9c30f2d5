"""Both ways to bind a ccxt bot to a gateway: beside it, and in its own process."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import ccxt
import pytest

from kya.ccxt import async_kraken, kraken
from kya.core.errors import InputError
from tests.cli.terminal import Up, kya, serving
from tests.exchanges import KEY, SECRET, a_binance_bot, a_bot

EUR_USD = "EUR/USD"


@dataclass(frozen=True)
class Bound:
    """An agent's directory, a market, and a sidecar that a bot must sign to."""

    directory: Path
    market: str
    sidecar: str

    def settings(self, **changes: str) -> dict[str, object]:
        """What is told to the class in place of ccxt's own."""
        named = {
            "directory": str(self.directory),
            "venue": "SIMA",
            "region": "eu-west-1",
            "market_data": self.market,
        }
        return {"enableRateLimit": False, "kya": {**named, **changes}}


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An exchange in a process of its own, which rejects its first order."""
    folder = tmp_path_factory.mktemp("exchange")
    with serving("paper-exchange", "--dir", str(folder), "--fault", "1=reject") as url:
        yield url, folder


@pytest.fixture(scope="module")
def bound(trading: Up, exchange: tuple[str, Path]) -> Bound:
    key_file = trading.data / "bot-key"
    key_file.write_text(f"{KEY}\n{SECRET}\n")
    return Bound(trading.data / "agents" / "bot", exchange[0], str(key_file))


def test_a_bot_trades_through_a_sidecar_that_knows_its_key(bound: Bound) -> None:
    where = ("--venue", "SIMA", "--region", "eu-west-1", "--market-data", bound.market)
    beside = ("sidecar", str(bound.directory), *where, "--key-file", bound.sidecar)
    with serving(*beside) as url:
        bot = a_bot(url)
        placed = bot.create_order(EUR_USD, "market", "buy", 100)
        assert bot.fetch_order(placed["id"])["symbol"] == EUR_USD
        with pytest.raises(ccxt.InvalidOrder, match=r"EKya:order\.amount_max"):
            bot.create_order(EUR_USD, "market", "buy", 25_001)
        with pytest.raises(ccxt.PermissionDenied, match="tells of its account"):
            bot.fetch_balance()
        bot.apiKey = "another"
        with pytest.raises(ccxt.AuthenticationError):
            bot.create_order(EUR_USD, "market", "buy", 100)


def test_so_does_a_bot_for_binance(bound: Bound) -> None:
    where = ("--venue", "SIMA", "--region", "eu-west-1", "--market-data", bound.market)
    how = ("--dialect", "binance", "--key-file", bound.sidecar)
    with serving("sidecar", str(bound.directory), *where, *how) as url:
        bot = a_binance_bot(url)
        placed = bot.create_order(EUR_USD, "market", "buy", 100)
        assert bot.fetch_order(placed["id"], EUR_USD)["symbol"] == EUR_USD
        with pytest.raises(ccxt.PermissionDenied, match="tells of its account"):
            bot.fetch_balance()
        bot.secret = "another"
        with pytest.raises(ccxt.AuthenticationError, match="Signature"):
            bot.create_order(EUR_USD, "market", "buy", 100)


def test_a_bot_that_falls_silent_leaves_nothing_working(bound: Bound) -> None:
    where = ("--venue", "SIMA", "--region", "eu-west-1", "--market-data", bound.market)
    with serving("sidecar", str(bound.directory), *where, "--cancel-after", "1") as url:
        bot = a_bot(url)
        placed = bot.create_order(EUR_USD, "limit", "buy", 100, 1.1)
        time.sleep(1.5)
        assert bot.fetch_order(placed["id"])["status"] == "canceled"


def test_a_timer_outlives_the_sidecar_that_was_killed(bound: Bound) -> None:
    with closing(kraken(bound.settings())) as bot:
        placed = bot.create_order(EUR_USD, "limit", "buy", 100, 1.1)
        bot.cancel_all_orders_after(60_000)
    kept = bound.directory / "cancel-after"
    kept.write_text("2026-05-15T09:00:00.000000Z\n")  # As if a minute had gone by.
    with closing(kraken(bound.settings())) as bot:
        end = time.monotonic() + 10
        while bot.fetch_order(placed["id"])["status"] != "canceled":
            assert time.monotonic() < end
            time.sleep(0.05)
        bot.cancel_all_orders_after(0)
    assert not kept.exists()
    with closing(kraken(bound.settings())) as bot:
        for timeout in ("-1", "1.5", "86401", ""):
            with pytest.raises(ccxt.ExchangeError, match="arguments:timeout"):
                bot.private_post_cancelallordersafter({"timeout": timeout})


def test_the_class_takes_ccxts_place_raw_endpoints_too(bound: Bound) -> None:
    bot = kraken(bound.settings())
    try:
        placed = bot.create_order(EUR_USD, "limit", "buy", 100, 1.1)
        assert bot.fetch_open_orders()[0]["id"] == placed["id"]
        bot.cancel_order(placed["id"])
        raw = {"pair": "EURUSD", "type": "buy", "ordertype": "market"}
        with pytest.raises(ccxt.InvalidOrder, match=r"EKya:order\.amount_max"):
            bot.private_post_addorder({**raw, "volume": "25001"})
        with pytest.raises(ccxt.PermissionDenied):
            bot.private_post_withdraw({"asset": "ZEUR", "amount": "1"})
        assert bot.fetch_ticker(EUR_USD)["symbol"] == EUR_USD
    finally:
        bot.close()


def test_so_does_its_asynchronous_sibling(bound: Bound) -> None:
    async def run() -> None:
        bot = async_kraken(bound.settings())
        try:
            await bot.create_order(EUR_USD, "market", "sell", 100)
            with pytest.raises(ccxt.InvalidOrder, match=r"EKya:order\.amount_max"):
                await bot.create_order(EUR_USD, "market", "sell", 25_001)
        finally:
            await bot.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [({"venu": "SIMA"}, "venu"), ({"market_data": "http://example.org"}, "want https")],
)
def test_a_wrong_setting_is_named(
    bound: Bound, changes: dict[str, str], wanted: str
) -> None:
    with pytest.raises(InputError, match=wanted):
        kraken(bound.settings(**changes))


def test_a_plan_of_faults_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    said = kya("paper-exchange", "--dir", tmp_path, "--fault", "2=flood")
    assert said.code == 2
    assert "want an order's number, = and one of lost, timeout" in said.err


def test_an_exchange_keeps_its_key_and_its_book(exchange: tuple[str, Path]) -> None:
    url, folder = exchange
    key, secret = (folder / "api-key").read_text().split()
    bot = a_bot(url, apiKey=key, secret=secret)
    with pytest.raises(ccxt.InsufficientFunds):
        bot.create_order("BTC/EUR", "market", "buy", 0.01)
    bot.create_order("BTC/EUR", "market", "buy", 0.01)
    assert len((folder / "book.jsonl").read_text().splitlines()) == 1
    assert (folder / "api-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("--dialect", "fix", "--cancel-after", "5"), "--cancel-on-disconnect"),
        (("--cancel-on-disconnect",), "--dialect fix"),
        (("--resets",), "--dialect fix"),
        (("--dialect", "fix", "--bot-comp-id", "a bot"), "bot's CompID"),
    ],
)
def test_what_means_nothing_in_a_dialect_is_refused(
    tmp_path: Path, options: tuple[str, ...], wanted: str
) -> None:
    where = ("--venue", "SIMA", "--region", "eu-west-1")
    said = kya("sidecar", tmp_path, *where, *options)
    assert said.code == 2
    assert wanted in said.err
