"""A how-to page, followed on a gateway with an agent that has not traded yet."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_tutorial import difference

NO_PORTS: Final[Mapping[str, str]] = MappingProxyType({})

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


def follow(page: Path, session: Session, ports: Mapping[str, str] = NO_PORTS) -> None:
    """Run the page's commands, at these ports in the place of the page's own.

    Fail where one prints something else.
    """
    consoles = [block for block in blocks(page) if block.language == "console"]
    for step in (step for block in consoles for step in steps(block.text)):
        command = step.command
        for shown, port in ports.items():
            command = command.replace(f":{shown}", f":{port}")
            command = command.replace(f"--port {shown}", f"--port {port}")
        printed = session.run(command)
        if not agrees(step.shown, printed):
            pytest.fail(f"$ {command}\n" + difference(step.shown, printed))
