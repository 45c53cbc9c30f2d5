"""The shell verifier over logs with the venues' own lists."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.drop_copies import SIMA, an_execution, copy_list, told_note, unexplained
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import path_with, pytestmark, verify
from tests.halting import halt
from tests.verify.packages import later
from tests.verify.test_drop_copies import (
    a_gap_in_the_list,
    a_larger_one,
    a_line_again,
    a_smaller_one,
    an_earlier_end,
    at_another_price,
    by_hand,
    in_another_market,
    listed_world,
    nothing_halted_for_it,
    one_hidden,
    one_listed_twice,
    one_without_a_report,
    signed_by_another,
)
from tests.world import World

__all__ = ["pytestmark"]


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_question_9_holds_where_list_and_reports_meet(awk: str, tmp_path: Path) -> None:
    package = build(tmp_path / "made", listed_world())
    answer = verify(package, PATH=path_with(awk, tmp_path))
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q9"] == "HOLDS"
    assert "SIMA: 3 executions until" in answer.reasons["Q9"]


FOUND = [
    (a_larger_one, "more than the last report says"),
    (a_smaller_one, "do not meet on"),
    (at_another_price, "another price than was reported"),
    (in_another_market, "another thing than its order asked for"),
    (one_hidden, "do not meet on"),
    (one_listed_twice, "listed twice"),
    (one_without_a_report, "within 60 s"),
    (by_hand, "no order awaits it"),
    (nothing_halted_for_it, "nothing is halted at venue:SIMA"),
    (a_gap_in_the_list, "goes on after 4, but"),
    (an_earlier_end, "whole until a time that cannot be"),
    (signed_by_another, "no certificate on record as gateway"),
]


def test_each_thing_that_is_unexplained_is_named(tmp_path: Path) -> None:
    world = listed_world()
    for forge, _ in FOUND:
        forge(world)
    answer = verify(build(tmp_path, world))
    assert answer.failing() == {"Q9"}, answer.text + answer.talk
    assert [why for _, why in FOUND if why not in answer.text] == []


@pytest.mark.parametrize("forge", [a_smaller_one, one_hidden, a_line_again])
def test_one_thing_alone_is_enough(
    tmp_path: Path, forge: Callable[[World], None]
) -> None:
    world = listed_world()
    forge(world)
    answer = verify(build(tmp_path, world))
    assert answer.failing() == {"Q9"}, answer.text + answer.talk


def test_what_the_gateway_calls_unexplained_fails_with_its_name(tmp_path: Path) -> None:
    world = listed_world()
    copy_list(world, an_execution(4))
    halt(world, SIMA)
    world.append(told_note(world, unexplained(world)[0], SIMA))
    answer = verify(build(tmp_path, world))
    assert answer.failing() == {"Q9"}, answer.text + answer.talk
    assert "SIMA-E4: BUY EUR 20000.00 of EUR/USD at 1.38111; want" in answer.text


def test_what_still_waits_and_what_has_no_list_is_unknown(tmp_path: Path) -> None:
    world = listed_world()
    world.trade(world.order(created_at=later(world)))
    world.report(3)
    answer = verify(build(tmp_path / "waits", world))
    assert answer.verdicts["Q9"] == "UNKNOWN", answer.text + answer.talk
    assert "do not meet on" in answer.text
    world = listed_world()
    world.trade(world.order(created_at=later(world), venue="SIMB"))
    answer = verify(build(tmp_path / "none", world))
    assert answer.verdicts["Q9"] == "UNKNOWN", answer.text + answer.talk
    assert "no drop copy of SIMB" in answer.text
