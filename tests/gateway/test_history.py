"""What the gateway tells of an agent's past: as much as the log holds, no more."""

import asyncio

import httpx
import pytest

from kya.adapters.venue_paper import Fault
from kya.core.decision import Outcome
from kya.core.limits import HISTORY_ORDERS_MAX
from kya.core.money import Price
from kya.core.order import OrderType, TimeInForce
from kya.core.order_events import VenueStatus
from kya.gateway import history as module
from kya.gateway.history import History
from kya.gateway.ports import WatchedList
from tests.api.edge import at_the_edge, name_of
from tests.gateway.house import House, a_house, in_house
from tests.world import AGENT, eur


@in_house(faults={"c-3": Fault.PARTIAL})
async def test_each_order_is_told_with_its_decision_and_the_venues_word(
    house: House,
) -> None:
    history = History(house.sequencer)
    await house.submit()
    await house.submit(amount=eur("180000.00"))
    await house.submit()
    await house.submit(
        type=OrderType.LIMIT,
        limit_price=Price.parse("1"),
        time_in_force=TimeInForce.GTC,
    )
    await house.reports()
    told = await history.orders(AGENT, 10)
    assert [each.order.seq for each in told] == [1, 2, 3, 4]
    assert told[1].outcome is Outcome.DENIED
    assert told[1].reasons == ("order.amount_max",)
    statuses = [each.report and each.report.status for each in told]
    assert statuses == [
        VenueStatus.FILLED,
        None,
        VenueStatus.PARTIALLY_FILLED,
        VenueStatus.ACKNOWLEDGED,
    ]
    assert [each.is_working for each in told] == [False, False, False, True]
    assert [each.order.seq for each in await history.orders(AGENT, 2)] == [3, 4]
    assert await history.orders("nobody", 2) == []


def test_executions_are_told_as_the_venues_list_has_them() -> None:
    async def lived() -> None:
        house = a_house()
        house.lists = {"SIMA": WatchedList(house.paper, None)}
        await house.open()
        history = History(house.sequencer)
        await house.gateway.drop_copies.begin()
        await house.submit()
        await house.reports()
        await house.gateway.drop_copies.copy()
        (told,) = await history.executions(AGENT, 10)
        assert (told.seq, told.execution.amount) == (1, "20000.00")
        await house.close()

    asyncio.run(lived())


@in_house()
async def test_a_few_entries_are_read_at_a_time_and_each_once(house: House) -> None:
    history = History(house.sequencer)
    for note in [house.note(order) for order in house.orders(40, amount=eur("1.00"))]:
        await house.gateway.submit(note)
    yields = 0

    async def turn() -> None:
        nonlocal yields
        while True:
            yields += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(turn())
    both = await asyncio.gather(history.orders(AGENT, 100), history.orders(AGENT, 100))
    beside.cancel()
    assert [len(each) for each in both] == [40, 40]
    assert yields > 2


@in_house()
async def test_the_oldest_is_forgotten_first(house: House) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "HISTORY_ORDERS_MAX", 3)
        history = History(house.sequencer)
        for _ in range(5):
            await house.submit(amount=eur("1.00"))
        await house.reports()
        told = await history.orders(AGENT, HISTORY_ORDERS_MAX)
    assert [each.order.seq for each in told] == [3, 4, 5]
    assert all(each.report is not None for each in told)


@at_the_edge()
async def test_an_agents_past_is_told_over_http(
    house: House, client: httpx.AsyncClient
) -> None:
    await house.submit()
    await house.reports()
    (told,) = (await client.get(f"/v1/agents/{AGENT}/orders")).json()
    assert (told["seq"], told["amount"], told["currency"]) == (1, "20000.00", "EUR")
    assert (told["venue"], told["filled"], told["price"]) == (
        "filled",
        "20000.00",
        "1.38111",
    )
    assert (await client.get(f"/v1/agents/{AGENT}/executions")).json() == []
    for query in ("0", "1001", "x"):
        answer = await client.get(f"/v1/agents/{AGENT}/orders?last={query}")
        assert name_of(answer) == (400, "malformed")


@at_the_edge()
async def test_a_venue_on_paper_has_no_account_to_tell_of(
    house: House, client: httpx.AsyncClient
) -> None:
    del house
    assert name_of(await client.get("/v1/venues/SIMA/balances")) == (404, "not-found")
