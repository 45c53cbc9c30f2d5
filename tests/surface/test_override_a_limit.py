"""The page on overrides, run against a gateway that is up."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_pin_the_runtime import SCENE
from tests.surface.test_tutorial import difference

PAGE: Final = ROOT / "docs" / "how-to" / "override-a-limit.md"


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    consoles = [block for block in blocks(PAGE) if block.language == "console"]
    with Session.begin(tmp_path) as session:
        session.run("kya up")
        for command in SCENE.splitlines():
            session.run(command)
        for step in (step for block in consoles for step in steps(block.text)):
            printed = session.run(step.command)
            if not agrees(step.shown, printed):
                pytest.fail(f"$ {step.command}\n" + difference(step.shown, printed))
