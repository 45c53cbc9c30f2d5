"""Venues' lists: in memory, and the paper venue's, which outlives its process."""

import asyncio
from pathlib import Path

import pytest

from kya.adapters.drop_copy_memory import MemoryDropCopy
from kya.adapters.venue_paper import Fault, PaperVenue
from kya.core.money import Price
from kya.core.order import Action
from kya.gateway.ports import DropCopy
from tests.adapters.test_venue_paper import on_file
from tests.contracts.drop_copy import DropCopyContract
from tests.contracts.venue import a_permit, a_resting_permit, acting_on
from tests.drop_copies import a_message, an_execution
from tests.gateway.house import HandClock, a_venue, the_prices
from tests.world import eur


class TestInMemory(DropCopyContract):
    def a_list(self, count: int) -> DropCopy:
        return MemoryDropCopy(map(an_execution, range(count)))


class TestOnPaper(DropCopyContract):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self._path = tmp_path / "venues" / "SIMA.jsonl"

    def a_list(self, count: int) -> DropCopy:
        venue = on_file(self._path)
        for number in range(count):
            asyncio.run(venue.order_elsewhere(a_message(number)))
        venue.close()
        return on_file(self._path)


def figures(venue: PaperVenue) -> list[tuple[str, str, str]]:
    listed = asyncio.run(venue.listed(0))
    return [(line.client_id, line.amount, line.price) for line in listed.executions]


def test_the_list_names_each_fill_and_nothing_else() -> None:
    venue = a_venue(HandClock(), {"c-3": Fault.REJECT})
    bought = a_permit()
    asyncio.run(venue.submit(bought))
    asyncio.run(venue.submit(bought))
    resting = a_resting_permit(seq=2, client_order_id="c-2")
    asyncio.run(venue.submit(resting))
    asyncio.run(venue.submit(a_permit(seq=3, client_order_id="c-3")))
    asyncio.run(venue.cancel(acting_on(resting, Action.CANCEL)))
    assert figures(venue) == [(bought.client_id, "20000.00", "1.38111")]


def test_a_second_fill_has_its_own_price() -> None:
    """Half at the ask of the moment; the rest when the list is asked for."""
    clock = HandClock()
    prices = the_prices()
    faults = {"c-1": Fault.PARTIAL}
    venue = PaperVenue(name="SIMA", prices=prices, clock=clock, faults=faults)
    permit = a_resting_permit(limit_price=Price.parse("1.4"))
    asyncio.run(venue.submit(permit))
    assert [amount for _, amount, _ in figures(venue)] == ["10000.00", "10000.00"]
    answer = asyncio.run(venue.query(permit.client_id))
    assert answer is not None
    assert answer.filled == eur("20000.00")
