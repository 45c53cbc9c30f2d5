"""Power is granted and taken away by entries, and only by those who may."""

from dataclasses import replace

import pytest

from kya.authority import acts
from kya.authority.revocations import revocation_list
from kya.core.credential import ReasonCode
from kya.core.decision import Outcome
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.fold import apply
from kya.core.lifecycle import Act
from kya.core.power_events import RevocationScheduled
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


@in_house()
async def test_a_revocation_and_its_list_bind_the_next_order(house: House) -> None:
    index = await house.gateway.statements.record(*house.revocation())
    assert house.kinds() == ["standing", "crl"]
    assert house.sequencer.durable_size == index + 2
    assert decision_in(await house.submit()).reasons == ["credential.revoked"]


@in_house()
async def test_neither_goes_without_the_other(house: House) -> None:
    act, listing = house.revocation()
    for notes in ((act,), (act, act), (act, suspension(house)), (listing, act)):
        with pytest.raises((InputError, DistrustError)):
            await house.gateway.statements.record(*notes)
    assert house.kinds() == []
    assert (await house.submit()).outcome is Outcome.ALLOWED


@in_house()
async def test_a_list_of_another_history_is_not_taken(house: House) -> None:
    state, world = house.sequencer.state, house.world
    event = world.revocation(house.clock.instant)
    act, _ = world.revocation_notes(state, event)
    for other, words in (
        (replace(event, code=ReasonCode.SUPERSEDED), "for superseded"),
        (replace(event, at=event.at.plus(seconds=-1)), "09:14:59"),
    ):
        crl = revocation_list(world.issuer, apply(state, other), event.at)
        listing = acts.publish_revocations(world.authority, crl, 1, event.at)
        with pytest.raises(DistrustError, match=words):
            await house.gateway.statements.record(act, listing)
    crl = revocation_list(world.issuer, state, event.at)
    empty = acts.publish_revocations(world.authority, crl, 1, event.at)
    with pytest.raises(DistrustError, match="lacks"):
        await house.gateway.statements.record(act, empty)
    assert house.kinds() == []


@in_house()
async def test_a_list_must_say_its_own_number_and_time(house: House) -> None:
    state, world, now = house.sequencer.state, house.world, house.clock.instant
    crl = revocation_list(world.issuer, state, now)
    early = acts.publish_revocations(world.authority, crl, 1, now.plus(seconds=-1))
    with pytest.raises(DistrustError, match="but published"):
        await house.gateway.statements.record(early)
    second = revocation_list(world.issuer, state._replace(crl_number=1), now)
    misnumbered = acts.publish_revocations(world.authority, second, 1, now)
    with pytest.raises(DistrustError, match="its own number is 2"):
        await house.gateway.statements.record(misnumbered)


@in_house()
async def test_whoever_revokes_by_an_old_list_is_told_so(house: House) -> None:
    now, world = house.clock.instant, house.world
    notes = house.revocation()
    crl = revocation_list(world.issuer, house.sequencer.state, now)
    listing = acts.publish_revocations(world.authority, crl, 1, now)
    await house.gateway.statements.record(listing)
    with pytest.raises(InputError, match="revocation list 1: want number 2"):
        await house.gateway.statements.record(*notes)
    await house.gateway.statements.record(*house.revocation())


@in_house()
async def test_from_the_due_instant_on_everything_is_refused(house: House) -> None:
    due = house.clock.instant.plus(seconds=60)
    event = RevocationScheduled(
        credential=house.world.credential,
        code=ReasonCode.SUPERSEDED,
        reason="test",
        due=due,
        at=house.clock.instant,
    )
    await house.gateway.statements.record(acts.schedule(house.world.authority, event))
    house.clock.instant = due.plus(micros=-1)
    assert (await house.submit()).outcome is Outcome.ALLOWED
    await house.reports()
    house.clock.instant = due
    assert decision_in(await house.submit()).reasons == ["credential.revoked"]
    assert house.sequencer.state.crl_number == 0
