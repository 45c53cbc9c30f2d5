"""The venue behind FIX, against the paper exchange's FIX door at a real socket."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from kya.adapters.drop_copy_fix import FixDropCopy
from kya.adapters.exchange_faults import ExchangeFault, Faults
from kya.adapters.exchange_order import BookOrder, Fill
from kya.adapters.fix_exchange import FixExchange
from kya.adapters.fix_link import Reach
from kya.adapters.venue_fix import ARRIVAL_SECONDS, FixVenue
from kya.core.errors import TransientError
from kya.core.money import Price
from kya.core.order import Action, OrderType, TimeInForce
from kya.core.order_events import VenueStatus
from kya.fix.line import Line
from kya.fix.message import Message, Received, fields
from kya.fix.reports import ExecType, OrdStatus, Report, business_reject
from kya.fix.session import Session
from kya.fix.store import MemoryStore
from kya.fix.tags import MsgType, Tag
from kya.fix.terms import Role, Terms, resend_nothing
from kya.gateway.ports import DropCopy, Venue
from kya.wiring.listening import listen_on
from tests.contracts.at_bench import AtBench
from tests.contracts.drop_copy import DropCopyContract
from tests.contracts.venue import (
    ReplacingVenueContract,
    a_permit,
    a_resting_permit,
    acting_on,
)
from tests.exchanges import an_exchange
from tests.gateway.house import HandClock, the_prices
from tests.world import eur

T = TypeVar("T")


class Refusing:
    """A venue that is of one mind: it answers every message with this."""

    def __init__(self, answer: Callable[[Received], Message]) -> None:
        self.answer = answer
        self.line: Line | None = None

    def begun(self) -> None:
        """It is glad."""

    def echoed(self, test: str) -> None:
        """It asks for nothing."""

    def ended(self, why: str) -> None:
        """It does not care."""

    def taken(self, received: Received) -> None:
        assert self.line is not None
        self.line.send(self.answer(received))


class Bench:
    """A loop, in which an exchange and the venues of one gateway after another are."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "SIMA.jsonl"
        self.runner = asyncio.Runner()
        self.clock = HandClock()
        self.venues: list[FixVenue] = []
        self.stores = {"exchange": MemoryStore(), "gateway": MemoryStore()}
        self.servers: list[asyncio.Task[asyncio.Server]] = []
        self.served_with: ssl.SSLContext | None = None
        self.door = self.open()

    def open(self, *faults: ExchangeFault) -> FixExchange:
        """A new exchange, whose first orders meet these faults."""
        plan = Faults(dict(enumerate(faults, start=1)))
        exchange = an_exchange(plan, the_prices(), self.clock)
        self.door = FixExchange(exchange, self.clock)
        self.listen(self.door)
        return self.door

    def listen(self, end: FixExchange | Refusing) -> None:
        """Serve the venue's end of a session."""
        terms = Terms(ours="SIMA", theirs="KYA", role=Role.ACCEPTOR)
        line = Line(Session(terms, self.stores["exchange"]), end, self.clock.now)
        end.line = line

        listening = listen_on("127.0.0.1", 0, "tcp")
        self.port = listening.socket.getsockname()[1]
        loop = self.runner.get_loop()
        serving = loop.create_server(
            line.protocol, sock=listening.socket, ssl=self.served_with
        )
        self.servers.append(loop.create_task(serving))

    def shut(self) -> None:
        """Let nobody connect any more."""
        for server in self.servers:
            self.run(_awaited(server)).close()
        self.servers.clear()

    def venue(self, *faults: ExchangeFault, timeout: int = 2_000) -> FixVenue:
        """A venue at a new exchange."""
        self.stores = {"exchange": MemoryStore(), "gateway": MemoryStore()}
        self.open(*faults)
        venue = self.again(timeout)
        self.clock.forward(seconds=ARRIVAL_SECONDS)
        return venue

    def again(self, timeout: int = 2_000, **trust: Any) -> FixVenue:  # noqa: ANN401  Reach
        """The venue of a process that starts where another one has ended."""
        for each in self.venues:
            self.run(each.link.close())
        terms = Terms(
            ours="KYA", theirs="SIMA", role=Role.INITIATOR, resends=resend_nothing
        )
        reach = Reach(
            host="127.0.0.1",
            port=self.port,
            terms=terms,
            timeout_millis=timeout,
            **trust,
        )
        venue = FixVenue(reach, self.stores["gateway"], self.clock, self.path)
        self.venues.append(venue)
        return venue

    def run(self, work: Coroutine[None, None, T]) -> T:
        """Run work in the loop of this test."""
        return self.runner.run(work)

    def orders(self) -> list[BookOrder]:
        """Every order that the exchange has ever taken."""
        return list(self.door.exchange.book.orders.values())

    def close(self) -> None:
        for venue in self.venues:
            self.run(venue.close())
        self.shut()
        self.runner.close()


async def _awaited(task: "asyncio.Task[T]") -> T:
    """What a task has come to."""
    return await task


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


