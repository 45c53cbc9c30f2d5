"""What the log knows is told once it is durable."""

import asyncio

import pytest

from kya.adapters.store_memory import Fault as DiskFault
from kya.adapters.venue_paper import Fault
from kya.core.credential import Standing
from kya.core.decision import Outcome
from kya.core.errors import TransientError
from kya.core.lifecycle import Act
from kya.core.order_events import VenueStatus
from tests.gateway.house import House, in_house
from tests.world import AGENT, eur


@in_house()
async def test_the_chain_head_is_what_the_next_order_must_follow(house: House) -> None:
    await house.submit()
    head = await house.gateway.inquiry.head(AGENT)
    assert head is not None
    following = house.order()
    assert (head.seq + 1, head.prev) == (following.seq, following.prev)
    assert head.credential == house.world.credential
    assert head.standing is Standing.ACTIVE


@in_house()
async def test_the_chain_head_knows_the_standing(house: House) -> None:
    await house.change_standing(Act.REVOKE)
    head = await house.gateway.inquiry.head(AGENT)
    assert head is not None
    assert head.standing is Standing.REVOKED


@in_house()
async def test_nothing_is_known_of_strangers(house: House) -> None:
    assert await house.gateway.inquiry.head("nobody") is None
    assert await house.gateway.inquiry.order(AGENT, 1) is None
    assert await house.gateway.inquiry.order("nobody", 1) is None


@in_house(faults={"c-2": Fault.TIMEOUT})
async def test_an_order_s_outcome_is_waited_for(house: House) -> None:
    await house.submit()
    await house.submit()
    first = await house.gateway.inquiry.order(AGENT, 1, seconds=5)
    second = await house.gateway.inquiry.order(AGENT, 2, seconds=5)
    assert first is not None
    assert second is not None
    assert first.venue is VenueStatus.FILLED
    assert second.venue is VenueStatus.FILLED
    assert second.report_index == house.sequencer.size - 1


@in_house(faults={"c-1": Fault.TIMEOUT})
async def test_an_order_that_is_asked_for_is_unknown(house: House) -> None:
    await house.submit()
    await asyncio.sleep(0.02)
    record = await house.gateway.inquiry.order(AGENT, 1)
    assert record is not None
    assert (record.outcome, record.venue) == (Outcome.ALLOWED, VenueStatus.UNKNOWN)


@in_house()
async def test_a_denied_order_has_no_venue_s_answer(house: House) -> None:
    answer = await house.submit(amount=eur("25000.01"))
    record = await house.gateway.inquiry.order(AGENT, 1, seconds=5)
    assert record is not None
    assert record.order_index == answer.index
    assert (record.outcome, record.venue) == (Outcome.DENIED, None)


@in_house()
async def test_each_order_has_its_own_report(house: House) -> None:
    for order in house.orders(5):
        await house.gateway.submit(house.note(order))
    reports = await house.reports()
    indexes = []
    for report in reports:
        record = await house.gateway.inquiry.order(AGENT, report.seq)
        assert record is not None
        assert record.venue is VenueStatus.FILLED
        indexes.append(record.report_index)
    assert indexes == sorted(set(indexes))  # type: ignore[type-var]


@in_house()
async def test_what_is_not_durable_is_not_told(house: House) -> None:
    house.disk.plan = lambda _name: DiskFault.FAILED
    with pytest.raises(TransientError):
        await house.submit()
    with pytest.raises(TransientError):
        await house.gateway.inquiry.head(AGENT)
