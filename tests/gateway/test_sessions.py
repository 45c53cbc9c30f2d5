"""Sessions on their way into a running gateway's log, and what follows for orders."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from kya.codec.note import SignedNote
from kya.codec.sessions import parse_start
from kya.core.errors import DistrustError, InputError, MalformedError, TransientError
from kya.core.lifecycle import Act
from kya.core.runtime import Runtime
from kya.core.scope import RegionEvidence
from kya.core.session import Session, Shown
from tests.gateway.house import House, a_house, decision_in
from tests.pki.instances import Cloud
from tests.world import AGENT, FOUNDED, MORNING, RUNTIME, World, the_scope

OTHER = Runtime.of({**dict(RUNTIME.components), "model": "5" * 64})
DEMANDS = the_scope(
    region_evidence=RegionEvidence.ATTESTED,
    regions=frozenset({"eu-west-1", "eu-west-2"}),
)
CLOUD = Cloud()
Test = Callable[[House], Awaitable[None]]


def a_world() -> World:
    return World()


def a_pinned_world() -> World:
    world = World()
    world.pin(RUNTIME, FOUNDED)
    return world


def a_demanding_world() -> World:
    return World(scope=DEMANDS)


def lived(world_of: Callable[[], World]) -> Callable[[Test], Callable[[], None]]:
    """Make a test of what happens in a house of this world, which is its own."""

    def decorate(test: Test) -> Callable[[], None]:
        async def live() -> None:
            house = a_house()
            house.world = world_of()
            await house.open()
            try:
                await test(house)
            finally:
                await house.close()

        return lambda: asyncio.run(live())

    return decorate


def the_session(house: House, **changes: object) -> Session:
    """The agent's next session by the log, valid unless changed."""
    former = house.sequencer.state.agents[AGENT].session_started
    following: dict[str, object] = {"created_at": house.clock.instant}
    if former is not None:
        following |= {"seq": former.session.seq + 1, "prev": former.line_digest}
    return house.world.session(**{**following, **changes})


async def start(house: House, **changes: object) -> None:
    note = house.world.session_note(the_session(house, **changes))
    await house.gateway.sessions.start(note)


def record_anchor(house: House, cloud: Cloud = CLOUD) -> str:
    """Have the world sign an anchor for the cloud; it must still be brought in."""
    anchor = cloud.anchor(house.world.credential)
    return house.world.anchor(
        source=anchor.source,
        subject=anchor.subject,
        region=anchor.region,
        certificate=anchor.certificate,
        at=house.clock.instant,
    )


async def anchored(house: House, cloud: Cloud = CLOUD) -> str:
    digest = record_anchor(house, cloud)
    await house.gateway.statements.record(house.world.entries.pop())
    return digest


async def reasons_of(house: House, **changes: object) -> list[str]:
    return decision_in(await house.submit(**changes)).reasons


# ------------------------------------------------------------------ what is answered


@lived(a_world)
async def test_a_session_is_answered_with_its_start_in_the_log(house: House) -> None:
    note = house.world.session_note()
    answer = await house.gateway.sessions.start(note)
    assert house.sequencer.durable_size > answer.index
    assert house.sequencer.entry(answer.index) == answer.start
    event = parse_start(SignedNote.parse(answer.start).text)
    assert (event.note, event.at, event.source) == (note, MORNING, "agent")
    assert house.sequencer.state.agents[AGENT].session_started == event


@lived(a_world)
async def test_a_session_played_again_is_refused_and_not_logged(house: House) -> None:
    note = house.world.session_note()
    await house.gateway.sessions.start(note)
    with pytest.raises(InputError, match="session 1: want seq 2"):
        await house.gateway.sessions.start(note)
    await start(house)
    with pytest.raises(InputError, match="session 1: want seq 3"):
        await house.gateway.sessions.start(note)
    assert house.kinds() == ["session-start", "session-start"]


@lived(a_world)
async def test_a_session_dated_ahead_is_refused(house: House) -> None:
    ahead = house.clock.instant.plus(micros=2_000_001)
    with pytest.raises(InputError, match="want at most 2000000"):
        await start(house, created_at=ahead)
    assert house.kinds() == []
    await start(house, created_at=house.clock.instant.plus(seconds=2))


@lived(a_world)
async def test_a_session_that_the_agent_did_not_sign_is_not_logged(
    house: House,
) -> None:
    forged = house.world.session_note().replace(b"eu-west-1", b"eu-west-2")
    with pytest.raises(DistrustError, match="does not fit the text"):
        await house.gateway.sessions.start(forged)
    assert house.kinds() == []


