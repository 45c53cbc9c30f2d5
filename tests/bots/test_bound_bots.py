"""Unmodified ccxt, bound: bot, sidecar, gateway and exchange, each at its socket."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import ccxt
import pytest

from kya.adapters.exchange_faults import ExchangeFault
from kya.adapters.venue_ccxt import ARRIVAL_SECONDS
from kya.codec.halts import render_halt
from kya.core.halt import Halt, TradingState
from kya.core.levels import FIRM
from kya.core.order_events import VenueStatus
from kya.pki.note_signer import sign_note
from tests.bots.road import Road, a_road
from tests.exchanges import Bot, a_bot, an_async_bot
from tests.gateway.house import House
from tests.verify.packages import failing, handed_over

BTC = "BTC/EUR"


@pytest.fixture(scope="module")
def bot(shared: Road) -> Bot:
    """A bot that knows nothing but another URL."""
    return a_bot(shared.urls["sidecar"], apiKey="any", secret="YW55")


def test_a_bot_buys_and_finds_order_execution_and_balance(
    shared: Road, bot: Bot
) -> None:
    before = bot.fetch_balance()["total"]["BTC"]
    placed = bot.create_order(
        BTC, "market", "buy", 0.1, params={"clientOrderId": "one"}
    )
    shared.settled()
    assert shared.copied()
    found = bot.fetch_order(placed["id"])
    assert (
        found["status"],
        found["filled"],
        found["average"],
        found["clientOrderId"],
    ) == (
        "closed",
        0.1,
        60_000.1,
        "one",
    )
    fill = bot.fetch_my_trades(BTC)[-1]
    assert (fill["order"], fill["amount"], fill["price"]) == (
        placed["id"],
        0.1,
        60_000.1,
    )
    assert bot.fetch_order_trades(placed["id"], params={"trades": found["trades"]})
    assert round(bot.fetch_balance()["total"]["BTC"] - before, 8) == 0.1
    assert placed["info"]["kya"]["seq"] == 1


def test_what_the_bot_is_told_names_the_decision_in_the_log(
    shared: Road, bot: Bot
) -> None:
    record = bot.create_order(BTC, "market", "buy", 0.01)["info"]["kya"]
    entry = shared.house.sequencer.entry(record["log_index"] + 1)
    assert record["order"].encode() in entry


def test_an_order_rests_is_found_and_is_cancelled(shared: Road, bot: Bot) -> None:
    placed = bot.create_order(BTC, "limit", "buy", 0.1, 50_000)
    shared.settled()
    assert [each["id"] for each in bot.fetch_open_orders()] == [placed["id"]]
    bot.cancel_order(placed["id"])
    assert bot.fetch_open_orders() == []
    assert bot.fetch_order(placed["id"])["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound):
        bot.cancel_order(placed["id"])
    for limit in (50_000, 50_001):
        bot.create_order(BTC, "limit", "buy", 0.1, limit)
    shared.settled()
    assert bot.private_post_cancelall()["result"]["count"] == 2


def test_a_denial_is_an_exception_that_ccxt_knows_and_the_bot_lives_on(
    shared: Road, bot: Bot
) -> None:
    arrived = shared.arrivals()
    with pytest.raises(ccxt.InvalidOrder, match=r"EKya:order\.amount_max") as denied:
        bot.create_order(BTC, "market", "buy", 0.5)
    assert "EKya:order " in str(denied.value)
    # EUR 25,000, sent as the base's units: 25,000 BTC.
    with pytest.raises(ccxt.InvalidOrder, match=r"EKya:order\.amount_max"):
        bot.create_order(BTC, "market", "buy", 25_000)
    with pytest.raises(ccxt.PermissionDenied, match=r"EKya:market\.not_allowed"):
        bot.create_order("ETH/EUR", "market", "buy", 1)
    assert shared.arrivals() == arrived
    bot.create_order(BTC, "market", "buy", 0.01)
    shared.settled()
    assert shared.arrivals() == arrived + 1


def test_a_client_id_that_was_used_today_is_denied(bot: Bot) -> None:
    named = {"clientOrderId": "twice"}
    bot.create_order(BTC, "market", "buy", 0.01, params=named)
    with pytest.raises(ccxt.InvalidOrder, match=r"EKya:client_order_id\.duplicate"):
        bot.create_order(BTC, "market", "buy", 0.01, params=named)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("withdraw", {"asset": "XBT", "key": "k", "amount": "1"}),
        ("wallettransfer", {"asset": "XBT", "amount": "1"}),
        ("addorderbatch", {"pair": "XBTEUR", "orders": []}),
        ("getwebsocketstoken", {}),
        ("openpositions", {}),
    ],
)
def test_what_has_no_road_is_denied(
    bot: Bot, method: str, parameters: dict[str, object]
) -> None:
    with pytest.raises(ccxt.BaseError, match=r"Permission denied|arguments:content"):
        getattr(bot, f"private_post_{method}")(parameters)


@pytest.mark.parametrize(
    "raw",
    [
        {"oflags": "post"},
        {"oflags": "viqc"},
        {"validate": "true"},
        {"leverage": "2"},
        {"deadline": "2026-05-15T10:00:00Z"},
        {"timeinforce": "GTD", "expiretm": "1900000000"},
        {"ordertype": "stop-loss", "price": "50000"},
        {"volume": "0.000000001"},
        {"reduce_only": "true"},
    ],
)
def test_what_cannot_be_said_as_an_order_is_refused_and_not_passed_over(
    shared: Road, bot: Bot, raw: dict[str, str]
) -> None:
    least = {"pair": "XBTEUR", "type": "buy", "ordertype": "market", "volume": "0.01"}
    size = shared.house.sequencer.size
    with pytest.raises(ccxt.ExchangeError, match="EGeneral:Invalid arguments"):
        bot.private_post_addorder({**least, **raw})
    assert shared.house.sequencer.size == size


def test_raw_endpoints_take_the_same_road(shared: Road, bot: Bot) -> None:
    raw = {"pair": "XBTEUR", "type": "buy", "ordertype": "market", "volume": "0.5"}
    with pytest.raises(ccxt.InvalidOrder, match=r"EKya:order\.amount_max"):
        bot.private_post_addorder(raw)
    answer = bot.private_post_addorder({**raw, "volume": "0.01"})
    shared.settled()
    (id_,) = answer["result"]["txid"]
    assert (
        bot.private_post_queryorders({"txid": id_})["result"][id_]["status"] == "closed"
    )
    assert "XXBT" in bot.private_post_balance()["result"]
    closed = bot.private_post_closedorders({"ofs": "0"})["result"]
    assert closed["count"] == len(closed["closed"])


def test_what_cannot_be_replaced_in_one_step_stays(shared: Road, bot: Bot) -> None:
    placed = bot.create_order(BTC, "limit", "buy", 0.1, 50_000)
    shared.settled()
    with pytest.raises(ccxt.InvalidOrder, match="replaced nothing"):
        bot.edit_order(placed["id"], BTC, "limit", "buy", 0.1, 51_000)
    assert [each["price"] for each in bot.fetch_open_orders()] == [50_000]
    bot.cancel_order(placed["id"])


def test_the_asynchronous_client_takes_the_same_road(shared: Road) -> None:
    async def run() -> None:
        bot = an_async_bot(shared.urls["sidecar"])
        try:
            placed = await bot.create_order(BTC, "limit", "sell", 0.1, 70_000)
            await asyncio.to_thread(shared.settled)
            (found,) = await bot.fetch_open_orders()
            assert found["id"] == placed["id"]
            with pytest.raises(ccxt.InvalidOrder):
                await bot.create_order(BTC, "market", "sell", 1)
            await bot.cancel_order(placed["id"])
            assert (await bot.fetch_ticker(BTC))["bid"] == 60_000
        finally:
            await bot.close()

    asyncio.run(run())


async def halted(house: House) -> None:
    """Stop the firm's trading."""
    halt = Halt(
        place=FIRM, state=TradingState.HALTED, reason="test", at=house.clock.now()
    )
    await house.gateway.statements.record(
        sign_note(render_halt(halt), house.world.operators[0]).render()
    )


