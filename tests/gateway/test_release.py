"""Allowed orders leave at most once; what came of them is always put on record."""

import asyncio

import pytest

from kya.adapters.venue_paper import Fault
from kya.core.errors import MalformedError, TransientError
from kya.core.order_events import VenueStatus
from kya.core.scope import Mode
from kya.gateway.permit import Permit
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import MarketAccess, VenueAnswer
from kya.gateway.refusals import CongestedError
from tests.gateway.house import House, in_house
from tests.world import AGENT, eur


@in_house()
async def test_a_fill_is_reported_with_its_price_and_source(house: House) -> None:
    await house.submit()
    [report] = await house.reports()
    assert report.status is VenueStatus.FILLED
    assert report.filled == eur("20000.00")
    assert (str(report.price), report.price_source) == ("1.38111", "test")
    assert house.sequencer.state.agents[AGENT].unanswered == {}


@in_house(faults={"c-1": Fault.REJECT})
async def test_a_rejection_is_reported_and_gives_nothing_back(house: House) -> None:
    await house.submit()
    [report] = await house.reports()
    assert report.status is VenueStatus.REJECTED
    [counted] = house.sequencer.state.agents[AGENT].past.allowed.values()
    assert counted == eur("20000.00").minor_units


@in_house(faults={"c-1": Fault.PARTIAL})
async def test_a_partial_fill_is_reported_as_such(house: House) -> None:
    await house.submit()
    [report] = await house.reports()
    assert (report.status, report.filled) == (
        VenueStatus.PARTIALLY_FILLED,
        eur("10000.00"),
    )


@in_house(faults={"c-1": Fault.TIMEOUT})
async def test_a_time_out_is_reported_and_asked_for_and_never_sent_again(
    house: House,
) -> None:
    await house.submit()
    reports = await house.reports()
    assert [r.status for r in reports] == [VenueStatus.UNKNOWN, VenueStatus.FILLED]
    assert await house.arrivals() == ["c-1"]


@in_house(faults={"c-1": Fault.LOST})
async def test_an_order_that_never_arrived_is_reported_and_never_sent_again(
    house: House,
) -> None:
    await house.submit()
    reports = await house.reports()
    assert [r.status for r in reports] == [
        VenueStatus.UNKNOWN,
        VenueStatus.NOT_RECEIVED,
    ]
    assert await house.arrivals() == []


