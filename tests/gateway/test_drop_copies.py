"""The gateway copies what a venue says was executed, and stops what is unexplained.

The paper venue's list is the real one; where it must say something false, a list in
memory says it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import pytest

from kya.adapters.drop_copy_memory import MemoryDropCopy
from kya.adapters.venue_paper import Fault
from kya.core.copied import CopiedList
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.decision import Outcome
from kya.core.halt import HaltOrdered, TradingState
from kya.core.levels import FIRM, Place
from kya.core.limits import EXECUTION_WAIT_MICROS_MAX, EXECUTIONS_COPIED_MAX
from kya.core.money import Price
from kya.core.order import OrderType, TimeInForce
from kya.gateway.drop_copies import SILENCE_MICROS_MAX
from kya.gateway.ports import DropCopy, WatchedList
from kya.pki.entries import Entry
from tests.drop_copies import SIMA, a_message, an_execution
from tests.gateway.house import House, a_house

WAIT: Final = EXECUTION_WAIT_MICROS_MAX
Test = Callable[[House], Awaitable[None]]


def lived(
    test: Test,
    *,
    faults: dict[str, Fault] | None = None,
    halts: Place | None = SIMA,
    source: DropCopy | None = None,
) -> None:
    """Live a test in a house whose paper venue's list is watched, or another list."""

    async def live() -> None:
        house = a_house(faults=faults or {})
        house.lists = {"SIMA": WatchedList(source or house.paper, halts)}
        await house.open()
        try:
            await house.gateway.drop_copies.begin()
            await test(house)
        finally:
            await house.close()

    asyncio.run(live())


def known(house: House) -> CopiedList:
    return house.sequencer.state.copies["SIMA"]


def copies(house: House) -> list[DropCopied]:
    events = [Entry.read(raw).event for raw in house.raws()]
    return [event for event in events if isinstance(event, DropCopied)]


def told(house: House) -> list[ExecutionUnexplained]:
    events = [Entry.read(raw).event for raw in house.raws()]
    return [event for event in events if isinstance(event, ExecutionUnexplained)]


async def filled(house: House, count: int = 1) -> None:
    """Orders that the venue fills, with its reports on record."""
    for _ in range(count):
        assert (await house.submit()).outcome is Outcome.ALLOWED
    await house.gateway.releases.drained()


def test_each_execution_is_copied_once_and_matched() -> None:
    async def test(house: House) -> None:
        await filled(house, 3)
        for _ in range(2):
            await house.gateway.drop_copies.copy()
        assert [len(copy.executions) for copy in copies(house)] == [0, 3]
        assert (known(house).position, known(house).accounts) == (3, {})
        assert told(house) == []

    lived(test)


def test_a_restart_goes_on_where_the_log_ends() -> None:
    async def test(house: House) -> None:
        await filled(house, 2)
        await house.gateway.drop_copies.copy()
        await filled(house)
        await house.restart()
        await house.gateway.drop_copies.begin()
        await house.gateway.drop_copies.copy()
        await house.gateway.drop_copies.copy()
        assert [copy.after for copy in copies(house)] == [0, 0, 2]
        assert (known(house).position, known(house).accounts) == (3, {})

    lived(test)


def test_a_long_list_takes_several_entries() -> None:
    source = MemoryDropCopy(map(an_execution, range(EXECUTIONS_COPIED_MAX + 1)))

    async def test(house: House) -> None:
        await house.gateway.drop_copies.copy()
        assert [len(copy.executions) for copy in copies(house)] == [0, 100, 1]
        first, last = copies(house)[1:]
        assert first.until == copies(house)[0].until
        assert last.until == house.clock.instant
        assert len(told(house)) == EXECUTIONS_COPIED_MAX + 1

    lived(test, source=source)


def test_what_nobody_ordered_halts_the_venue_and_is_named() -> None:
    async def test(house: House) -> None:
        await house.paper.order_elsewhere(a_message())
        await house.gateway.drop_copies.copy()
        [found] = told(house)
        assert found.found.execution is not None
        assert found.found.execution.client_id == "by-hand-1"
        assert found.found.execution.amount == "1500.00"
        assert "there is none" in found.found.expected
        assert house.kinds() == ["drop-copy", "drop-copy", "halt", "unexplained"]
        halt = house.sequencer.state.halts[SIMA]
        assert halt.signed_by == ("gateway",)
        assert "SIMA-E1: BUY EUR 1500.00 of EUR/USD at 1.38111" in halt.halt.reason
        assert (await house.submit()).outcome is Outcome.DENIED
        assert (await house.submit(venue="SIMB")).outcome is Outcome.ALLOWED
        await house.gateway.drop_copies.copy()
        assert len(told(house)) == 1

    lived(test)


@pytest.mark.parametrize("halts", [FIRM, None], ids=str)
def test_what_is_halted_is_what_the_firm_has_said(halts: Place | None) -> None:
    async def test(house: House) -> None:
        await house.paper.order_elsewhere(a_message())
        await house.gateway.drop_copies.copy()
        assert [found.place for found in told(house)] == [halts]
        outcome = Outcome.ALLOWED if halts is None else Outcome.DENIED
        assert (await house.submit(venue="SIMB")).outcome is outcome

    lived(test, halts=halts)


