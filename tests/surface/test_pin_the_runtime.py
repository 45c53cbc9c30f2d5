"""The page on runtimes, run against a gateway that is up."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_tutorial import difference

PAGE: Final = ROOT / "docs" / "how-to" / "pin-the-runtime.md"

# Before the page begins: an agent that has not traded yet.
SCENE: Final = """\
touch resolution.txt
kya mandate sign examples/mandate.json --resolution resolution.txt --as anna --as bernd
kya agent register algo_trader_v2 --as clara --as david --attest token >token
kya agent enrol algo_trader_v2 --token-file token
"""


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