@lived(a_world)
async def test_what_is_no_session_is_malformed(house: House) -> None:
    for raw in (b"", b"\n\n", house.note(), house.world.entries[0]):
        with pytest.raises(MalformedError):
            await house.gateway.sessions.start(raw)
    assert house.kinds() == []


@lived(a_world)
async def test_while_the_clock_is_behind_the_log_no_session_starts(
    house: House,
) -> None:
    await house.submit()
    house.clock.forward(seconds=-1)
    with pytest.raises(TransientError, match="clock: stepped back"):
        await start(house)


@lived(a_world)
async def test_a_suspended_agent_starts_no_session(house: House) -> None:
    await house.change_standing(Act.SUSPEND)
    with pytest.raises(InputError, match="the certificate is suspended"):
        await start(house)


@lived(a_world)
async def test_the_end_of_the_chain_of_sessions_is_told(house: House) -> None:
    head = await house.gateway.inquiry.head(AGENT)
    assert head is not None
    assert (head.session_seq, head.session_prev) == (0, "0" * 64)
    await start(house)
    head = await house.gateway.inquiry.head(AGENT)
    started = house.sequencer.state.agents[AGENT].session_started
    assert head is not None
    assert started is not None
    assert (head.session_seq, head.session_prev) == (1, started.line_digest)


@lived(a_world)
async def test_a_session_survives_a_restart(house: House) -> None:
    await start(house)
    started = house.sequencer.state.agents[AGENT].session_started
    await house.restart()
    assert house.sequencer.state.agents[AGENT].session_started == started


# ------------------------------------------------------------- what follows for orders


@lived(a_pinned_world)
async def test_a_changed_model_is_denied_until_two_people_have_pinned_it(
    house: House,
) -> None:
    assert await reasons_of(house) == ["runtime.digest"]
    await start(house)
    assert await reasons_of(house) == []
    await start(house, runtime=OTHER)
    assert await reasons_of(house) == ["runtime.digest"]
    world = house.world
    with pytest.raises(DistrustError, match="want 2 different operators"):
        world.pin(OTHER, house.clock.instant, world.operators[0])
    world.pin(OTHER, house.clock.instant)
    await house.gateway.statements.record(world.entries.pop())
    assert await reasons_of(house) == []


@lived(a_pinned_world)
async def test_a_pin_that_was_kept_cannot_come_back(house: House) -> None:
    world = house.world
    kept = world.entries[-1]
    house.clock.instant = FOUNDED
    with pytest.raises(InputError, match="want it after the last pin"):
        await house.gateway.statements.record(kept)


@lived(a_demanding_world)
async def test_a_mandate_that_demands_evidence_gets_it_or_denies(house: House) -> None:
    assert await reasons_of(house) == ["region.evidence"]
    await start(house)
    assert await reasons_of(house) == ["region.evidence"]
    shown = CLOUD.shown(await anchored(house))
    await start(house, evidence=shown)
    assert await reasons_of(house) == []
    assert await reasons_of(house, region="eu-west-2") == ["region.evidence"]
    await start(house)
    assert await reasons_of(house) == ["region.evidence"]


@lived(a_demanding_world)
async def test_evidence_that_does_not_hold_starts_nothing(house: House) -> None:
    anchor = await anchored(house)
    size = house.sequencer.size
    document = CLOUD.document(region="us-east-1")
    for shown, why in (
        (CLOUD.shown(anchor, document), "want region eu-west-1, got 'us-east-1'"),
        (
            Shown(anchor=anchor, document=CLOUD.document(), signature=b"forged"),
            "its signature does not verify",
        ),
        (Shown(anchor="7" * 64, document=b"", signature=b""), "no region anchor 7777"),
    ):
        with pytest.raises(DistrustError, match=why):
            await start(house, evidence=shown)
    with pytest.raises(InputError, match="the anchor is for eu-west-1, not eu-west-2"):
        await start(house, evidence=CLOUD.shown(anchor), region="eu-west-2")
    assert house.sequencer.size == size


@lived(a_world)
async def test_an_anchor_may_be_dated_as_far_ahead_as_any_statement(
    house: House,
) -> None:
    house.world.anchor(at=house.clock.instant.plus(seconds=3))
    with pytest.raises(InputError, match="ahead of the gateway's clock"):
        await house.gateway.statements.record(house.world.entries.pop())