class TestContract(AtBench[Bench], ReplacingVenueContract):
    def a_venue(self) -> Venue:
        return self.runs.venue()

    def a_forgetful_venue(self) -> Venue:
        return self.runs.venue(ExchangeFault.DISCONNECT)


class TestList(AtBench[Bench], DropCopyContract):
    def a_list(self, count: int) -> DropCopy:
        venue = self.runs.venue()
        for number in range(count):
            fill(self.runs, number)
        return FixDropCopy(venue)


def fill(bench: Bench, number: int) -> None:
    """Have an order of somebody filled at the exchange, on another way than FIX."""
    raw = {"pair": "EURUSD", "type": "buy", "ordertype": "market", "volume": "1"}
    bench.run(
        bench.door.exchange.private("AddOrder", {**raw, "cl_ord_id": f"n{number}"})
    )
    bench.door.tell()


def test_an_order_is_known_there_by_its_leaf_and_nothing_else_of_ours(
    bench: Bench,
) -> None:
    venue, permit = bench.venue(), a_permit()
    answer = bench.run(venue.submit(permit))
    (order,) = bench.orders()
    assert (order.client_id, order.userref) == (permit.client_id, "")
    assert (answer.filled, answer.price) == (eur("20000.00"), Price.parse("1.38111"))


@pytest.mark.parametrize(
    ("changes", "why", "arrivals"),
    [
        ({"market": "BTC/EUR", "amount": eur("25000.00")}, "want it in BTC", 0),
        ({"time_in_force": TimeInForce.FOK}, "fill or kill", 0),
        ({"market": "EUR/GBP"}, "Unknown asset pair", 1),
        ({"amount": eur("0.49")}, "Order minimum not met", 1),
    ],
)
def test_what_the_venue_would_not_have_is_rejected_and_stays_so(
    bench: Bench, changes: dict[str, object], why: str, arrivals: int
) -> None:
    venue, permit = bench.venue(), a_permit(**changes)
    answer = bench.run(venue.submit(permit))
    assert answer.status is VenueStatus.REJECTED
    assert why in answer.detail
    assert (bench.orders(), bench.door.exchange.faults.orders) == ([], arrivals)
    assert bench.run(venue.query(permit.client_id)) == answer
    assert bench.run(bench.again().query(permit.client_id)) == answer


@pytest.mark.parametrize(
    "fault", [ExchangeFault.TIMEOUT, ExchangeFault.DISCONNECT, ExchangeFault.GAP]
)
def test_an_unknown_outcome_is_asked_for_and_never_sent_again(
    bench: Bench, fault: ExchangeFault
) -> None:
    venue, permit = bench.venue(fault, timeout=200), a_permit()
    with pytest.raises(TransientError):
        bench.run(venue.submit(permit))
    answer = bench.run(bench.again().submit(permit))
    assert (answer.status, answer.filled) == (VenueStatus.FILLED, eur("20000.00"))
    assert bench.door.exchange.faults.orders == 1


def test_an_order_that_got_lost_is_never_sent_again(bench: Bench) -> None:
    venue, permit = bench.venue(ExchangeFault.LOST), a_permit()
    with pytest.raises(TransientError):
        bench.run(venue.submit(permit))
    with pytest.raises(TransientError, match="may be on its way"):
        bench.run(venue.query(permit.client_id))
    bench.clock.forward(seconds=ARRIVAL_SECONDS)
    assert bench.run(venue.query(permit.client_id)) is None
    with pytest.raises(TransientError, match="never arrived"):
        bench.run(venue.submit(permit))
    assert (bench.orders(), bench.door.exchange.faults.orders) == ([], 1)


def test_a_report_that_comes_twice_is_one_execution(bench: Bench) -> None:
    venue, permit = bench.venue(ExchangeFault.DUPLICATE), a_permit()
    answer = bench.run(venue.submit(permit))
    assert answer.filled == eur("20000.00")
    assert len(bench.run(FixDropCopy(venue).listed(0)).executions) == 1


def test_half_is_filled_and_the_rest_is_cancelled(bench: Bench) -> None:
    venue = bench.venue(ExchangeFault.PARTIAL)
    permit = a_permit(
        type=OrderType.LIMIT,
        limit_price=Price.parse("1.4"),
        time_in_force=TimeInForce.IOC,
    )
    answer = bench.run(venue.submit(permit))
    assert (answer.status, answer.filled) == (VenueStatus.CANCELLED, eur("10000.00"))


