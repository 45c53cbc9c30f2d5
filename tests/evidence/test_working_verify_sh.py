"""The shell verifier over logs with working orders and cancels."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kya.core.order_events import VenueStatus
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import holds, path_with, pytestmark, verify
from tests.verify.test_working import (
    a_cancel_before_the_last_word,
    a_cancel_of_another_order,
    a_cancel_of_nothing,
    a_cancel_that_fills,
    a_withdrawal,
    cancelled_world,
    less_than_before,
    more_than_was_ordered,
    never_received_after_all,
    put,
    replaced_world,
    resting_world,
)
from tests.world import World

__all__ = ["pytestmark"]


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_a_cancel_comes_out_byte_for_byte(awk: str, tmp_path: Path) -> None:
    package = build(tmp_path / "made", cancelled_world())
    answer = holds(package, PATH=path_with(awk, tmp_path))
    assert "1 of them are cancels, which no limit stops" in answer.reasons["Q4"]
    assert "6 of 6 decisions come out again byte for byte" in answer.reasons["Q5"]


@pytest.mark.parametrize(
    ("forge", "question", "why"),
    [
        (more_than_was_ordered, "Q9", "more was filled than was ordered"),
        (less_than_before, "Q9", "less is filled than was before"),
        (never_received_after_all, "Q9", "the venue had acknowledged it"),
        (a_cancel_before_the_last_word, "Q9", "is not settled yet"),
        (a_cancel_that_fills, "Q9", "a cancel fills nothing"),
        (a_cancel_of_nothing, "Q4", "target.unknown"),
        (a_cancel_of_another_order, "Q4", "target.differs"),
        (a_withdrawal, "Q4", "action.not_allowed"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_cannot_be_is_found(
    tmp_path: Path, forge: Callable[[World], None], question: str, why: str
) -> None:
    world = resting_world()
    forge(world)
    answer = verify(build(tmp_path, world))
    assert question in answer.failing(), answer.text + answer.talk
    assert why in answer.text


def test_a_replacement_comes_out_byte_for_byte_and_too_much_is_found(
    tmp_path: Path,
) -> None:
    world = replaced_world()
    answer = verify(build(tmp_path / "sound", world))
    assert answer.failing() == set(), answer.text + answer.talk
    assert "2 of 2 decisions come out again byte for byte" in answer.reasons["Q5"]
    put(world, VenueStatus.FILLED, "16500.01")
    answer = verify(build(tmp_path / "forged", world))
    assert "Q9" in answer.failing(), answer.text + answer.talk
    assert "more was filled than was ordered" in answer.text
