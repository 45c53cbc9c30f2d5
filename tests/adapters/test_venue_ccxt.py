"""The venue behind ccxt, against a paper exchange at a real socket."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kya.adapters.ccxt_account import Access
from kya.adapters.ccxt_timer import SETS_IN_TIME
from kya.adapters.drop_copy_ccxt import CcxtDropCopy
from kya.adapters.exchange_faults import ExchangeFault
from kya.adapters.exchange_order import BookOrder
from kya.adapters.paper_exchange import PaperExchange
from kya.adapters.venue_ccxt import ARRIVAL_SECONDS, CcxtVenue
from kya.api.kraken import KrakenEdge
from kya.core.errors import InputError, TransientError
from kya.core.execution import Execution
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, OrderType, TimeInForce
from kya.core.order_events import VenueStatus
from kya.gateway.ports import DropCopy, Venue, VenueAnswer
from tests.adapters.ccxt_bench import CcxtBench
from tests.contracts.at_bench import AtBench
from tests.contracts.drop_copy import DropCopyContract
from tests.contracts.venue import (
    VenueContract,
    a_permit,
    a_resting_permit,
    acting_on,
)
from tests.exchanges import KEY, SECRET, an_exchange, at_socket, edge_of
from tests.gateway.house import HandClock
from tests.world import eur


class Bench(CcxtBench):
    """Kraken's dialect at the socket."""

    def __init__(self, edge: KrakenEdge, url: str, folder: Path) -> None:
        super().__init__(url, folder)
        self.edge = edge
        self.cancel_after = 0

    def answer(self) -> None:
        self.edge.answering = self.exchange
        self.edge.keys = edge_of(self.exchange).keys

    def access(self, timeout: int) -> Access:
        return Access(
            exchange="kraken",
            key=lambda: (self.key, SECRET),
            url=self.url,
            timeout_millis=timeout,
            is_paced=False,
            cancel_after_seconds=self.cancel_after,
        )


@pytest.fixture(scope="module")
def edge() -> Iterator[tuple[KrakenEdge, str]]:
    edge = edge_of(an_exchange())
    with at_socket(edge) as url:
        yield edge, url


