"""An override on its way through the gateway, and the order that uses it up."""

import pytest

from kya.authority import acts
from kya.core.credential import Role
from kya.core.decision import Outcome
from kya.core.errors import DistrustError, InputError
from kya.core.order import Order
from tests.gateway.house import House, decision_in, in_house
from tests.world import eur, signer_for

LARGE = eur("180000.00")


async def set_aside(house: House, order: Order, **changes: object) -> int:
    """Put an override for the order on record, by an operator and risk."""
    world = house.world
    if world.risk.name not in house.sequencer.state.issued_to:
        key = signer_for(world.risk.name)
        certificate = world.person(world.risk.name, key, Role.RISK)
        note = acts.enrol(world.authority, certificate, "memory", house.clock.instant)
        await house.gateway.statements.record(note)
    now = house.clock.instant
    override = world.override(
        order, **{"at": now, "expires_at": now.plus(seconds=60), **changes}
    )
    note = acts.override(override, world.operators[0], world.risk)
    return await house.gateway.statements.record(note)


@in_house()
async def test_an_overridden_order_is_released_and_counts(house: House) -> None:
    order = house.order(amount=LARGE)
    await set_aside(house, order)
    answer = await house.gateway.submit(house.note(order))
    line = decision_in(answer)
    assert (answer.outcome, line.reasons) == (Outcome.ALLOWED, [])
    assert line.override is not None
    assert line.counters.after.agent == "180000.00"
    await house.reports()
    assert len(await house.arrivals()) == 1


@in_house()
async def test_the_override_of_one_order_helps_no_other_one(house: House) -> None:
    order = house.order(amount=LARGE)
    await set_aside(house, order)
    other = await house.submit(amount=eur("180000.01"))
    assert decision_in(other).reasons == ["order.amount_max"]


@in_house()
async def test_what_is_over_is_no_override(house: House) -> None:
    order = house.order(amount=LARGE)
    await set_aside(house, order, expires_at=house.clock.instant.plus(micros=1))
    house.clock.forward(micros=2)
    answer = await house.gateway.submit(house.note(order))
    line = decision_in(answer)
    assert (line.override, line.reasons) == (None, ["order.amount_max"])


@in_house()
async def test_a_restart_remembers_what_waits(house: House) -> None:
    order = house.order(amount=LARGE)
    await set_aside(house, order)
    await house.restart()
    answer = await house.gateway.submit(house.note(order))
    assert answer.outcome is Outcome.ALLOWED


@in_house()
async def test_an_override_is_not_dated_ahead(house: House) -> None:
    later = house.clock.instant.plus(seconds=3)
    with pytest.raises(InputError, match="ahead of the gateway's clock"):
        await set_aside(
            house, house.order(), at=later, expires_at=later.plus(seconds=1)
        )


@in_house()
async def test_the_gateway_takes_none_by_two_operators(house: House) -> None:
    now = house.clock.instant
    override = house.world.override(
        house.order(), at=now, expires_at=now.plus(seconds=9)
    )
    note = acts.override(override, *house.world.operators)
    with pytest.raises(DistrustError, match="want risk and another person"):
        await house.gateway.statements.record(note)