def test_what_was_filled_before_a_replacement_stays_with_its_order(
    bench: Bench,
) -> None:
    venue, permit = bench.venue(), a_resting_permit()
    bench.run(venue.submit(permit))
    (order,) = bench.orders()
    half = Fill(
        id="T-HALF", price=Decimal(1), volume=order.volume / 2, fee=Decimal(0),
        at=bench.clock.now().micros,
    )  # fmt: skip
    bench.door.exchange.book.keep(msgspec.structs.replace(order, fills=(half,)))
    other = acting_on(
        permit,
        Action.REPLACE,
        amount=eur("15000.00"),
        limit_price=Price.parse("1.4"),
    )
    answer = bench.run(venue.replace(other))
    assert (answer.status, answer.filled) == (VenueStatus.FILLED, eur("5000.00"))
    ended = bench.run(venue.query(permit.client_id))
    assert ended is not None
    assert (ended.status, ended.filled) == (VenueStatus.CANCELLED, eur("10000.00"))
    assert bench.run(bench.again().query(other.client_id)) == answer


def test_without_a_session_nothing_leaves_and_nothing_is_guessed(bench: Bench) -> None:
    venue, permit = bench.venue(timeout=200), a_permit()
    bench.shut()
    with pytest.raises(TransientError, match="no session"):
        bench.run(venue.submit(permit))
    for asked in (venue.query(permit.client_id), FixDropCopy(venue).listed(0)):
        with pytest.raises(TransientError, match="no session"):
            bench.run(asked)
    assert venue.messages.of(permit.client_id) is None


def test_a_cancel_whose_answer_got_lost_shows_in_its_target(bench: Bench) -> None:
    venue, permit = bench.venue(timeout=200), a_resting_permit()
    bench.run(venue.submit(permit))
    cancel = acting_on(permit, Action.CANCEL)
    bench.door.exchange.faults.standing = ExchangeFault.DOWN
    with pytest.raises(TransientError):
        bench.run(venue.cancel(cancel))
    bench.door.exchange.faults.standing = None
    with pytest.raises(TransientError, match="its cancel may arrive"):
        bench.run(venue.query(cancel.client_id))
    bench.run(venue.recall(permit.client_id))
    answer = bench.run(bench.again().query(cancel.client_id))
    assert answer is not None
    assert answer.status is VenueStatus.CANCELLED


def test_the_list_has_our_orders_and_those_of_nobody(bench: Bench) -> None:
    venue, permit = bench.venue(), a_permit()
    bench.run(venue.submit(permit))
    fill(bench, 1)
    source = FixDropCopy(venue)
    ours, theirs = bench.run(source.listed(0)).executions
    assert (ours.client_id, ours.amount, ours.currency, ours.price) == (
        permit.client_id, "20000.00", "EUR", "1.38111",
    )  # fmt: skip
    assert (theirs.client_id, theirs.amount) == ("n1", "1.00")
    again = FixDropCopy(bench.again())
    assert bench.run(again.listed(0)).executions == (ours, theirs)


def a_session_reject(received: Received) -> Message:
    """What a venue says that cannot read a message."""
    said = ((Tag.REF_SEQ_NUM, str(received.number)), (Tag.TEXT, "no such tag"))
    return Message(MsgType.REJECT, fields(*said))


def a_business_reject(received: Received) -> Message:
    """What a venue says that will not do what a message asks for."""
    return business_reject(received.message, received.number or 0, "4", "closed")


@pytest.mark.parametrize(
    ("answer", "why"),
    [(a_session_reject, "no such tag"), (a_business_reject, "closed")],
)
def test_a_message_that_the_venue_cannot_take_is_rejected(
    bench: Bench, answer: Callable[[Received], Message], why: str
) -> None:
    bench.venue()
    bench.listen(Refusing(answer))
    venue, permit = bench.again(), a_permit()
    said = bench.run(venue.submit(permit))
    assert (said.status, said.detail) == (VenueStatus.REJECTED, why)
    with pytest.raises(TransientError, match=why):
        bench.run(venue.query("0" * 32))


def a_report(kind: str, **changes: object) -> Report:
    """What the exchange says of an execution of nobody's."""
    usual: dict[str, object] = {
        "order_id": "O1", "exec_id": f"X-{kind}", "client_id": "somebody",
        "kind": kind, "status": OrdStatus.FILLED, "market": "EUR/USD", "side": "1",
        "quantity": Decimal(5), "filled": Decimal(5), "average": Decimal(1),
        "at": HandClock().now(), "last": Decimal(5), "last_price": Decimal(1),
    }  # fmt: skip
    return Report(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [ExecType.CORRECTED, ExecType.BUSTED])
def test_what_is_taken_back_is_a_line_of_nobodys_order(bench: Bench, kind: str) -> None:
    venue = bench.venue()
    bench.run(venue.link.up())
    assert bench.door.line is not None
    bench.door.line.send(a_report(kind).message())
    (line,) = bench.run(FixDropCopy(venue).listed(0)).executions
    assert (line.client_id, line.amount) == ("", "5.00")


def test_an_execution_that_cannot_be_read_stops_the_session(bench: Bench) -> None:
    venue = bench.venue(timeout=300)
    bench.run(venue.link.up())
    assert bench.door.line is not None
    bench.door.line.send(a_report(ExecType.FILL, side="7").message())
    for _ in range(2):
        with pytest.raises(TransientError):
            bench.run(FixDropCopy(venue).listed(0))
    assert venue.executions.lines == []
