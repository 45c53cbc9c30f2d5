"""A how-to page, followed on a gateway with an agent that has not traded yet."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_tutorial import difference

# Before the page begins.
SCENE: Final = """\
touch resolution.txt
kya mandate sign examples/mandate.json --resolution resolution.txt --as anna --as bernd
kya agent register algo_trader_v2 --as clara --as david --attest token >token
kya agent enrol algo_trader_v2 --token-file token
"""


def require_that_every_command_agrees(page: Path, folder: Path) -> None:
    """Run the page's commands in the folder; fail where one prints something else."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    with Session.begin(folder) as session:
        session.run("kya up")
        for command in SCENE.splitlines():
            session.run(command)
        follow(page, session)


def follow(page: Path, session: Session) -> None:
    """Run the page's commands; fail where one prints something else."""
    consoles = [block for block in blocks(page) if block.language == "console"]
    for step in (step for block in consoles for step in steps(block.text)):
        printed = session.run(step.command)
        if not agrees(step.shown, printed):
            pytest.fail(f"$ {step.command}\n" + difference(step.shown, printed))
