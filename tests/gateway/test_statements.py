"""Power is granted and taken away by entries, and only by those who may."""

import pytest

from kya.authority import acts
from kya.core.decision import Outcome
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.lifecycle import Act
from kya.gateway.statements import Statements
from tests.gateway.house import House, decision_in, in_house


def suspension(house: House, signer: object = None, seconds: int = 0) -> bytes:
    return acts.change_standing(
        signer or house.world.authority,  # type: ignore[arg-type]
        house.world.credential,
        Act.SUSPEND,
        "test",
        house.clock.instant.plus(seconds=seconds),
    )


@in_house()
async def test_a_suspension_is_on_record_and_binds_the_next_order(house: House) -> None:
    assert (await house.submit()).outcome is Outcome.ALLOWED
    await house.reports()
    index = await house.gateway.statements.record(suspension(house))
    assert house.sequencer.durable_size > index
    assert decision_in(await house.submit()).reasons == ["credential.suspended"]


@in_house()
async def test_an_agent_may_not_change_a_standing(house: House) -> None:
    with pytest.raises(DistrustError, match="want a authority"):
        await house.gateway.statements.record(suspension(house, house.world.agent))
    assert house.kinds() == []


@in_house()
async def test_a_mandate_needs_two_directors(house: House) -> None:
    director = house.world.directors[0]
    with pytest.raises(DistrustError, match="want 2 different directors"):
        await house.gateway.statements.record(
            acts.resolve(house.world.mandate, director)
        )


@in_house()
async def test_two_seconds_ahead_is_the_limit(house: House) -> None:
    with pytest.raises(InputError, match="ahead of the gateway's clock"):
        await house.gateway.statements.record(suspension(house, seconds=3))
    await house.gateway.statements.record(suspension(house, seconds=2))


@in_house()
async def test_what_may_not_follow_is_refused(house: House) -> None:
    await house.gateway.statements.record(suspension(house))
    with pytest.raises(InputError, match="the certificate is suspended"):
        await house.gateway.statements.record(suspension(house))


@in_house()
async def test_a_log_is_not_opened_twice(house: House) -> None:
    with pytest.raises(InputError, match="open already"):
        await house.gateway.statements.record(house.world.entries[0])


@in_house()
async def test_orders_and_the_gateway_s_own_statements_have_no_way_in_here(
    house: House,
) -> None:
    await house.submit()
    await house.reports()
    size = house.sequencer.size
    for raw in (house.note(), *house.raws()):
        with pytest.raises(InputError, match="entries: want kya/log/v1"):
            await house.gateway.statements.record(raw)
    assert house.sequencer.size == size


@in_house()
async def test_noise_is_malformed(house: House) -> None:
    with pytest.raises(MalformedError):
        await house.gateway.statements.record(b"noise")
    assert isinstance(house.gateway.statements, Statements)
