"""The venue behind ccxt at Binance, against a paper exchange at a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kya.adapters.ccxt_account import Access
from kya.adapters.ccxt_binance_words import nothing_was_done, words_in
from kya.adapters.drop_copy_binance import BinanceDropCopy
from kya.adapters.exchange_faults import ExchangeFault
from kya.adapters.prices_memory import MemoryPrices
from kya.adapters.venue_ccxt import ARRIVAL_SECONDS
from kya.core.errors import TransientError
from kya.core.execution import Execution
from kya.core.money import Price
from kya.core.order import Action, OrderType, TimeInForce
from kya.core.order_events import VenueStatus
from kya.core.price import ReferencePrice
from kya.gateway.ports import DropCopy, Venue
from kya.wiring.paper_exchange import TwoDialects
from tests.adapters.ccxt_bench import CcxtBench
from tests.contracts.at_bench import AtBench
from tests.contracts.drop_copy import DropCopyContract
from tests.contracts.venue import (
    VenueContract,
    a_permit,
    a_resting_permit,
    acting_on,
)
from tests.exchanges import KEY, SECRET, at_socket
from tests.gateway.house import HandClock, the_prices
from tests.world import FOUNDED, eur

BITCOIN = ReferencePrice(
    market="BTC/EUR",
    bid=Price.parse("60000"),
    ask=Price.parse("60010"),
    at=FOUNDED,
    source="test",
)


class Bench(CcxtBench):
    """Both dialects at the socket, of which the venue speaks Binance's."""

    def __init__(self, behind: list[TwoDialects], url: str, folder: Path) -> None:
        super().__init__(url, folder)
        self.behind = behind

    def answer(self) -> None:
        self.behind[:] = [TwoDialects(self.exchange, {KEY: SECRET}, self.clock)]

    def prices(self) -> MemoryPrices:
        prices = the_prices()
        prices.add(BITCOIN)
        return prices

    def access(self, timeout: int) -> Access:
        return Access(
            exchange="binance",
            key=lambda: (KEY, SECRET),
            url=self.url,
            timeout_millis=timeout,
            is_paced=False,
            markets=("EUR/USD", "BTC/EUR"),
        )


@pytest.fixture(scope="module")
def socket() -> Iterator[tuple[list[TwoDialects], str]]:
    behind = list[TwoDialects]()

    async def edge(scope: object, receive: object, send: object) -> None:
        await behind[0](scope, receive, send)  # type: ignore[arg-type]

    with at_socket(edge) as url:
        yield behind, url


@pytest.fixture
def bench(socket: tuple[list[TwoDialects], str], tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(*socket, tmp_path)
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
            fill(self.runs, "EURUSD", "1", f"n{number}")
        self.runs.clock.forward(seconds=1)
        return BinanceDropCopy(venue)


def fill(bench: Bench, pair: str, volume: str, name: str) -> None:
    """Have an order of somebody filled at the exchange."""
    raw = {"pair": pair, "type": "buy", "ordertype": "market", "volume": volume}
    bench.run(bench.exchange.private("AddOrder", {**raw, "cl_ord_id": name}))


def test_what_is_refused_was_not_done_and_is_said_again(bench: Bench) -> None:
    venue = bench.venue(ExchangeFault.REJECT, ExchangeFault.RATE_LIMIT)
    first, second = a_permit(), a_permit(client_order_id="c-2")
    for permit, words in ((first, "insufficient balance"), (second, "-1003: Too many")):
        answer = bench.run(venue.submit(permit))
        assert answer.status is VenueStatus.REJECTED
        assert words in answer.detail
        assert bench.run(bench.again().query(permit.client_id)) == answer
    assert bench.exchange.book.orders == {}


def test_an_unknown_outcome_is_asked_for_and_never_sent_again(bench: Bench) -> None:
    venue, permit = bench.venue(ExchangeFault.TIMEOUT, timeout=300), a_permit()
    with pytest.raises(TransientError):
        bench.run(venue.submit(permit))
    for asked in (venue, bench.again()):
        answer = bench.run(asked.submit(permit))
        assert answer.status is VenueStatus.FILLED
    assert bench.exchange.faults.orders == 1


def test_what_never_arrived_is_unknown_until_its_time_is_past(bench: Bench) -> None:
    venue, permit = bench.venue(ExchangeFault.LOST), a_permit()
    with pytest.raises(TransientError):
        bench.run(venue.submit(permit))
    bench.clock.forward(seconds=ARRIVAL_SECONDS, micros=-1)
    with pytest.raises(TransientError, match="may be on its way"):
        bench.run(bench.again().query(permit.client_id))
    bench.clock.forward(micros=1)
    assert bench.run(venue.query(permit.client_id)) is None


def test_an_answer_that_belongs_to_another_order_is_not_believed(bench: Bench) -> None:
    venue = bench.venue(*[ExchangeFault.DUPLICATE] * 2)
    small, large = a_permit(amount=eur("1.00")), a_permit(amount=eur("2.00"))
    answers = [bench.run(venue.submit(permit)) for permit in (small, large)]
    assert [answer.filled for answer in answers] == [eur("1.00"), eur("2.00")]


def test_half_is_filled_and_the_rest_is_cancelled(bench: Bench) -> None:
    venue = bench.venue(ExchangeFault.PARTIAL)
    limits = {"type": OrderType.LIMIT, "limit_price": Price.parse("1.4")}
    answer = bench.run(venue.submit(a_permit(**limits, time_in_force=TimeInForce.IOC)))
    assert (answer.status, answer.filled) == (VenueStatus.CANCELLED, eur("10000.00"))


def test_an_account_that_does_not_answer_leaves_nothing_guessed(bench: Bench) -> None:
    venue, first = bench.venue(), a_resting_permit()
    bench.run(venue.submit(first))
    bench.exchange.faults.standing = ExchangeFault.DOWN
    cancel = acting_on(first, Action.CANCEL)
    for asking in (
        venue.query(first.client_id),
        BinanceDropCopy(venue).listed(0),
        venue.submit(a_permit()),
        venue.cancel(cancel),
        venue.balances(),
    ):
        with pytest.raises(TransientError):
            bench.run(asking)
    bench.exchange.faults.standing = None
    assert len(bench.exchange.book.orders) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"market": "ETH/EUR"}, "no market ETH/EUR there"),
        ({"amount": eur("0.10")}, "want 0.5 at least"),
        ({"time_in_force": TimeInForce.FOK}, "fill or kill"),
    ],
)
def test_what_cannot_be_said_there_is_not_sent(
    bench: Bench, changes: dict[str, object], why: str
) -> None:
    answer = bench.run(bench.venue().submit(a_permit(**changes)))
    assert answer.status is VenueStatus.REJECTED
    assert why in answer.detail
    day = a_resting_permit(time_in_force=TimeInForce.DAY)
    assert bench.run(bench.venues[-1].submit(day)).status is VenueStatus.REJECTED
    assert bench.exchange.faults.orders == 0


