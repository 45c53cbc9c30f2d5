"""The page on ways round: its command prints what it shows."""

from pathlib import Path

import pytest

from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_tutorial import difference

PAGE = ROOT / "docs" / "how-to" / "leave-no-way-round.md"


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    consoles = [block for block in blocks(PAGE) if block.language == "console"]
    assert consoles
    with Session.begin(tmp_path) as session:
        for step in (step for block in consoles for step in steps(block.text)):
            printed = session.run(step.command)
            if not agrees(step.shown, printed):
                pytest.fail(f"$ {step.command}\n" + difference(step.shown, printed))
