"""The paper venue: prices of the moment, faults on demand, a list that outlives it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from kya.adapters.venue_paper import NO_FAULTS, Fault, PaperVenue
from kya.core.errors import CorruptionError, TransientError
from kya.core.money import Price
from kya.core.order import OrderType, Side
from kya.core.order_events import VenueStatus
from kya.gateway.ports import Venue, VenueAnswer
from tests.contracts.venue import VenueContract, a_permit
from tests.gateway.house import HandClock, a_venue, the_prices
from tests.world import FOUNDED, eur


def on_file(path: Path, faults: Mapping[str, Fault] = NO_FAULTS) -> PaperVenue:
    return PaperVenue(
        name="SIMA",
        prices=the_prices(),
        clock=HandClock(),
        faults=faults,
        journal=path,
    )


class TestInMemory(VenueContract):
    def a_venue(self) -> Venue:
        return a_venue(HandClock())

    def a_forgetful_venue(self) -> Venue:
        return a_venue(HandClock(), {"c-1": Fault.TIMEOUT})


class TestOnFile(VenueContract):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self._path = tmp_path / "venues" / "SIMA.jsonl"

    def a_venue(self) -> Venue:
        return on_file(self._path)

    def a_forgetful_venue(self) -> Venue:
        return on_file(self._path, {"c-1": Fault.TIMEOUT})


def answer_to(fault: Fault | None = None, **changes: object) -> VenueAnswer:
    faults = {} if fault is None else {"c-1": fault}
    venue = a_venue(HandClock(), faults)
    return asyncio.run(venue.submit(a_permit(**changes)))


@pytest.mark.parametrize(("side", "price"), [("BUY", "1.38111"), ("SELL", "1.38105")])
def test_a_market_order_is_filled_at_the_other_side_of_the_market(
    side: str, price: str
) -> None:
    answer = answer_to(side=Side(side))
    assert answer == VenueAnswer(
        status=VenueStatus.FILLED,
        filled=eur("20000.00"),
        price=Price.parse(price),
        price_source="test",
    )


@pytest.mark.parametrize(
    ("side", "limit", "status"),
    [
        ("BUY", "1.38111", VenueStatus.FILLED),
        ("BUY", "1.3811", VenueStatus.REJECTED),
        ("SELL", "1.38105", VenueStatus.FILLED),
        ("SELL", "1.38106", VenueStatus.REJECTED),
    ],
)
def test_a_limit_is_kept(side: str, limit: str, status: VenueStatus) -> None:
    answer = answer_to(
        side=Side(side), type=OrderType.LIMIT, limit_price=Price.parse(limit)
    )
    assert answer.status is status


def test_a_market_without_a_price_rejects() -> None:
    answer = answer_to(market="BTC/EUR")
    assert (answer.status, answer.detail) == (
        VenueStatus.REJECTED,
        "no price of BTC/EUR",
    )


def test_a_market_before_its_first_price_rejects() -> None:
    venue = a_venue(HandClock(FOUNDED.plus(micros=-1)))
    answer = asyncio.run(venue.submit(a_permit()))
    assert answer.status is VenueStatus.REJECTED


def test_half_is_filled_on_demand_and_never_nothing() -> None:
    assert answer_to(Fault.PARTIAL).filled == eur("10000.00")
    assert answer_to(Fault.PARTIAL, amount=eur("0.01")).status is VenueStatus.FILLED


def test_a_rejection_comes_on_demand() -> None:
    assert answer_to(Fault.REJECT).status is VenueStatus.REJECTED


def test_a_lost_order_is_never_known() -> None:
    venue, permit = a_venue(HandClock(), {"c-1": Fault.LOST}), a_permit()

    async def case() -> None:
        with pytest.raises(TransientError):
            await venue.submit(permit)
        assert await venue.query(permit.client_id) is None

    asyncio.run(case())
    assert venue.executions == []


def test_an_order_sent_again_shows_in_the_list() -> None:
    venue, permit = a_venue(HandClock()), a_permit()

    async def case() -> None:
        await venue.submit(permit)
        await venue.submit(permit)

    asyncio.run(case())
    assert [e.arrival for e in venue.executions] == [1, 2]


def test_the_list_outlives_the_process(tmp_path: Path) -> None:
    path, permit = tmp_path / "SIMA.jsonl", a_permit()
    first = on_file(path)
    answer = asyncio.run(first.submit(permit))
    again = on_file(path)
    assert asyncio.run(again.query(permit.client_id)) == answer
    assert again.executions == first.executions
    asyncio.run(again.submit(permit))
    assert [e.arrival for e in on_file(path).executions] == [1, 2]


def test_a_torn_last_line_was_never_answered(tmp_path: Path) -> None:
    path = tmp_path / "SIMA.jsonl"
    venue = on_file(path)
    small, large = a_permit(amount=eur("1.00")), a_permit(amount=eur("2.00"))
    asyncio.run(venue.submit(small))
    asyncio.run(venue.submit(large))
    path.write_bytes(path.read_bytes()[:-3])
    again = on_file(path)
    assert asyncio.run(again.query(small.client_id)) is not None
    assert asyncio.run(again.query(large.client_id)) is None
    asyncio.run(again.submit(large))
    assert len(on_file(path).executions) == 2


def test_a_list_that_was_written_over_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "SIMA.jsonl"
    asyncio.run(on_file(path).submit(a_permit()))
    path.write_bytes(path.read_bytes().replace(b'"agent"', b'"Agent"'))
    with pytest.raises(CorruptionError, match="line 1"):
        on_file(path)


def test_a_list_that_cannot_be_kept_ends_the_venue(tmp_path: Path) -> None:
    venue = on_file(tmp_path / "SIMA.jsonl")
    venue.close()

    async def case() -> None:
        for _ in range(2):
            with pytest.raises(TransientError, match="its list failed"):
                await venue.submit(a_permit())
        with pytest.raises(TransientError):
            await venue.query(a_permit().client_id)

    asyncio.run(case())


def test_orders_at_once_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "SIMA.jsonl"
    venue = on_file(path)
    permits = [a_permit(amount=eur(f"{number}.00")) for number in range(1, 51)]

    async def case() -> None:
        await asyncio.gather(*[venue.submit(permit) for permit in permits])

    asyncio.run(case())
    kept = {execution.client_id for execution in on_file(path).executions}
    assert kept == {permit.client_id for permit in permits}