@pytest.fixture
def bench(edge: tuple[KrakenEdge, str], tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(*edge, tmp_path)
    yield bench
    bench.close()


class TestContract(AtBench[Bench], VenueContract):
    def a_venue(self) -> Venue:
        return self.runs.venue()

    def a_forgetful_venue(self) -> Venue:
        return self.runs.venue(ExchangeFault.DISCONNECT)


class TestList(AtBench[Bench], DropCopyContract):
    def a_list(self, count: int) -> DropCopy:
        venue = self.runs.venue()
        for number in range(count):
            fill(self.runs, number)
        return CcxtDropCopy(venue)


def fill(bench: Bench, number: int) -> None:
    """Have an order of somebody filled at the exchange."""
    raw = {"pair": "EURUSD", "type": "buy", "ordertype": "market", "volume": "1"}
    bench.run(bench.exchange.private("AddOrder", {**raw, "cl_ord_id": f"n{number}"}))


def orders_at(exchange: PaperExchange) -> list[BookOrder]:
    """Every order that the exchange has ever taken."""
    return list(exchange.book.orders.values())


def btc(text: str) -> Money:
    """Return bitcoins, `0.01000000`."""
    return Money.parse(text, Currency("BTC"))


def test_an_order_is_known_there_by_its_leaf_and_nothing_else_of_ours(
    bench: Bench,
) -> None:
    venue, permit = bench.venue(), a_permit()
    answer = bench.run(venue.submit(permit))
    (order,) = orders_at(bench.exchange)
    assert (order.client_id, order.userref) == (permit.client_id, "")
    assert (answer.filled, answer.price) == (eur("20000.00"), Price.parse("1.38111"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        # EUR 25,000 of bitcoin is not 25,000 bitcoin.
        ({"market": "BTC/EUR", "amount": eur("25000.00")}, "want it in BTC"),
        ({"market": "DOGE/EUR"}, "no market DOGE/EUR"),
        ({"amount": eur("0.49")}, "0.49 EUR; want 0.5 at least"),
        ({"time_in_force": TimeInForce.FOK}, "fill or kill"),
        (
            {"type": OrderType.LIMIT, "limit_price": Price.parse("1.123456")},
            "limit price 1.123456; want 5 decimals",
        ),
        (
            {"amount": eur("0.50"), "type": OrderType.LIMIT,
             "limit_price": Price.parse("0.9")},
            "0.450 USD; want 0.5 at least",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_said_there_as_it_was_signed_is_not_sent(
    bench: Bench, changes: dict[str, object], why: str
) -> None:
    venue, permit = bench.venue(), a_permit(**changes)
    answer = bench.run(venue.submit(permit))
    assert answer.status is VenueStatus.REJECTED
    assert why in answer.detail
    assert orders_at(bench.exchange) == []
    assert bench.exchange.faults.orders == 0
    assert bench.run(venue.query(permit.client_id)) == answer
    assert bench.run(bench.again().query(permit.client_id)) == answer


def test_the_exchanges_word_is_the_reason_of_a_rejection(bench: Bench) -> None:
    venue = bench.venue(ExchangeFault.REJECT, ExchangeFault.RATE_LIMIT)
    first, second = a_permit(), a_permit(client_order_id="c-2")
    for permit, words in (
        (first, "EOrder:Insufficient funds"),
        (second, "EAPI:Rate limit exceeded"),
    ):
        answer = bench.run(venue.submit(permit))
        assert answer == VenueAnswer(status=VenueStatus.REJECTED, detail=words)
        assert bench.run(bench.again().query(permit.client_id)) == answer
    assert orders_at(bench.exchange) == []


@pytest.mark.parametrize("fault", [ExchangeFault.TIMEOUT, ExchangeFault.DISCONNECT])
def test_an_unknown_outcome_is_asked_for_and_never_sent_again(
    bench: Bench, fault: ExchangeFault
) -> None:
    venue, permit = bench.venue(fault, timeout=200), a_permit()
    with pytest.raises(TransientError):
        bench.run(venue.submit(permit))
    for asked in (venue, bench.again()):
        answer = bench.run(asked.submit(permit))
        assert answer.status is VenueStatus.FILLED
        assert bench.run(asked.query(permit.client_id)) == answer
    assert bench.exchange.faults.orders == 1


def test_an_absent_order_has_not_arrived_only_once_its_deadline_is_past(
    bench: Bench,
) -> None:
    venue, permit = bench.venue(ExchangeFault.LOST), a_permit()
    with pytest.raises(TransientError):
        bench.run(venue.submit(permit))
    bench.clock.forward(seconds=ARRIVAL_SECONDS, micros=-1)
    for asked in (venue, bench.again()):
        with pytest.raises(TransientError, match="may be on its way"):
            bench.run(asked.query(permit.client_id))
    bench.clock.forward(micros=1)
    assert bench.run(venue.query(permit.client_id)) is None


def test_a_process_that_remembers_nothing_waits_before_it_says_never(
    bench: Bench,
) -> None:
    venue, permit = bench.venue(), a_permit()
    bench.path.unlink()
    young = bench.again()
    with pytest.raises(TransientError, match="may be on its way"):
        bench.run(young.query(permit.client_id))
    assert bench.run(venue.query(permit.client_id)) is None


def test_an_answer_that_belongs_to_another_order_is_not_believed(
    bench: Bench,
) -> None:
    venue = bench.venue(*[ExchangeFault.DUPLICATE] * 2)
    small, large = a_permit(amount=eur("1.00")), a_permit(amount=eur("2.00"))
    answers = [bench.run(venue.submit(permit)) for permit in (small, large)]
    assert [answer.filled for answer in answers] == [eur("1.00"), eur("2.00")]


def test_half_is_filled_and_the_rest_is_cancelled(bench: Bench) -> None:
    venue = bench.venue(ExchangeFault.PARTIAL)
    permit = a_permit(
        type=OrderType.LIMIT,
        limit_price=Price.parse("1.4"),
        time_in_force=TimeInForce.IOC,
    )
    answer = bench.run(venue.submit(permit))
    assert (answer.status, answer.filled) == (VenueStatus.CANCELLED, eur("10000.00"))


@pytest.mark.parametrize("fault", [ExchangeFault.REVOKED, ExchangeFault.DOWN])
def test_an_account_that_does_not_answer_leaves_nothing_guessed(
    bench: Bench, fault: ExchangeFault
) -> None:
    venue, first = bench.venue(), a_permit()
    bench.run(venue.submit(first))
    bench.exchange.faults.standing = fault
    with pytest.raises(TransientError):
        bench.run(venue.query(first.client_id))
    with pytest.raises(TransientError):
        bench.run(CcxtDropCopy(venue).listed(0))
    second = a_permit(client_order_id="c-2")
    if fault is ExchangeFault.REVOKED:
        answer = bench.run(venue.submit(second))
        assert (answer.status, answer.detail) == (
            VenueStatus.REJECTED,
            "EAPI:Invalid key",
        )
    else:
        with pytest.raises(TransientError):
            bench.run(venue.submit(second))
    bench.exchange.faults.standing = None
    assert len(orders_at(bench.exchange)) == 1
    bench.run(venue.query(first.client_id))


def test_a_cancel_whose_answer_got_lost_shows_in_its_target(bench: Bench) -> None:
    venue, permit = bench.venue(), a_resting_permit()
    bench.run(venue.submit(permit))
    cancel = acting_on(permit, Action.CANCEL)
    bench.exchange.faults.standing = ExchangeFault.DOWN
    with pytest.raises(TransientError):
        bench.run(venue.cancel(cancel))
    bench.exchange.faults.standing = None
    with pytest.raises(TransientError, match="its cancel may arrive"):
        bench.run(venue.query(cancel.client_id))
    bench.run(venue.recall(permit.client_id))
    for asked in (venue, bench.again()):
        answer = bench.run(asked.query(cancel.client_id))
        assert answer is not None
        assert answer.status is VenueStatus.CANCELLED


def test_a_cancel_that_never_arrived_is_not_known(bench: Bench) -> None:
    venue, permit = bench.venue(), a_resting_permit()
    bench.run(venue.submit(permit))
    cancel = acting_on(permit, Action.CANCEL)
    bench.exchange.faults.standing = ExchangeFault.DOWN
    with pytest.raises(TransientError):
        bench.run(venue.cancel(cancel))
    bench.exchange.faults.standing = None
    bench.clock.forward(seconds=ARRIVAL_SECONDS)
    assert bench.run(venue.query(cancel.client_id)) is None


def test_a_day_order_ends_with_its_day(bench: Bench) -> None:
    venue, permit = bench.venue(), a_resting_permit(time_in_force=TimeInForce.DAY)
    bench.run(venue.submit(permit))
    (order,) = orders_at(bench.exchange)
    assert order.expires == bench.clock.now().day.start.plus(seconds=86_400).micros


def test_the_list_names_our_orders_and_those_of_nobody(bench: Bench) -> None:
    venue, permit = bench.venue(), a_permit()
    bench.run(venue.submit(permit))
    source = CcxtDropCopy(venue)
    (ours,) = bench.run(source.listed(0)).executions
    assert (ours.client_id, ours.amount, ours.currency, ours.price) == (
        permit.client_id,
        "20000.00",
        "EUR",
        "1.38111",
    )
    raw = {
        "pair": "EURUSD",
        "type": "sell",
        "ordertype": "market",
        "volume": "0.512345",
    }
    bench.clock.forward(seconds=1)
    bench.run(bench.exchange.private("AddOrder", raw))
    (theirs,) = bench.run(source.listed(1)).executions
    assert (theirs.client_id, theirs.amount) == ("", "0.512345")
    assert bench.run(CcxtDropCopy(bench.again()).listed(0)).executions == (ours, theirs)


def test_executions_of_one_instant_are_each_listed_once(bench: Bench) -> None:
    source, known = CcxtDropCopy(bench.venue()), tuple[Execution, ...]()
    for number in range(12):
        fill(bench, number)
        now = bench.run(source.listed(0)).executions
        assert now[: len(known)] == known
        known = now
    assert [each.client_id for each in known] == [f"n{number}" for number in range(12)]


def test_the_list_begins_when_the_account_was_first_used(bench: Bench) -> None:
    bench.venue()
    fill(bench, 1)
    bench.path.unlink()
    bench.clock.forward(seconds=1)
    source = CcxtDropCopy(bench.again())
    assert bench.run(source.listed(0)).executions == ()
    bench.clock.forward(seconds=1)
    fill(bench, 2)
    assert len(bench.run(source.listed(0)).executions) == 1


def test_an_exchange_that_nobody_has_tried_is_refused(tmp_path: Path) -> None:
    access = Access(exchange="bitvavo", key=lambda: (KEY, SECRET))
    with pytest.raises(InputError, match="want one of kraken"):
        CcxtVenue(access, HandClock(), tmp_path / "SIMA.jsonl")


def test_a_secret_stands_in_no_message(bench: Bench) -> None:
    venue = bench.venue()
    bench.key = "nobody-knows-this-key"
    answer = bench.run(venue.submit(a_permit()))
    assert SECRET not in answer.detail
    assert bench.key not in answer.detail
    assert SECRET.encode() not in bench.path.read_bytes()


class Counting:
    """An exchange that notes which private methods it was asked for."""

    def __init__(self, exchange: PaperExchange) -> None:
        self.exchange = exchange
        self.asked: list[str] = []

    async def public(self, method: str, parameters: Mapping[str, str]) -> object:
        return await self.exchange.public(method, parameters)

    async def private(self, method: str, parameters: Mapping[str, str]) -> object:
        self.asked.append(method)
        return await self.exchange.private(method, parameters)


def test_however_many_ask_for_balances_a_cancel_waits_for_few(bench: Bench) -> None:
    venue = bench.venue()
    counting = Counting(bench.exchange)
    bench.edge.answering = counting

    async def at_once() -> list[object]:
        asking = [asyncio.ensure_future(venue.balances()) for _ in range(50)]
        await asyncio.sleep(0)
        await venue.recall("nobody's")
        return await asyncio.gather(*asking)

    first, *others = bench.run(at_once())
    assert all(each == first for each in others)
    assert counting.asked.count("BalanceEx") <= 2
    assert counting.asked.index("CancelOrder") <= 2


def test_whoever_asks_for_balances_after_a_fill_is_told_of_it(bench: Bench) -> None:
    venue = bench.venue()
    before = bench.run(venue.balances())
    fill(bench, 1)
    assert bench.run(venue.balances()) != before


def test_the_exchange_itself_cancels_what_rests_once_the_gateway_is_gone(
    bench: Bench,
) -> None:
    bench.cancel_after = 60
    venue, permit = bench.venue(), a_resting_permit()
    assert bench.run(venue.submit(permit)).status is VenueStatus.ACKNOWLEDGED
    bench.clock.forward(seconds=59)
    bench.run(venue.timer.set())
    bench.clock.forward(seconds=59)
    still = bench.run(venue.query(permit.client_id))
    assert still is not None
    assert still.status is VenueStatus.ACKNOWLEDGED
    bench.clock.forward(seconds=2)
    gone = bench.run(venue.query(permit.client_id))
    assert gone is not None
    assert (gone.status, gone.detail) == (VenueStatus.CANCELLED, "Cancelled by timer")


def test_the_timer_is_set_again_and_again_and_well_before_it_is_due(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SETS_IN_TIME >= 3
    monkeypatch.setattr("kya.adapters.ccxt_timer.SETS_IN_TIME", 60_000)
    bench.cancel_after = 60
    venue, noted = bench.venue(), Noting(bench.exchange)
    bench.edge.answering = noted

    async def run() -> None:
        setting = asyncio.create_task(venue.timer.set_ever())
        while len(noted.timeouts) < 3:  # noqa: ASYNC110  another thread notes them
            await asyncio.sleep(0.001)
        setting.cancel()
        await asyncio.gather(setting, return_exceptions=True)

    bench.run(run())
    assert set(noted.timeouts) == {"60"}


class Noting:
    """Stands before an exchange, and notes what its timer is set to."""

    def __init__(self, exchange: PaperExchange) -> None:
        self.exchange = exchange
        self.timeouts: list[str] = []

    async def public(self, method: str, parameters: Mapping[str, str]) -> object:
        return await self.exchange.public(method, parameters)

    async def private(self, method: str, parameters: Mapping[str, str]) -> object:
        assert method == "CancelAllOrdersAfter"
        self.timeouts.append(parameters["timeout"])
        return await self.exchange.private(method, parameters)


def test_what_could_rest_is_not_sent_where_the_timer_cannot_be_set(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.cancel_after = 60
    venue = bench.venue()
    bench.exchange.faults.standing = ExchangeFault.DOWN
    answer = bench.run(venue.submit(a_resting_permit()))
    assert answer.status is VenueStatus.REJECTED
    assert "timer that cancels is not set" in answer.detail
    assert not bench.run(venue.timer.is_set())
    assert len(caplog.records) == 1
    bench.exchange.faults.standing = None
    assert orders_at(bench.exchange) == []
    assert bench.run(venue.submit(a_permit())).status is VenueStatus.FILLED
    assert bench.run(venue.timer.is_set())