def test_a_clock_that_is_off_means_that_nothing_was_taken(bench: Bench) -> None:
    venue = bench.venue()
    bench.run(venue.pairs())
    bench.clock.forward(seconds=60)
    bench.behind[:] = [TwoDialects(bench.exchange, {KEY: SECRET}, HandClock())]
    answer = bench.run(venue.submit(a_permit()))
    assert answer.status is VenueStatus.REJECTED
    assert answer.detail.startswith("-1021: ")


def test_the_list_joins_markets_by_time_and_names_orders(bench: Bench) -> None:
    venue, permit = bench.venue(), a_permit()
    bench.run(venue.submit(permit))
    source = BinanceDropCopy(venue)
    assert bench.run(source.listed(0)).executions == ()
    bench.clock.forward(seconds=1)
    (ours,) = bench.run(source.listed(0)).executions
    assert (ours.client_id, ours.market, ours.amount, ours.price) == (
        permit.client_id,
        "EUR/USD",
        "20000.00",
        "1.38111",
    )
    assert "USD" in bench.run(venue.balances())  # type: ignore[operator]
    bench.clock.forward(seconds=1)
    fill(bench, "EURUSD", "1", "theirs")
    bench.clock.forward(seconds=1)
    both = bench.run(source.listed(0)).executions
    assert [each.client_id for each in both] == [permit.client_id, "theirs"]
    assert bench.run(BinanceDropCopy(bench.again()).listed(0)).executions == both


def test_executions_of_two_markets_keep_their_places_whoever_reads_them(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kya.adapters.drop_copy_binance.FILLS_ASKED_MAX", 2)
    monkeypatch.setattr("kya.adapters.ccxt_binance.FILLS_ASKED_MAX", 2)
    source = BinanceDropCopy(bench.venue())
    known = tuple[Execution, ...]()
    for number in range(9):
        pair = ("EURUSD", "XBTEUR")[number % 3 == 1]
        fill(bench, pair, "1", f"n{number}")
        bench.clock.forward(seconds=1)
        if number % 4 == 0:
            now = bench.run(source.listed(0)).executions
            assert now[: len(known)] == known
            known = now
    assert [each.client_id for each in known] == [f"n{number}" for number in range(9)]
    assert {each.market for each in known} == {"EUR/USD", "BTC/EUR"}
    assert bench.run(BinanceDropCopy(bench.again()).listed(0)).executions == known


def test_the_list_begins_when_the_account_was_first_used(bench: Bench) -> None:
    bench.venue()
    fill(bench, "EURUSD", "1", "before")
    bench.path.unlink()
    bench.clock.forward(seconds=1)
    assert bench.run(BinanceDropCopy(bench.again()).listed(0)).executions == ()


@pytest.mark.parametrize(
    ("said", "promises"),
    [
        ('binance {"code":-1013,"msg":"Filter failure: LOT_SIZE"}', "nothing was done"),
        ('binance {"code":-2010,"msg":"Duplicate order sent."}', "unknown"),
        (
            'binance 429 Too Many {"code":-1003,"msg":"Too many requests."}',
            "nothing was done",
        ),
        ('binance {"code":-1007,"msg":"Send status unknown"}', "unknown"),
        ('binance {"code":-1000,"msg":"An unknown error"}', "unknown"),
        ('binance {"code":-9999,"msg":"from a time to come"}', "unknown"),
        (
            "binance Account has insufficient balance for requested action.",
            "nothing was done",
        ),
        ("binance POST https://api.example 502 Bad Gateway <html>{", "unknown"),
    ],
)
def test_only_what_promises_that_nothing_was_done_is_a_refusal(
    said: str, promises: str
) -> None:
    assert nothing_was_done(words_in(said)) is (promises == "nothing was done")
