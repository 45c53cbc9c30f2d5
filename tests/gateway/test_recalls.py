"""What works at a venue when trading is halted: it is called back, and nothing else."""

import asyncio

from kya.core.halt import TradingState
from kya.core.levels import FIRM, Level, Place
from kya.core.money import Price
from kya.core.order import Action, OrderType, TimeInForce
from kya.core.order_events import VenueStatus
from tests.gateway.house import House, decision_in, in_house
from tests.gateway.test_halts import start, stop
from tests.gateway.test_working import FAR, cancel, rest, settled, story, working
from tests.halting import halt_note

ACKNOWLEDGED, CANCELLED = VenueStatus.ACKNOWLEDGED, VenueStatus.CANCELLED
NOT_RECEIVED = VenueStatus.NOT_RECEIVED
MARKET = Place(Level.MARKET, "EUR/USD")
OTHER = {"market": "GBP/EUR"}


async def called_back(house: House) -> None:
    """Return once every venue was told, and what it said is on record."""
    await house.gateway.recalls.drained()
    await asyncio.sleep(0)


@in_house()
async def test_a_halt_calls_back_what_works_at_its_place(house: House) -> None:
    await rest(house)
    await rest(house, **OTHER)
    await stop(house, MARKET)
    await called_back(house)
    await house.gateway.releases.drained()
    assert [each.order.seq for each in working(house)] == [2]
    assert (1, CANCELLED) in await story(house)
    await stop(house)
    await called_back(house)
    await settled(house)
    assert (2, CANCELLED) in await story(house)


@in_house()
async def test_a_state_that_lets_reductions_pass_calls_nothing_back(
    house: House,
) -> None:
    await rest(house)
    note = halt_note(house.world, state=TradingState.REDUCING, at=house.clock.instant)
    await house.gateway.statements.record(note)
    await called_back(house)
    assert len(working(house)) == 1


@in_house()
async def test_a_halt_elsewhere_calls_nothing_back(house: House) -> None:
    await rest(house)
    await stop(house, Place(Level.VENUE, "SIMB"))
    await called_back(house)
    assert await story(house) == [(1, ACKNOWLEDGED)]


@in_house()
async def test_nothing_is_sent_to_close_a_position(house: House) -> None:
    await house.submit()
    await house.gateway.releases.drained()
    arrived = await house.arrivals()
    await stop(house)
    await called_back(house)
    assert await house.arrivals() == arrived


async def stop_unfollowed(house: House, place: Place = FIRM) -> None:
    """Halt, and end before a venue has been told: as a crash would, at that moment."""
    house.clock.forward(micros=1)
    note = halt_note(house.world, place, at=house.clock.instant)
    await house.gateway.statements.record(note)
    await house.gateway.recalls.close()


@in_house()
async def test_a_restart_calls_back_what_the_halt_was_for(house: House) -> None:
    await rest(house)
    await stop_unfollowed(house)
    assert len(working(house)) == 1
    await house.restart()
    await called_back(house)
    await settled(house)
    assert (1, CANCELLED) in await story(house)


@in_house()
async def test_what_is_released_into_a_halt_is_looked_at_again(house: House) -> None:
    """The loop wakes orders before the halts after them; this does not rely on it."""
    await rest(house)
    [submitted] = working(house)
    house.gateway.recalls.look_again(submitted)
    await stop_unfollowed(house, Place(Level.VENUE, "SIMB"))
    house.gateway.recalls.look_again(submitted)
    await called_back(house)
    assert len(working(house)) == 1
    await stop_unfollowed(house)
    house.gateway.recalls.look_again(submitted)
    await called_back(house)
    await settled(house)
    assert (1, CANCELLED) in await story(house)


@in_house()
async def test_an_order_allowed_before_the_halt_and_released_after_it_comes_back(
    house: House,
) -> None:
    """The order has its place in the log before the halt, and leaves after it."""
    order, clock = house.order(**FAR), house.clock
    sending = asyncio.ensure_future(house.gateway.submit(house.note(order)))
    for _ in range(100):
        if house.sequencer.state.agents[order.agent].past.seq == order.seq:
            break
        await asyncio.sleep(0)
    clock.forward(micros=1)
    await house.gateway.statements.record(halt_note(house.world, at=clock.instant))
    assert decision_in(await sending).reasons == []
    await called_back(house)
    await settled(house)
    [*_, (_, last)] = await story(house)
    assert last in {CANCELLED, NOT_RECEIVED}


@in_house()
async def test_an_agent_may_cancel_while_it_is_halted(house: House) -> None:
    note = halt_note(house.world, state=TradingState.REDUCING, at=house.clock.instant)
    await rest(house)
    await house.gateway.statements.record(note)
    assert decision_in(await cancel(house, 1)).reasons == []
    assert (1, CANCELLED) in await story(house)


@in_house()
async def test_a_resume_sends_nothing_again(house: House) -> None:
    await rest(house)
    ordered = await stop(house, FIRM)
    await called_back(house)
    await settled(house)
    before = await house.arrivals()
    await start(house, ordered)
    assert await house.arrivals() == before
    again = await house.submit(
        type=OrderType.LIMIT,
        limit_price=Price.parse("1"),
        time_in_force=TimeInForce.GTC,
        action=Action.NEW,
    )
    assert decision_in(again).reasons == []