def test_a_halt_calls_back_and_says_cancel_only(tmp_path: Path) -> None:
    with a_road(tmp_path) as road:
        bot = a_bot(road.urls["sidecar"])
        placed = bot.create_order(BTC, "limit", "buy", 0.1, 50_000)
        road.settled()
        road.run(halted(road.house))
        with pytest.raises(ccxt.OnMaintenance, match=r"EKya:halt\.halted"):
            bot.create_order(BTC, "market", "buy", 0.01)
        until(lambda: bot.fetch_order(placed["id"])["status"] == "canceled")
        assert road.arrivals() == 1


def until(holds: Callable[[], object]) -> None:
    """Return once it holds; fail where it does not within five seconds."""
    for _ in range(500):
        if holds():
            return
        time.sleep(0.01)
    pytest.fail("waited in vain")


FAULTS = [
    (ExchangeFault.TIMEOUT, 1, VenueStatus.FILLED),
    (ExchangeFault.DISCONNECT, 1, VenueStatus.FILLED),
    (ExchangeFault.LOST, 0, VenueStatus.NOT_RECEIVED),
    (ExchangeFault.DUPLICATE, 1, VenueStatus.FILLED),
    (ExchangeFault.PARTIAL, 1, VenueStatus.CANCELLED),
    (ExchangeFault.REJECT, 0, VenueStatus.REJECTED),
    (ExchangeFault.RATE_LIMIT, 0, VenueStatus.REJECTED),
    (ExchangeFault.REVOKED, 0, VenueStatus.REJECTED),
    (ExchangeFault.DOWN, 0, VenueStatus.NOT_RECEIVED),
]


