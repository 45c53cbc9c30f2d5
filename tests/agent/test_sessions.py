"""Both clients say what runs before their first order, and again when asked."""

import asyncio
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from kya.agent.async_client import AsyncAgent
from kya.agent.client import Agent
from kya.agent.workload import RecordedRegion, Workload
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.session import Session, Shown
from kya.core.workload_events import SessionStarted
from kya.pki.note_signer import NoteSigner
from tests.agent.desk import Desk, an_instruction
from tests.agent.fake_gateway import serving
from tests.world import AGENT, MORNING, signer_for

IMAGE = "5" * 64


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def desk(model: Path) -> Desk:
    components = {"image": f"sha256:{IMAGE}", "model": str(model)}
    return Desk(workload=Workload(components=components))


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    with serving(desk.gateway) as address:
        yield address


def async_agent(desk: Desk, url: str) -> AsyncAgent:
    signer = desk.gateway.world.agent
    return AsyncAgent(desk.identity, signer, desk.journal, desk.clock, desk.link(url))


def in_force(desk: Desk) -> Session:
    started = desk.gateway.world.state.agents[AGENT].session_started
    assert started is not None
    return started.session


def submit_sync(desk: Desk, url: str) -> None:
    with desk.agent(url) as agent:
        for number in (1, 2):
            assert agent.submit(an_instruction(f"c-{number}")).allowed


def submit_async(desk: Desk, url: str) -> None:
    async def main() -> None:
        async with async_agent(desk, url) as agent:
            for number in (1, 2):
                assert (await agent.submit(an_instruction(f"c-{number}"))).allowed

    asyncio.run(main())


CLIENTS = pytest.mark.parametrize("submit", [submit_sync, submit_async])
Submit = Callable[[Desk, str], None]


@CLIENTS
def test_one_session_begins_before_the_first_order(
    desk: Desk, url: str, submit: Submit
) -> None:
    submit(desk, url)
    assert len(desk.gateway.sessions) == 1
    model = sha256(b"weights").hexdigest()
    assert in_force(desk).runtime.components == (("image", IMAGE), ("model", model))
    assert in_force(desk).created_at == MORNING
    kinds = [entry.split(b'"', 4)[3] for entry in desk.gateway.world.entries]
    first = kinds.index(b"kya/order/v1")
    assert kinds.index(b"kya/session-start/v1") < first


@CLIENTS
def test_the_next_process_starts_the_next_session(
    desk: Desk, url: str, submit: Submit, model: Path
) -> None:
    with desk.agent(url) as agent:
        agent.resume()
    first = in_force(desk)
    model.write_bytes(b"other weights")
    submit(desk, url)
    assert in_force(desk).seq == first.seq + 1
    assert in_force(desk).runtime != first.runtime


@CLIENTS
def test_without_a_workload_there_is_no_session(
    desk: Desk, url: str, submit: Submit
) -> None:
    desk.workload = None
    submit(desk, url)
    assert desk.gateway.sessions == []
    with desk.agent(url) as agent:
        assert agent.start_session() is None


@CLIENTS
def test_a_lost_answer_leads_to_the_session_after_it(
    desk: Desk, url: str, submit: Submit
) -> None:
    desk.gateway.session_faults = ["lose", "drop"]
    submit(desk, url)
    assert len(desk.gateway.sessions) == 3
    assert in_force(desk).seq == 2


@CLIENTS
def test_no_order_is_signed_while_no_session_can_be_started(
    desk: Desk, url: str, submit: Submit
) -> None:
    desk.gateway.session_faults = [503] * 3
    with pytest.raises(TransientError, match="as the test wants it"):
        submit(desk, url)
    assert desk.journal.head is None
    submit(desk, url)


def test_a_changed_component_is_said_when_the_client_is_asked_to(
    desk: Desk, url: str, model: Path
) -> None:
    with desk.agent(url) as agent:
        agent.submit(an_instruction("c-1"))
        before = in_force(desk)
        model.write_bytes(b"other weights")
        started = agent.start_session()
    assert isinstance(started, SessionStarted)
    assert in_force(desk) == started.session
    assert started.session.seq == before.seq + 1


def test_an_async_client_says_it_too(desk: Desk, url: str) -> None:
    async def main() -> SessionStarted | None:
        async with async_agent(desk, url) as agent:
            return await agent.start_session()

    started = asyncio.run(main())
    assert started is not None
    assert in_force(desk) == started.session


def test_the_region_is_shown_by_what_is_on_record(desk: Desk, url: str) -> None:
    digest = desk.gateway.world.anchor()
    desk.workload = Workload(region=RecordedRegion(digest))
    with desk.agent(url) as agent:
        agent.resume()
    assert in_force(desk).evidence == Shown(anchor=digest, document=b"", signature=b"")


def test_evidence_that_does_not_hold_is_told(desk: Desk, url: str) -> None:
    desk.workload = Workload(region=RecordedRegion("7" * 64))
    with desk.agent(url) as agent, pytest.raises(InputError, match="no region anchor"):
        agent.submit(an_instruction())
    assert desk.journal.head is None


def test_an_answer_under_another_key_is_not_believed(desk: Desk, url: str) -> None:
    stranger = NoteSigner("gateway", signer_for("another gateway"))
    link = desk.link(url)
    with (
        Agent(
            desk.identity,
            desk.gateway.world.agent,
            desk.journal,
            desk.clock,
            type(link)(url=url, gateway=stranger.key, patience=desk.patience),
        ) as agent,
        pytest.raises(DistrustError),
    ):
        agent.submit(an_instruction())


def test_an_answer_about_another_session_is_not_believed(
    desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.gateway.world
    other = world.start().raw
    monkeypatch.setattr(desk.gateway, "session", lambda _note: (200, {}, other))
    with desk.agent(url) as agent, pytest.raises(DistrustError, match="another one"):
        agent.submit(an_instruction())


def test_a_workload_that_says_nothing_is_none() -> None:
    with pytest.raises(InputError, match="want at least one component"):
        Workload()
