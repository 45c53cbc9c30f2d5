"""The shell verifier over logs with overlays: it takes their answers as recorded."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kya.core.overlay import Engine, Said, Verdict
from tests.adapters.policies import policy
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import path_with, pytestmark, verify
from tests.halting import enrol_supervisors
from tests.verify.test_overlays import (
    ALLOW,
    FORGED,
    LARGE,
    by_operators,
    changed_by_one,
    judged_with,
    laid_over,
    lay_over,
    replayed,
    withdrawn_by_one,
    withdrawn_unset,
)
from tests.world import World

__all__ = ["pytestmark"]

ESCAPED = 'permit (principal, action, resource);\t// "quoted" and \\n\n'


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_a_log_with_overlays_comes_out_and_what_was_not_asked_is_said(
    awk: str, tmp_path: Path
) -> None:
    package = build(tmp_path / "made", laid_over())
    answer = verify(package, PATH=path_with(awk, tmp_path))
    assert answer.failing() == set(), answer.text + answer.talk
    assert "cannot be run again" not in answer.text
    assert "2 answers of overlays are taken as they are recorded" in answer.text
    assert answer.code == 3


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_the_digest_is_of_the_text_behind_its_escapes(awk: str, tmp_path: Path) -> None:
    world = World()
    judged_with(world, ALLOW, b"", b"", asked=policy(Engine.CEDAR, ESCAPED))
    answer = verify(build(tmp_path / "made", world), PATH=path_with(awk, tmp_path))
    assert answer.failing() == set(), answer.text + answer.talk


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (changed_by_one, "want two people, for it changes or withdraws"),
        (withdrawn_by_one, "want two people, for it changes or withdraws"),
        (by_operators, "no certificate on record as compliance risk"),
        (withdrawn_unset, "withdraws what is not in force"),
        (replayed, "not later than the one of"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_overlay_that_nobody_may_set_is_found(
    tmp_path: Path, forge: Callable[[World], None], why: str
) -> None:
    world = World()
    enrol_supervisors(world)
    world.append(lay_over(world, policy(Engine.CEDAR)))
    forge(world)
    answer = verify(build(tmp_path, world))
    assert "Q4" in answer.failing(), answer.text + answer.talk
    assert why in answer.text


@pytest.mark.parametrize("name", FORGED)
def test_what_was_changed_in_a_decision_is_found(tmp_path: Path, name: str) -> None:
    world = World()
    judged_with(world, LARGE, *FORGED[name])
    answer = verify(build(tmp_path, world))
    assert "Q5" in answer.failing(), answer.text + answer.talk


@pytest.mark.parametrize("said", [LARGE, Said(Verdict.LATE)], ids=str)
def test_an_order_allowed_against_its_overlay_is_found(
    tmp_path: Path, said: Said
) -> None:
    world = World()
    word = said.verdict.value.encode()
    judged_with(world, ALLOW, b'"verdict":"allow"', b'"verdict":"%s"' % word)
    answer = verify(build(tmp_path, world))
    assert {"Q4", "Q5"} <= answer.failing(), answer.text + answer.talk
    assert "overlay." in answer.text