@pytest.mark.parametrize(("fault", "executed", "status"), FAULTS)
def test_whatever_goes_wrong_nothing_is_sent_twice_and_the_evidence_holds(
    tmp_path: Path, fault: ExchangeFault, executed: int, status: VenueStatus
) -> None:
    with a_road(tmp_path, fault, timeout=200) as road:
        bot = a_bot(road.urls["sidecar"])
        placed = bot.create_order(BTC, "market", "buy", 0.1)
        if status is VenueStatus.NOT_RECEIVED:
            assert bot.fetch_order(placed["id"])["status"] == "open"
            until(lambda: "report" in road.house.kinds())
            road.exchange.faults.standing = None
            road.clock.forward(seconds=ARRIVAL_SECONDS)
        reports = road.run(road.house.reports())
        assert reports[-1].status is status
        road.exchange.faults.standing = None
        road.clock.forward(seconds=1)
        bot.create_order(BTC, "market", "buy", 0.05)
        road.settled()
        assert road.arrivals() == 2
        assert road.copied() == executed + 1
        found = road.house.sequencer.state.copies["SIMA"]
        assert (found.untold, found.accounts) == ((), {})
        entries = road.entries()
        report = handed_over(
            road.house.world, tmp_path / "evidence", entries=entries
        ).verified()
    assert failing(report) == set()


def test_a_fill_that_is_listed_before_it_is_reported_is_explained(
    tmp_path: Path,
) -> None:
    with a_road(tmp_path, ExchangeFault.TIMEOUT, timeout=300) as road:
        a_bot(road.urls["sidecar"]).create_order(BTC, "market", "buy", 0.1)
        until(lambda: road.exchange.book.orders)
        assert road.copied() == 1
        assert road.house.sequencer.state.copies["SIMA"].untold == ()
        road.settled()
        assert road.house.sequencer.state.copies["SIMA"].accounts == {}


def test_an_order_of_somebody_else_at_the_account_is_unexplained(
    tmp_path: Path,
) -> None:
    with a_road(tmp_path) as road:
        a_bot(road.urls["exchange"]).create_order(BTC, "market", "buy", 0.1)
        assert road.copied() == 1
        kinds = road.house.kinds()
    assert "unexplained" in kinds


def test_a_fill_finer_than_the_currency_is_explained_to_the_last_decimal(
    tmp_path: Path,
) -> None:
    with a_road(tmp_path, ExchangeFault.PARTIAL) as road:
        bot = a_bot(road.urls["sidecar"])
        placed = bot.create_order("EUR/USD", "limit", "buy", 100.01, 1.4)
        until(lambda: road.exchange.book.orders)
        assert road.copied() == 2  # Two halves of 50.005 each.
        road.settled()
        assert bot.fetch_order(placed["id"])["filled"] == 100.01
        assert "unexplained" not in road.house.kinds()
        known = road.house.sequencer.state.copies["SIMA"]
        assert (known.accounts, known.untold) == ({}, ())
