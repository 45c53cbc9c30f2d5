"""The shell verifier over logs with halts, resumes and re-armings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kya.core.halt import TradingState
from kya.core.levels import FIRM, Level, Place
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import holds, path_with, pytestmark, verify
from tests.halting import halt
from tests.verify.test_halts import (
    a_halt_by_a_director,
    a_halt_of_nobody,
    a_halt_that_is_on_record,
    a_milder_halt,
    a_rearming_by_one,
    a_replayed_halt,
    a_replayed_rearming,
    a_replayed_resume,
    a_resume_before_the_halt,
    a_resume_by_one,
    a_resume_by_two_operators,
    a_resume_of_no_halt,
    allowed_while_stopped,
    reducing_world,
    stopped_world,
    without_the_last_halt,
)
from tests.world import MORNING, World

__all__ = ["pytestmark"]


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_a_log_with_halts_comes_out_byte_for_byte(awk: str, tmp_path: Path) -> None:
    package = build(tmp_path / "made", stopped_world())
    answer = holds(package, PATH=path_with(awk, tmp_path))
    assert "trading was stopped: 2 halts, 1 resumes" in answer.reasons["Q4"]
    assert "6 of 6 decisions come out again byte for byte" in answer.reasons["Q5"]


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (a_resume_by_one, "want two people, one of compliance or risk"),
        (a_resume_by_two_operators, "want two people, one of compliance or risk"),
        (a_resume_of_no_halt, "lifts no halt that is in force"),
        (a_resume_before_the_halt, "not later than the halt that it lifts"),
        (a_replayed_resume, "lifts no halt that is in force"),
        (a_replayed_halt, "not later than the last resume"),
        (a_halt_that_is_on_record, "not later than the halt in force"),
        (a_milder_halt, "milder than the halt in force"),
        (a_halt_by_a_director, "no certificate on record as compliance operator risk"),
        (a_halt_of_nobody, "no agent of this name is on record"),
        (a_rearming_by_one, "want two people"),
        (a_replayed_rearming, "not later than the last one"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_may_not_stop_or_start_is_found(
    tmp_path: Path, forge: Callable[[World], None], why: str
) -> None:
    world = stopped_world()
    forge(world)
    answer = verify(build(tmp_path, world))
    assert "Q4" in answer.failing(), answer.text + answer.talk
    assert why in answer.text


@pytest.mark.parametrize(
    ("place", "state"),
    [
        (FIRM, TradingState.HALTED),
        (FIRM, TradingState.REDUCING),
        (Place(Level.MARKET, "EUR/USD"), TradingState.HALTED),
        (Place(Level.VENUE, "SIMA"), TradingState.REDUCING),
        (Place(Level.AGENT, "algo_trader_v2"), TradingState.HALTED),
    ],
    ids=str,
)
def test_an_order_allowed_while_stopped_is_found(
    tmp_path: Path, place: Place, state: TradingState
) -> None:
    world = World()
    world.now = MORNING
    halt(world, place, state)
    allowed_while_stopped(world)
    answer = verify(build(tmp_path, world))
    assert {"Q4", "Q5"} <= answer.failing(), answer.text + answer.talk
    assert f"halt.{state.value}" in answer.text


def test_whether_an_order_reduces_a_position_is_unknown_and_never_ticked(
    tmp_path: Path,
) -> None:
    answer = verify(build(tmp_path, reducing_world()))
    assert answer.failing() == set(), answer.text + answer.talk
    assert {answer.verdicts["Q4"], answer.verdicts["Q5"]} == {"UNKNOWN"}
    assert "whether it reduces a position is not added up here" in answer.text


def test_a_halt_left_out_is_found_by_the_decisions_after_it(tmp_path: Path) -> None:
    world = stopped_world()
    without_the_last_halt(world)
    answer = verify(build(tmp_path, world))
    assert "Q5" in answer.failing(), answer.text + answer.talk
