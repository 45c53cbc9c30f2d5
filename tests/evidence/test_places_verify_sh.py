"""The shell verifier over logs with limits of places."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kya.core.levels import Place
from kya.core.scope_limits import Limits
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import holds, path_with, pytestmark, verify
from tests.halting import enrol_supervisors
from tests.verify.packages import judged, later
from tests.verify.test_places import (
    BROKEN,
    PLACES,
    by_two_operators,
    fewer_by_one,
    limited_world,
    new_by_one,
    note,
    of_nobody,
    replayed,
    trade,
    wider_by_one,
    without,
)
from tests.world import World, the_scope

__all__ = ["pytestmark"]


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_a_log_with_limits_of_places_comes_out_byte_for_byte(
    awk: str, tmp_path: Path
) -> None:
    package = build(tmp_path / "made", limited_world())
    answer = holds(package, PATH=path_with(awk, tmp_path))
    assert "what all agents share: 5 limits of places" in answer.reasons["Q4"]
    assert "11 of 11 decisions come out again byte for byte" in answer.reasons["Q5"]


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (wider_by_one, "want two people, for it is new or widens"),
        (new_by_one, "want two people, for it is new or widens"),
        (fewer_by_one, "want two people, for it is new or widens"),
        (by_two_operators, "no certificate on record as compliance risk"),
        (replayed, "not later than the limits in force"),
        (of_nobody, "no agent of this name is on record"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_limits_that_nobody_may_set_are_found(
    tmp_path: Path, forge: Callable[[World], None], why: str
) -> None:
    world = limited_world()
    forge(world)
    answer = verify(build(tmp_path, world))
    assert "Q4" in answer.failing(), answer.text + answer.talk
    assert why in answer.text


@pytest.mark.parametrize(
    ("place", "reason", "figures"),
    [
        (place, *broken)
        for place, broken in zip(PLACES, (*BROKEN, BROKEN[1]), strict=True)
    ],
    ids=str,
)
def test_an_order_allowed_beyond_a_place_is_found(
    tmp_path: Path, place: Place, reason: str, figures: dict[str, object]
) -> None:
    world = World(scope=the_scope(limits=Limits(desk="fx")))
    enrol_supervisors(world)
    assert trade(world) == "allowed"
    world.append(note(world, place=place, **figures))
    judged(world, world.order(created_at=later(world)))
    answer = verify(build(tmp_path, world))
    assert {"Q4", "Q5"} <= answer.failing(), answer.text + answer.talk
    assert reason in answer.text


def test_limits_left_out_are_found_by_the_decisions_after_them(tmp_path: Path) -> None:
    world = limited_world()
    without(world, b"kya/place-limits/v1")
    answer = verify(build(tmp_path, world))
    assert "Q5" in answer.failing(), answer.text + answer.talk
