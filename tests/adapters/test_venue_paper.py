"""The paper venue: prices of the moment, faults on demand, a list that outlives it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from kya.adapters.paper_journal import Execution, paper_journal
from kya.adapters.prices_memory import MemoryPrices
from kya.adapters.venue_paper import NO_FAULTS, Fault, PaperVenue
from kya.core.errors import CorruptionError, TransientError
from kya.core.money import Price
from kya.core.order import Action, OrderType, Side, TimeInForce
from kya.core.order_events import VenueStatus
from kya.core.price import ReferencePrice
from kya.gateway.permit import Permit
from kya.gateway.ports import Venue, VenueAnswer
from tests.contracts.venue import (
    ReplacingVenueContract,
    a_permit,
    a_resting_permit,
    acting_on,
)
from tests.gateway.house import HandClock, a_venue, the_prices
from tests.world import FOUNDED, MORNING, eur


def on_file(path: Path, faults: Mapping[str, Fault] = NO_FAULTS) -> PaperVenue:
    return PaperVenue(
        name="SIMA",
        prices=the_prices(),
        clock=HandClock(),
        faults=faults,
        journal=path,
    )


def kept_in(path: Path) -> list[Execution]:
    """What the file says happened."""
    journal = paper_journal(path)
    journal.close()
    return journal.taken()


class TestInMemory(ReplacingVenueContract):
    def a_venue(self) -> Venue:
        return a_venue(HandClock())

    def a_forgetful_venue(self) -> Venue:
        return a_venue(HandClock(), {"c-1": Fault.TIMEOUT})


class TestOnFile(ReplacingVenueContract):
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
    kept, again = kept_in(path), on_file(path)
    assert asyncio.run(again.query(permit.client_id)) == answer
    assert kept_in(path) == kept
    asyncio.run(again.submit(permit))
    assert [e.arrival for e in kept_in(path)] == [1, 2]


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
    assert len(kept_in(path)) == 2


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
    kept = {execution.client_id for execution in kept_in(path)}
    assert kept == {permit.client_id for permit in permits}


# ------------------------------------------------------------------- resting orders

LATER = MORNING.plus(seconds=3_600)
DAY_MICROS = 86_400_000_000


def moving(path: Path | None = None, **faults: Fault) -> tuple[PaperVenue, HandClock]:
    """A venue of a market at 1.38 in the morning, and at 1.2 an hour later."""
    quotes = [("1.38105", "1.38111", FOUNDED), ("1.2", "1.2001", LATER)]
    prices = MemoryPrices(
        ReferencePrice(
            market="EUR/USD",
            bid=Price.parse(bid),
            ask=Price.parse(ask),
            at=at,
            source="test",
        )
        for bid, ask, at in quotes
    )
    clock = HandClock()
    by_id = {name.replace("_", "-"): fault for name, fault in faults.items()}
    venue = PaperVenue(
        name="SIMA", prices=prices, clock=clock, faults=by_id, journal=path
    )
    return venue, clock


def near(**changes: object) -> Permit:
    """A buyer at 1.2001, which is reached in an hour."""
    return a_resting_permit(**{"limit_price": Price.parse("1.2001"), **changes})


def asked(venue: PaperVenue, permit: Permit) -> VenueAnswer:
    answer = asyncio.run(venue.query(permit.client_id))
    assert answer is not None
    return answer


def test_a_resting_order_is_filled_once_its_price_is_reached() -> None:
    venue, clock = moving()
    permit = near()
    assert asyncio.run(venue.submit(permit)).status is VenueStatus.ACKNOWLEDGED
    clock.instant = LATER.plus(micros=-1)
    assert asked(venue, permit).status is VenueStatus.ACKNOWLEDGED
    clock.instant = LATER
    answer = asked(venue, permit)
    assert (answer.status, str(answer.price)) == (VenueStatus.FILLED, "1.2001")
    assert asyncio.run(venue.cancel(acting_on(permit, Action.CANCEL))).status is (
        VenueStatus.REJECTED
    )


@pytest.mark.parametrize("limit", ["1.2", "1"])
def test_a_limit_that_is_not_reached_goes_on_resting(limit: str) -> None:
    venue, clock = moving()
    permit = near(limit_price=Price.parse(limit))
    asyncio.run(venue.submit(permit))
    clock.instant = LATER
    assert asked(venue, permit).status is VenueStatus.ACKNOWLEDGED


@pytest.mark.parametrize("lasting", [TimeInForce.IOC, TimeInForce.FOK])
def test_what_must_be_filled_at_once_never_rests(lasting: TimeInForce) -> None:
    venue, _ = moving()
    answer = asyncio.run(venue.submit(near(time_in_force=lasting)))
    assert answer.status is VenueStatus.REJECTED


@pytest.mark.parametrize(
    ("lasting", "after_micros", "status"),
    [
        (TimeInForce.DAY, DAY_MICROS - 1, VenueStatus.ACKNOWLEDGED),
        (TimeInForce.DAY, DAY_MICROS, VenueStatus.CANCELLED),
        (TimeInForce.GTC, DAY_MICROS, VenueStatus.ACKNOWLEDGED),
    ],
)
def test_a_day_order_expires_with_its_utc_day(
    lasting: TimeInForce, after_micros: int, status: VenueStatus
) -> None:
    venue, clock = moving()
    permit = near(time_in_force=lasting, limit_price=Price.parse("1"))
    asyncio.run(venue.submit(permit))
    clock.instant = MORNING.day.start.plus(micros=after_micros)
    assert asked(venue, permit).status is status


def test_half_may_be_filled_and_the_rest_rests() -> None:
    venue, clock = moving(c_1=Fault.PARTIAL)
    permit = near(limit_price=Price.parse("1.4"))
    answer = asyncio.run(venue.submit(permit))
    assert (answer.status, answer.filled) == (
        VenueStatus.ACKNOWLEDGED,
        eur("10000.00"),
    )
    clock.instant = LATER
    whole = asked(venue, permit)
    assert (whole.status, whole.filled) == (VenueStatus.FILLED, eur("20000.00"))
    assert str(whole.price) == "1.290605"  # the mean of 1.38111 and 1.2001


def half_filled(venue: PaperVenue, clock: HandClock) -> Permit:
    """A seller of EUR 20,000 who got rid of half of it before the market left."""
    permit = near(side=Side.SELL, limit_price=Price.parse("1.3"))
    answer = asyncio.run(venue.submit(permit))
    assert answer.filled == eur("10000.00")
    clock.instant = LATER
    return permit


def test_a_cancel_keeps_what_was_filled_before_it() -> None:
    for is_recall in (False, True):
        venue, clock = moving(c_1=Fault.PARTIAL)
        permit = half_filled(venue, clock)
        if is_recall:
            asyncio.run(venue.recall(permit.client_id))
        else:
            asyncio.run(venue.cancel(acting_on(permit, Action.CANCEL)))
        ended = asked(venue, permit)
        assert (ended.status, ended.filled, str(ended.price)) == (
            VenueStatus.CANCELLED,
            eur("10000.00"),
            "1.38105",
        )


@pytest.mark.parametrize(
    ("amount", "status", "filled"),
    [
        ("10000.00", VenueStatus.REJECTED, None),
        ("10000.01", VenueStatus.FILLED, "0.01"),
        ("25000.00", VenueStatus.FILLED, "15000.00"),
    ],
)
def test_what_was_filled_of_the_target_counts_for_its_replacement(
    amount: str, status: VenueStatus, filled: str | None
) -> None:
    venue, clock = moving(c_1=Fault.PARTIAL)
    permit = half_filled(venue, clock)
    other = acting_on(
        permit, Action.REPLACE, amount=eur(amount), limit_price=Price.parse("1.1")
    )
    answer = asyncio.run(venue.replace(other))
    assert answer.status is status
    assert answer.filled == (None if filled is None else eur(filled))


def test_the_book_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "SIMA.jsonl"
    first, _ = moving(path)
    kept, cancelled, replaced = (
        near(client_order_id=name) for name in ("c-1", "c-3", "c-5")
    )
    cancel = acting_on(cancelled, Action.CANCEL, client_order_id="c-4")
    other = acting_on(replaced, Action.REPLACE, client_order_id="c-6")

    async def trade() -> None:
        for permit in (kept, cancelled, replaced):
            await first.submit(permit)
        await first.cancel(cancel)
        await first.replace(other)

    asyncio.run(trade())
    kept_before = kept_in(path)
    again, clock = moving(path)
    assert kept_in(path) == kept_before
    for permit in (kept, other):
        assert asked(again, permit).status is VenueStatus.ACKNOWLEDGED
    for permit in (cancelled, cancel, replaced):
        assert asked(again, permit).status is VenueStatus.CANCELLED
    clock.instant = LATER
    assert asked(again, kept).status is VenueStatus.FILLED
    third, _ = moving(path)
    assert asked(third, kept).status is VenueStatus.FILLED
    assert [e.arrival for e in kept_in(path)] == [1] * 6


def test_a_lost_cancel_leaves_its_target_resting() -> None:
    venue, _ = moving(c_2=Fault.LOST)
    permit = near()
    asyncio.run(venue.submit(permit))
    cancel = acting_on(permit, Action.CANCEL)
    with pytest.raises(TransientError):
        asyncio.run(venue.cancel(cancel))
    assert asyncio.run(venue.query(cancel.client_id)) is None
    assert asked(venue, permit).status is VenueStatus.ACKNOWLEDGED


def test_a_cancel_whose_answer_got_lost_can_be_asked_for() -> None:
    venue, _ = moving(c_2=Fault.TIMEOUT)
    permit = near()
    asyncio.run(venue.submit(permit))
    cancel = acting_on(permit, Action.CANCEL)
    with pytest.raises(TransientError):
        asyncio.run(venue.cancel(cancel))
    for asked_for in (cancel, permit):
        assert asked(venue, asked_for).status is VenueStatus.CANCELLED
