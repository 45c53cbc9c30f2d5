"""Limits of a scope, judged again from a package: by re-execution and plain scan."""

from pathlib import Path

import pytest

from kya.verify.finding import Verdict
from tests.verify.armed import (
    FORGERIES,
    Forgery,
    busy_armed_world,
    converted_world,
)
from tests.verify.packages import failing, handed_over, sentences
from tests.verify.test_forged_history import both_judges
from tests.world import World


@pytest.mark.parametrize("make", [busy_armed_world, converted_world])
def test_what_the_limits_say_comes_out_again(tmp_path: Path, make: type[World]) -> None:
    report = handed_over(make(), tmp_path / "evidence").verified()
    assert failing(report) == set(), report
    assert report.answer(4).verdict is report.answer(5).verdict is Verdict.HOLDS


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda each: each.name)
def test_a_limit_that_was_ignored_is_found_by_both(
    tmp_path: Path, forgery: Forgery
) -> None:
    report = handed_over(forgery.world(), tmp_path / "evidence").verified()
    assert both_judges(report, forgery.question)
    assert forgery.word in str(
        [s for s in sentences(report, forgery.question) if "plain scan" in s]
    )
