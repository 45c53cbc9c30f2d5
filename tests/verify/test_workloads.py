"""What runs and where, judged again from a package: by re-execution and plain scan."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kya.codec.canonical import digest
from kya.codec.note import SignedNote
from kya.codec.sessions import render_session, render_start
from kya.core.session import RegionAnchor, Session, Shown
from kya.core.workload_events import SessionStarted
from kya.pki.note_signer import sign_note
from kya.verify.finding import Verdict
from tests.pki.instances import Cloud, a_key
from tests.sessions import (
    CLOUD,
    DEMANDS,
    OTHER,
    show_document,
    start,
    told,
    trade,
    workload_world,
)
from tests.verify.packages import failing, handed_over, judged, later, sentences
from tests.world import RUNTIME, World

FORGER = Cloud(key=a_key(1))


def put(world: World, session: Session, source: str, at_lag: int = 0) -> None:
    """Put a session on record as a gateway that checks nothing would."""
    line = render_session(session)
    event = SessionStarted(
        session=session,
        line_digest=digest(line),
        note=sign_note(line, world.agent).render(),
        source=source,
        at=session.created_at.plus(seconds=at_lag),
    )
    world.entries.append(sign_note(render_start(event), world.gateway).render())


def test_every_decision_on_a_workload_is_made_again(tmp_path: Path) -> None:
    report = handed_over(workload_world(), tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(5).verdict is Verdict.HOLDS
    assert report.exit_code == 3


@pytest.mark.parametrize("reason", ["runtime.digest", "region.evidence"])
def test_what_was_allowed_against_its_workload_is_found_by_both(
    tmp_path: Path, reason: str
) -> None:
    world = World(scope=DEMANDS) if reason == "region.evidence" else World()
    if reason == "runtime.digest":
        world.pin(RUNTIME, told(world))
    order = world.order(created_at=later(world))
    # A gateway that judges as if nobody had demanded or pinned anything.
    agents = world.state.agents
    shown = Shown(anchor="7" * 64, document=b"", signature=b"")
    session = world.session(evidence=shown)
    as_if = SessionStarted(
        session=session,
        line_digest="7" * 64,
        note=b"",
        source="kms-key",
        at=session.created_at,
    )
    agent = agents[order.agent]._replace(session_started=as_if)
    world.state = world.state._replace(agents={**agents, order.agent: agent})
    judged(world, order)
    report = handed_over(world, tmp_path / "evidence").verified()
    said = [s for s in sentences(report, 4) if reason in s]
    assert {"plain scan" in sentence for sentence in said} == {True, False}


Forgery = Callable[[World], None]


def a_forged_document(world: World) -> None:
    shown = show_document(world)
    forged = replace(shown, signature=FORGER.signature(shown.document))
    put(world, world.session(evidence=forged), "aws-instance-identity")


def a_document_for_another_region(world: World) -> None:
    shown = show_document(world)
    elsewhere = CLOUD.shown(shown.anchor, CLOUD.document(region="us-east-1"))
    put(world, world.session(evidence=elsewhere), "aws-instance-identity")


def an_anchor_that_nobody_has_set(world: World) -> None:
    shown = Shown(anchor="7" * 64, document=b"", signature=b"")
    told(world)
    put(world, world.session(evidence=shown), "kms-key")


def a_session_played_again(world: World) -> None:
    start(world)
    world.entries.append(world.entries[-1])


def a_session_dated_ahead(world: World) -> None:
    told(world)
    put(world, world.session(), "agent", at_lag=-3)


def a_session_that_the_agent_did_not_sign(world: World) -> None:
    told(world)
    agent, world.agent = world.agent, replace(world.agent, signer=world.gateway.signer)
    put(world, world.session(), "agent")
    world.agent = agent


def a_pin_by_one_person(world: World) -> None:
    world.pin(RUNTIME, told(world))
    note = SignedNote.parse(world.entries[-1])
    world.entries[-1] = SignedNote(note.text, note.signatures[:1]).render()


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (a_forged_document, "its signature does not verify"),
        (a_document_for_another_region, "want region eu-west-1"),
        (an_anchor_that_nobody_has_set, "no region anchor"),
        (a_session_played_again, "want seq 2"),
        (a_session_dated_ahead, "want at most 2000000"),
        (a_session_that_the_agent_did_not_sign, "want the signature of algo_trader_v2"),
        (a_pin_by_one_person, "want 2 different operators"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_forged_workload_is_found(tmp_path: Path, forge: Forgery, why: str) -> None:
    world = World()
    told(world)
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 5 in failing(report)
    assert why in str(sentences(report, 5))


def test_the_plain_scan_sees_what_does_not_follow(tmp_path: Path) -> None:
    for number, forge in enumerate(
        (a_session_played_again, an_anchor_that_nobody_has_set)
    ):
        world = World()
        told(world)
        forge(world)
        report = handed_over(world, tmp_path / str(number)).verified()
        assert "plain scan" in str(sentences(report, 5))


def test_a_world_of_workloads_is_one_in_which_each_outcome_is_meant() -> None:
    world = workload_world()
    assert trade(world) == "allowed"
    assert world.state.agents["algo_trader_v2"].pinned == OTHER
    assert isinstance(next(iter(world.state.region_anchors.values())), RegionAnchor)
