"""Halts on their way through the gateway, and the orders that they stop."""

import pytest

from kya.authority import acts
from kya.core.credential import Role
from kya.core.decision import Outcome
from kya.core.errors import DistrustError, InputError
from kya.core.halt import HaltOrdered, TradingState
from kya.core.levels import FIRM, Level, Place
from kya.pki.entries import Entry
from tests.gateway.house import House, decision_in, in_house
from tests.halting import CARLA, halt_note, resume_note
from tests.world import signer_for

SIMB = Place(Level.VENUE, "SIMB")


async def stop(house: House, place: Place = FIRM) -> HaltOrdered:
    """Have one operator halt a place; return the halt that is on record."""
    house.clock.forward(micros=1)
    note = halt_note(house.world, place, at=house.clock.instant)
    await house.gateway.statements.record(note)
    event = Entry.read(note).event
    assert isinstance(event, HaltOrdered)
    return event


async def start(house: House, lifts: HaltOrdered) -> None:
    """Have an operator and compliance lift the halt."""
    if CARLA.name not in house.sequencer.state.issued_to:
        key = signer_for(CARLA.name)
        certificate = house.world.person(CARLA.name, key, Role.COMPLIANCE)
        note = acts.enrol(
            house.world.authority, certificate, "memory", house.clock.instant
        )
        await house.gateway.statements.record(note)
    house.clock.forward(micros=1)
    at = house.clock.instant
    await house.gateway.statements.record(resume_note(house.world, lifts, at=at))


@in_house()
async def test_a_halt_stops_the_next_order_and_a_resume_lets_go(house: House) -> None:
    ordered = await stop(house)
    stopped = await house.submit()
    assert decision_in(stopped).reasons == ["halt.halted"]
    await start(house, ordered)
    assert (await house.submit()).outcome is Outcome.ALLOWED
    await house.reports()
    assert len(await house.arrivals()) == 1


@in_house()
async def test_a_halt_elsewhere_stops_nothing(house: House) -> None:
    await stop(house, SIMB)
    assert (await house.submit()).outcome is Outcome.ALLOWED
    assert (await house.submit(venue="SIMB")).outcome is Outcome.DENIED


@in_house()
async def test_a_restart_remembers_what_is_stopped(house: House) -> None:
    await stop(house)
    await house.restart()
    assert (await house.submit()).outcome is Outcome.DENIED


@in_house()
async def test_the_gateway_takes_no_kept_note(house: House) -> None:
    ordered = await stop(house)
    note = halt_note(house.world, at=ordered.halt.at)
    await start(house, ordered)
    with pytest.raises(InputError, match="want it after the last resume"):
        await house.gateway.statements.record(note)


@in_house()
async def test_the_gateway_takes_no_resume_by_two_operators(house: House) -> None:
    ordered = await stop(house)
    house.clock.forward(micros=1)
    people = house.world.operators
    note = resume_note(house.world, ordered, *people, at=house.clock.instant)
    with pytest.raises(DistrustError, match="one of them of compliance or risk"):
        await house.gateway.statements.record(note)
    assert (await house.submit()).outcome is Outcome.DENIED


@in_house()
async def test_a_halt_is_not_dated_ahead(house: House) -> None:
    note = halt_note(house.world, at=house.clock.instant.plus(seconds=3))
    with pytest.raises(InputError, match="ahead of the gateway's clock"):
        await house.gateway.statements.record(note)


@in_house()
async def test_reducing_lets_no_order_pass_yet(house: House) -> None:
    state, at = TradingState.REDUCING, house.clock.instant
    note = halt_note(house.world, state=state, at=at)
    await house.gateway.statements.record(note)
    assert decision_in(await house.submit()).reasons == ["halt.reducing"]
