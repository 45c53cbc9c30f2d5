"""Orders of one agent are judged strictly in seq; one ahead waits, but not for long."""

import asyncio
import itertools

import pytest

from kya.core.decision import Outcome
from kya.core.limits import AHEAD_ORDERS_MAX
from kya.gateway.refusals import OutOfTurnError
from tests.gateway.house import House, decision_in, in_house
from tests.world import AGENT


@in_house()
async def test_an_order_ahead_of_its_turn_waits_for_the_missing_one(
    house: House,
) -> None:
    first, second, third = [house.note(order) for order in house.orders(3)]
    ahead = [asyncio.ensure_future(house.gateway.submit(n)) for n in (third, second)]
    await asyncio.sleep(0.02)
    assert house.kinds() == []
    await house.gateway.submit(first)
    answers = await asyncio.gather(*ahead)
    assert [decision_in(answer).seq for answer in answers] == [3, 2]
    assert {answer.outcome for answer in answers} == {Outcome.ALLOWED}


@in_house()
async def test_an_order_whose_turn_does_not_come_is_told_what_is_expected(
    house: House,
) -> None:
    await house.submit()
    first, second = house.orders(2)
    with pytest.raises(OutOfTurnError, match="want seq 2") as refusal:
        await house.gateway.submit(house.note(second))
    assert refusal.value.expected_seq == first.seq
    assert refusal.value.expected_prev == first.prev
    assert house.kinds() == ["order", "decision", "report"]


@in_house()
async def test_the_wait_is_a_quarter_of_a_second(house: House) -> None:
    loop = asyncio.get_running_loop()
    note = house.note(house.orders(2)[1])
    start = loop.time()
    with pytest.raises(OutOfTurnError):
        await house.gateway.submit(note)
    assert 0.24 <= loop.time() - start < 2


@in_house()
async def test_no_more_orders_wait_than_the_limit(house: House) -> None:
    orders = house.orders(AHEAD_ORDERS_MAX + 2)
    waiting = [
        asyncio.ensure_future(house.gateway.submit(house.note(order)))
        for order in orders[1 : AHEAD_ORDERS_MAX + 1]
    ]
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    start = loop.time()
    with pytest.raises(OutOfTurnError):
        await house.gateway.submit(house.note(orders[-1]))
    assert loop.time() - start < 0.2
    await house.gateway.submit(house.note(orders[0]))
    answers = await asyncio.gather(*waiting)
    assert len(answers) == AHEAD_ORDERS_MAX
    assert house.sequencer.state.agents[AGENT].past.seq == AHEAD_ORDERS_MAX + 1


@in_house()
async def test_a_copy_that_waits_beside_its_twin_is_judged_once(house: House) -> None:
    first, second = [house.note(order) for order in house.orders(2)]
    twins = [asyncio.ensure_future(house.gateway.submit(second)) for _ in range(2)]
    await asyncio.sleep(0)
    await house.gateway.submit(first)
    answers = await asyncio.gather(*twins)
    assert answers[0].decision == answers[1].decision
    assert await house.arrivals() == ["c-1", "c-2"]


@in_house()
async def test_whoever_goes_away_while_waiting_leaves_no_trace(house: House) -> None:
    first, second = [house.note(order) for order in house.orders(2)]
    gone = asyncio.ensure_future(house.gateway.submit(second))
    await asyncio.sleep(0)
    gone.cancel()
    await house.gateway.submit(first)
    assert gone.cancelled() or gone.cancelling()
    assert house.sequencer.state.agents[AGENT].past.seq == 1


@pytest.mark.parametrize("arrival", [*itertools.permutations(range(4))])
def test_every_order_of_arrival_ends_in_the_same_sequence(
    arrival: tuple[int, ...],
) -> None:
    @in_house()
    async def test(house: House) -> None:
        notes = [house.note(order) for order in house.orders(4)]
        answers = await asyncio.gather(
            *[house.gateway.submit(notes[place]) for place in arrival]
        )
        seqs = [decision_in(answer).seq for answer in answers]
        assert seqs == [place + 1 for place in arrival]
        assert await house.arrivals() == ["c-1", "c-2", "c-3", "c-4"]

    test()