class SlowVenue:
    """A venue that answers when it is told to."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.arrived = asyncio.Event()
        self.permits: list[Permit] = []
        self.questions: list[str] = []

    async def submit(self, permit: Permit) -> VenueAnswer:
        self.permits.append(permit)
        self.arrived.set()
        await self.gate.wait()
        return VenueAnswer(status=VenueStatus.REJECTED, detail="slow")

    replace = cancel = submit

    async def recall(self, client_id: str) -> VenueAnswer | None:
        return await self.query(client_id)

    async def query(self, client_id: str) -> VenueAnswer | None:
        self.questions.append(client_id)
        return VenueAnswer(status=VenueStatus.UNKNOWN)


def with_venue(house: House, venue: SlowVenue) -> Gateway:
    return Gateway(
        sequencer=house.sequencer,
        signer=house.world.gateway,
        clock=house.clock,
        access=MarketAccess(venues={"SIMA": venue}),
        root=house.world.root,
    )


@in_house()
async def test_the_answer_does_not_wait_for_the_venue(house: House) -> None:
    venue = SlowVenue()
    gateway = with_venue(house, venue)
    for order in house.orders(3):
        await gateway.submit(house.note(order))
    await asyncio.sleep(0)
    assert len(venue.permits) == 3
    assert "report" not in house.kinds()
    venue.gate.set()
    await gateway.releases.drained()
    assert house.kinds().count("report") == 3


@in_house()
async def test_the_permit_names_the_order_its_place_and_its_mode(house: House) -> None:
    venue = SlowVenue()
    gateway = with_venue(house, venue)
    answer = await gateway.submit(house.note())
    await asyncio.sleep(0)
    [permit] = venue.permits
    assert permit.index == answer.index
    assert permit.mode is Mode.LIVE
    assert permit.client_id == permit.leaf[:32]
    assert permit.order.client_order_id == "c-1"
    venue.gate.set()
    await gateway.releases.drained()


@in_house()
async def test_a_decision_is_durable_before_its_permit_exists(house: House) -> None:
    venue = SlowVenue()
    gateway = with_venue(house, venue)
    answering = asyncio.ensure_future(gateway.submit(house.note()))
    await asyncio.wait_for(venue.arrived.wait(), timeout=5)
    assert house.sequencer.durable_size >= venue.permits[0].index + 2
    await answering
    await gateway.close()


@in_house()
async def test_too_many_unanswered_orders_hold_the_next_one_back(house: House) -> None:
    venue = SlowVenue()
    gateway = with_venue(house, venue)
    orders = house.orders(6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kya.core.state.UNANSWERED_MAX", 5)
        for order in orders[:-1]:
            await gateway.submit(house.note(order))
        with pytest.raises(CongestedError):
            await gateway.submit(house.note(orders[-1]))
        venue.gate.set()
        await gateway.releases.drained()
        await gateway.submit(house.note(orders[-1]))
    await gateway.releases.drained()
    assert house.kinds().count("report") == 6


@in_house()
async def test_a_venue_that_is_not_connected_receives_nothing(house: House) -> None:
    gateway = with_venue(house, SlowVenue())
    await gateway.submit(house.note(house.order(venue="SIMB")))
    await gateway.releases.drained()
    [report] = await house.reports()
    assert report.status is VenueStatus.NOT_RECEIVED


@in_house(faults={"c-1": Fault.TIMEOUT})
async def test_a_restart_asks_for_what_is_unanswered_and_sends_nothing(
    house: House,
) -> None:
    await house.submit()
    await asyncio.sleep(0.01)
    assert house.kinds() == ["order", "decision", "report"]
    await house.restart()
    assert [r.status for r in await house.reports()] == [
        VenueStatus.UNKNOWN,
        VenueStatus.FILLED,
    ]
    assert await house.arrivals() == ["c-1"]


@in_house()
async def test_a_kill_between_log_and_venue_leaves_an_order_that_is_never_sent(
    house: House,
) -> None:
    await house.submit()
    await house.gateway.close()
    house.disk.end_process()
    await house.open()
    [report] = await house.reports()
    assert report.status is VenueStatus.NOT_RECEIVED
    assert await house.arrivals() == []


@in_house()
async def test_a_venue_that_knows_nothing_is_asked_ever_more_slowly(
    house: House,
) -> None:
    venue = SlowVenue()
    gateway = with_venue(house, venue)
    await gateway.submit(house.note())
    await gateway.close()
    again = with_venue(house, venue)
    again.start()
    await asyncio.sleep(0.35)
    assert 2 <= len(venue.questions) <= 3
    assert "report" not in house.kinds()
    await again.close()


@in_house()
async def test_reports_wait_for_a_clock_that_stepped_back(house: House) -> None:
    venue = SlowVenue()
    gateway = with_venue(house, venue)
    await gateway.submit(house.note())
    house.clock.forward(seconds=-1)
    venue.gate.set()
    await asyncio.sleep(0.01)
    assert "report" not in house.kinds()
    house.clock.forward(seconds=1)
    await gateway.releases.drained()
    assert house.kinds() == ["order", "decision", "report"]


class DeadVenue(SlowVenue):
    """A venue that nobody reaches."""

    async def submit(self, permit: Permit) -> VenueAnswer:
        raise TransientError(f"no route to host\n{'x' * 600}: {permit.index}")


@in_house()
async def test_the_reason_for_not_knowing_is_one_printable_line(house: House) -> None:
    gateway = with_venue(house, DeadVenue())
    await gateway.submit(house.note())
    await asyncio.sleep(0.01)
    await gateway.close()
    [report] = await house.reports()
    assert report.detail.startswith("no route to host xxx")
    assert len(report.detail) == 512


@pytest.mark.parametrize(
    "answer",
    [
        {"status": VenueStatus.FILLED},
        {"status": VenueStatus.REJECTED, "filled": eur("1.00")},
        {"status": VenueStatus.REJECTED, "detail": "two\nlines"},
        {"status": VenueStatus.REJECTED, "price_source": "x" * 513},
    ],
)
def test_an_answer_that_no_report_can_hold_is_refused(
    answer: dict[str, object],
) -> None:
    with pytest.raises(MalformedError):
        VenueAnswer(**answer)  # type: ignore[arg-type]
