"""Halts, judged again from a package: by re-execution and by plain scan."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kya.core.halt import HaltOrdered, TradingState
from kya.core.latch import Latch
from kya.core.levels import FIRM, Level, Place
from kya.core.order import Action, Side
from kya.core.scope_limits import Limits
from kya.pki.entries import Entry
from kya.verify.finding import Verdict
from tests.halting import (
    CARLA,
    enrol_supervisors,
    halt,
    halt_note,
    rearm_note,
    resume,
    resume_note,
)
from tests.verify.packages import failing, handed_over, judged, later, sentences
from tests.world import MORNING, World, eur, the_scope

MARKET = Place(Level.MARKET, "EUR/USD")


def trade(world: World, **changes: object) -> str:
    return world.trade(world.order(created_at=later(world), **changes))


def stopped_world() -> World:
    """A world that was halted and resumed, and is halted at one market in the end."""
    world = World()
    enrol_supervisors(world)
    assert trade(world) == "allowed"
    world.report(1)
    reducing = halt(world, state=TradingState.REDUCING)
    assert trade(world) == "denied"
    resume(world, reducing)
    world.now = world.now.plus(seconds=1)
    world.append(rearm_note(world, Latch.REJECTS))
    assert trade(world) == "allowed"
    halt(world, MARKET)
    assert trade(world) == "denied"
    assert trade(world, market="GBP/EUR") == "allowed"
    assert trade(world, action=Action.CANCEL, target=3) == "allowed"
    return world


def test_a_world_that_was_stopped_and_started_holds(tmp_path: Path) -> None:
    report = handed_over(stopped_world(), tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(4).verdict is report.answer(5).verdict is Verdict.HOLDS


Forgery = Callable[[World], None]


def stopped(world: World) -> HaltOrdered:
    """The halt of the market, which is in force."""
    return world.state.halts[MARKET]


def put(world: World, note: bytes) -> None:
    """Put a note on record as a gateway that checks nothing would."""
    world.entries.append(note)


def a_resume_by_one(world: World) -> None:
    world.now = world.now.plus(seconds=1)
    put(world, resume_note(world, stopped(world), CARLA))


def a_resume_by_two_operators(world: World) -> None:
    world.now = world.now.plus(seconds=1)
    put(world, resume_note(world, stopped(world), *world.operators))


def a_resume_of_no_halt(world: World) -> None:
    world.now = world.now.plus(seconds=1)
    put(world, resume_note(world, replace(stopped(world), leaf="7" * 64)))


def a_resume_before_the_halt(world: World) -> None:
    put(world, resume_note(world, stopped(world), at=stopped(world).halt.at))


def a_replayed_resume(world: World) -> None:
    kinds = [raw for raw in world.entries if b"kya/resume/v1" in raw[:30]]
    put(world, kinds[0])


def a_replayed_halt(world: World) -> None:
    """The halt that was lifted comes again, from somebody who has kept it."""
    kinds = [raw for raw in world.entries if b"kya/halt/v1" in raw[:30]]
    put(world, kinds[0])


def a_halt_that_is_on_record(world: World) -> None:
    kinds = [raw for raw in world.entries if b"kya/halt/v1" in raw[:30]]
    put(world, kinds[-1])


def a_milder_halt(world: World) -> None:
    world.now = world.now.plus(seconds=1)
    put(world, halt_note(world, MARKET, TradingState.REDUCING))


def a_halt_by_a_director(world: World) -> None:
    world.now = world.now.plus(seconds=1)
    world.operators = world.directors
    put(world, halt_note(world))


def a_halt_of_nobody(world: World) -> None:
    world.now = world.now.plus(seconds=1)
    put(world, halt_note(world, Place(Level.AGENT, "nobody")))


def a_rearming_by_one(world: World) -> None:
    world.now = world.now.plus(seconds=1)
    put(world, rearm_note(world, Latch.LOSSES, world.risk))


def a_replayed_rearming(world: World) -> None:
    [kept] = [raw for raw in world.entries if b"kya/rearm/v1" in raw[:30]]
    put(world, kept)


def reducing_world() -> World:
    """What was bought may be sold while only reductions may go, and no more of it."""
    world = World()
    enrol_supervisors(world)
    assert trade(world) == "allowed"
    world.report(1)
    halt(world, state=TradingState.REDUCING)
    assert trade(world, side=Side.SELL, amount=eur("20000.01")) == "denied"
    assert trade(world, side=Side.SELL) == "allowed"
    assert trade(world) == "denied"
    return world


def test_what_reduces_a_position_passes_while_reducing(tmp_path: Path) -> None:
    report = handed_over(reducing_world(), tmp_path / "evidence").verified()
    assert failing(report) == set()


FORGERIES = (
    (a_resume_by_one, "want 2 different people"),
    (a_resume_by_two_operators, "one of them of compliance or risk"),
    (a_resume_of_no_halt, "no halt in force"),
    (a_resume_before_the_halt, "want it after the halt"),
    (a_replayed_resume, "no halt in force"),
    (a_replayed_halt, "want it after the last resume"),
    (a_halt_that_is_on_record, "want it after the one on record"),
    (a_milder_halt, "halted already"),
    (a_halt_by_a_director, "want a compliance or operator or risk"),
    (a_halt_of_nobody, "no such agent is on record"),
    (a_rearming_by_one, "want 2 different people"),
    (a_replayed_rearming, "want it after the last one"),
)
SEEN_ALONE = {
    "a_resume_by_one": "started again by less than two people",
    "a_resume_of_no_halt": "a resume of no halt in force",
    "a_resume_before_the_halt": "resumed before it was halted",
    "a_replayed_resume": "a resume of no halt in force",
    "a_replayed_halt": "a halt that is on record already, or older",
    "a_halt_that_is_on_record": "a halt that is on record already, or older",
    "a_milder_halt": "a halt that is milder",
    "a_rearming_by_one": "started again by less than two people",
    "a_replayed_rearming": "a re-arming that is on record already",
}
"""What the plain scan finds too; roles and enrolments it does not read."""


@pytest.mark.parametrize(
    ("forge", "why"), FORGERIES, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_may_not_stop_or_start_is_found(
    tmp_path: Path, forge: Forgery, why: str
) -> None:
    world = stopped_world()
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 4 in failing(report)
    said = [s for s in sentences(report, 4) if "plain scan" not in s]
    assert why in str(said)
    seen = [s for s in sentences(report, 4) if "plain scan" in s]
    assert SEEN_ALONE.get(forge.__name__, "") in str(seen)
    assert bool(seen) is (forge.__name__ in SEEN_ALONE)


def allowed_while_stopped(world: World) -> None:
    """Put an order on record, allowed as if no halt were in force."""
    judged(world, world.order(created_at=later(world)))


@pytest.mark.parametrize("state", [TradingState.HALTED, TradingState.REDUCING])
@pytest.mark.parametrize(
    "place",
    [FIRM, MARKET, Place(Level.VENUE, "SIMA"), Place(Level.AGENT, "algo_trader_v2")],
    ids=str,
)
def test_an_order_allowed_while_stopped_is_found_by_both(
    tmp_path: Path, place: Place, state: TradingState
) -> None:
    world = World()
    world.now = MORNING
    halt(world, place, state)
    allowed_while_stopped(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    said = sentences(report, 4)
    assert {"plain scan" in sentence for sentence in said} == {True, False}
    assert f"halt.{state.value}" in str(said)


def without_the_last_halt(world: World) -> None:
    """Leave a halt out, and sign the rest anew as a thief of all service keys could."""
    [*_, last] = [raw for raw in world.entries if b"kya/halt/v1" in raw[:30]]
    world.entries.remove(last)


def test_a_halt_left_out_is_found_by_the_decisions_after_it(tmp_path: Path) -> None:
    world = stopped_world()
    without_the_last_halt(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 5 in failing(report)
    said = sentences(report, 5)
    assert {"plain scan" in sentence for sentence in said} == {True, False}
    assert "halt" in str(said)


def test_halts_are_read_as_they_stand_in_the_log() -> None:
    world = stopped_world()
    kinds = [type(Entry.read(raw).event).__name__ for raw in world.entries]
    assert kinds.count("HaltOrdered") == 2
    assert kinds.count("TradingResumed") == kinds.count("LatchRearmed") == 1


def test_the_report_lists_who_stopped_and_who_started(tmp_path: Path) -> None:
    handed = handed_over(stopped_world(), tmp_path / "evidence")
    report = json.loads(handed.read("report.json"))
    lifted, standing = report["halts"]
    assert (lifted["place"], lifted["state"]) == ("firm", "reducing")
    assert lifted["signed_by"] == ["alice"]
    assert lifted["resumed"]["signed_by"] == ["alice", "carla"]
    assert lifted["resumed"]["entry"] == lifted["entry"] + 3
    assert (standing["place"], standing["resumed"]) == ("market:EUR/USD", None)
    [rearmed] = report["agents"]["algo_trader_v2"]["rearmed"]
    assert (rearmed["latch"], rearmed["signed_by"]) == ("rejects", ["alice", "rita"])


def test_a_halt_of_a_desk_stops_the_agent_whose_scope_names_it(tmp_path: Path) -> None:
    world = World(scope=the_scope(limits=Limits(desk="fx")))
    other = halt(world, Place(Level.DESK, "crypto"))
    assert trade(world) == "allowed"
    world.report(1)
    halt(world, Place(Level.DESK, "fx"))
    assert trade(world) == "denied"
    resume(world, other)
    assert trade(world) == "denied"
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == set()
