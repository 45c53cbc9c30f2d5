"""Limits of places on their way through the gateway, and the orders that they stop."""

import pytest

from kya.authority import acts
from kya.core.credential import Role
from kya.core.decision import Outcome
from kya.core.errors import DistrustError, InputError
from kya.core.levels import FIRM, Level, Place
from kya.core.place_limits import PlaceLimits
from tests.builders import place_limits
from tests.gateway.house import House, decision_in, in_house
from tests.halting import CARLA
from tests.world import eur, signer_for

SIMB = Place(Level.VENUE, "SIMB")


def firm_limits(house: House, most: str, place: Place = FIRM) -> PlaceLimits:
    """The limits of a day, dated now."""
    return place_limits(place, daily_max=eur(most), at=house.clock.instant)


async def supervise(house: House) -> None:
    """Put one person of risk management and one of compliance on record."""
    world = house.world
    for role, person in ((Role.RISK, world.risk), (Role.COMPLIANCE, CARLA)):
        certificate = world.person(person.name, signer_for(person.name), role)
        at = house.clock.instant
        note = acts.enrol(world.authority, certificate, "memory", at)
        await house.gateway.statements.record(note)


async def limit(house: House, most: str, place: Place = FIRM) -> None:
    house.clock.forward(micros=1)
    note = acts.limit(firm_limits(house, most, place), house.world.risk, CARLA)
    await house.gateway.statements.record(note)


@in_house()
async def test_what_a_place_has_left_is_all_that_leaves(house: House) -> None:
    await supervise(house)
    await limit(house, "40000.00")
    for _ in range(2):
        assert (await house.submit()).outcome is Outcome.ALLOWED
    denied = await house.submit()
    assert decision_in(denied).reasons == ["place.daily_amount_max"]
    await limit(house, "60000.00")
    assert (await house.submit()).outcome is Outcome.ALLOWED


@in_house()
async def test_limits_elsewhere_stop_nothing(house: House) -> None:
    await supervise(house)
    await limit(house, "1.00", SIMB)
    assert (await house.submit()).outcome is Outcome.ALLOWED
    assert (await house.submit(venue="SIMB")).outcome is Outcome.DENIED


@in_house()
async def test_a_restart_remembers_limits_and_what_is_used(house: House) -> None:
    await supervise(house)
    await limit(house, "20000.00")
    assert (await house.submit()).outcome is Outcome.ALLOWED
    await house.restart()
    assert (await house.submit()).outcome is Outcome.DENIED


@in_house()
async def test_one_person_widens_nothing_and_nothing_is_dated_ahead(
    house: House,
) -> None:
    await supervise(house)
    alone = acts.limit(firm_limits(house, "1.00"), house.world.risk)
    with pytest.raises(DistrustError, match="want 2 different people"):
        await house.gateway.statements.record(alone)
    ahead = place_limits(at=house.clock.instant.plus(seconds=3))
    with pytest.raises(InputError, match="ahead of the gateway's clock"):
        await house.gateway.statements.record(acts.limit(ahead, CARLA))