def test_what_rests_at_the_venue_is_called_back() -> None:
    async def test(house: House) -> None:
        await house.submit(
            type=OrderType.LIMIT,
            limit_price=Price.parse("1"),
            time_in_force=TimeInForce.GTC,
        )
        await house.gateway.releases.drained()
        await house.paper.order_elsewhere(a_message())
        await house.gateway.drop_copies.copy()
        await house.gateway.recalls.drained()
        await asyncio.sleep(0.01)
        reports = await house.reports()
        assert [r.status.value for r in reports] == ["acknowledged", "cancelled"]

    lived(test)


def test_a_place_that_is_halted_is_not_halted_again() -> None:
    async def test(house: House) -> None:
        for number in (1, 2):
            await house.paper.order_elsewhere(a_message(number))
            await house.gateway.drop_copies.copy()
        assert len(told(house)) == 2
        events = [Entry.read(raw).event for raw in house.raws()]
        assert sum(isinstance(event, HaltOrdered) for event in events) == 1
        state = house.sequencer.state.halts[SIMA].halt.state
        assert state is TradingState.HALTED

    lived(test)


@pytest.mark.parametrize(
    "other", [{"amount": "20000.01"}, {"price": "1.38112"}, {"amount": "19999.00"}]
)
def test_an_execution_that_differs_from_its_report_halts(
    other: dict[str, object],
) -> None:
    source = MemoryDropCopy()

    async def test(house: House) -> None:
        await filled(house)
        [line] = (await house.paper.listed(0)).executions
        source.lines.append(replace(line, **other))  # type: ignore[arg-type]
        await house.gateway.drop_copies.copy()
        house.clock.forward(micros=WAIT + 1)
        await house.gateway.drop_copies.copy()
        [found] = told(house)
        assert "order 1 of algo_trader_v2: " in found.found.expected
        assert "EUR 20000.00" in found.found.expected
        assert SIMA in house.sequencer.state.halts

    lived(test, source=source)


def test_an_execution_may_wait_for_its_report_and_not_longer() -> None:
    """The venue's answer was lost, and it does not answer questions either."""

    async def test(house: House) -> None:
        await house.submit()
        await asyncio.sleep(0)
        line = an_execution(client_id=await client_id(house))
        source.lines.append(line)
        await house.gateway.drop_copies.copy()
        house.clock.forward(micros=WAIT)
        await house.gateway.drop_copies.copy()
        assert told(house) == []
        house.clock.forward(micros=1)
        await house.gateway.drop_copies.copy()
        [found] = told(house)
        assert found.found.execution == line
        assert "a report of it within 60 s" in found.found.expected

    source = MemoryDropCopy()
    lived(test, source=source, faults={"c-1": Fault.LOST})


async def client_id(house: House) -> str:
    """The name of the one working order; its road is closed so that it stays one."""
    await house.gateway.releases.close()
    [submitted] = house.sequencer.state.agents["algo_trader_v2"].unanswered.values()
    return submitted.leaf[:32]


def test_a_fill_that_the_list_does_not_have_halts_once_it_is_whole() -> None:
    source = MemoryDropCopy()

    async def test(house: House) -> None:
        await filled(house)
        await house.gateway.drop_copies.copy()
        house.clock.forward(micros=WAIT)
        await house.gateway.drop_copies.copy()
        assert told(house) == []
        house.clock.forward(micros=1)
        await house.gateway.drop_copies.copy()
        [found] = told(house)
        assert (found.found.position, found.found.execution) == (0, None)
        halt = house.sequencer.state.halts[SIMA].halt
        assert "but not in its list" in halt.reason

    lived(test, source=source)


def test_a_list_that_cannot_be_had_is_asked_for_again() -> None:
    source = MemoryDropCopy()

    async def test(house: House) -> None:
        await filled(house)
        [line] = (await house.paper.listed(0)).executions
        source.lines.append(line)
        await house.gateway.drop_copies.copy()
        source.lines.clear()
        await house.gateway.drop_copies.copy()
        assert known(house).position == 1
        source.lines.extend((line, an_execution(2)))
        await house.gateway.drop_copies.copy()
        assert known(house).position == 2
        assert len(told(house)) == 1

    lived(test, source=source)


def test_silence_is_on_record_once_an_hour() -> None:
    async def test(house: House) -> None:
        for _ in range(3):
            house.clock.forward(micros=SILENCE_MICROS_MAX // 2)
            await house.gateway.drop_copies.copy()
        assert [len(copy.executions) for copy in copies(house)] == [0, 0]
        assert known(house).until == copies(house)[1].at

    lived(test)


def test_where_orders_have_left_before_the_list_begins_behind_its_end() -> None:
    async def live() -> None:
        house = a_house()
        await house.open()
        try:
            await filled(house, 2)
            house.lists = {"SIMA": WatchedList(house.paper, SIMA)}
            await house.restart()
            await house.gateway.drop_copies.begin()
            await filled(house)
            await house.gateway.drop_copies.copy()
            assert [copy.after for copy in copies(house)] == [2, 2]
            assert (known(house).position, told(house)) == (3, [])
        finally:
            await house.close()

    asyncio.run(live())
