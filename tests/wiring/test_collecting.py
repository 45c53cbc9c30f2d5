"""Looking for garbage: what the start left is not looked at, and the rest seldom."""

import gc
from collections.abc import Iterator

import pytest

from kya.wiring.collecting import YOUNG_MAX, look_seldom


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Collect afterwards as before."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_left_alone() -> None:
    look_seldom()
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold()[0] == YOUNG_MAX


def test_a_circle_that_comes_later_is_still_found() -> None:
    look_seldom()
    circle: list[object] = []
    circle.append(circle)
    del circle
    assert gc.isenabled()
    assert gc.collect() >= 1
