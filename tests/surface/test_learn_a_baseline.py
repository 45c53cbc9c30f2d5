"""The page on baselines, run in a folder without a gateway."""

import shutil
from pathlib import Path

from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / "learn-a-baseline.md"
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    consoles = [block for block in blocks(page) if block.language == "console"]
    with Session.begin(tmp_path) as session:
        for step in (step for block in consoles for step in steps(block.text)):
            # To the digit, digests and instants included: all of it follows.
            assert session.run(step.command) == list(step.shown), step.command
