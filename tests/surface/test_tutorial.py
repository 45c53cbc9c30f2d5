"""The tutorial, run from its first command to its last."""

import json
import shutil
from difflib import ndiff
from pathlib import Path

import pytest

from tests.surface.blocks import ROOT, TUTORIAL, Block, blocks, steps
from tests.surface.session import Session, agrees, normal


def of(language: str) -> list[Block]:
    return [block for block in blocks(TUTORIAL) if block.language == language]


def test_the_tutorial_shows_the_bot_of_the_examples() -> None:
    (shown,) = of("python")
    assert shown.text == (ROOT / "examples" / "bot.py").read_text("utf-8")


def test_the_tutorial_shows_the_mandate_of_the_examples() -> None:
    (shown,) = of("json")
    assert shown.text == (ROOT / "examples" / "mandate.json").read_text("utf-8")
    assert json.loads(shown.text)["agent"] == "algo_trader_v2"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    with Session.begin(tmp_path) as session:
        for step in (step for block in of("console") for step in steps(block.text)):
            printed = session.run(step.command)
            if step.shown and not agrees(step.shown, printed):
                pytest.fail(f"$ {step.command}\n" + difference(step.shown, printed))


def difference(shown: tuple[str, ...], printed: list[str]) -> str:
    wanted, given = map(normal, shown), map(normal, printed)
    return "\n".join(ndiff(list(wanted), list(given)))


def test_a_line_that_was_not_printed_is_found() -> None:
    assert agrees(("a", "…", "z"), ["a", "b", "c", "z"])
    assert agrees(("a", "…", "z"), ["a", "z"])
    assert agrees(("…", "m", "…"), ["a", "m", "z"])
    assert not agrees(("…", "m", "…"), ["a", "z"])
    assert not agrees(("a", "…", "z"), ["a", "b"])
    assert not agrees(("a",), ["a", "b"])
    assert not agrees(("a", "b"), ["a"])


def test_only_what_varies_is_left_out_of_the_comparison() -> None:
    first = f"order {'0' * 64} at 2026-05-15T09:15:00.000000Z: EUR 20000.00"
    second = f"order {'f' * 64} at 2031-01-01T00:00:00.000001Z: EUR 20000.00"
    assert normal(first) == normal(second)
    assert normal(first) != normal(second.replace("20000", "20001"))
