"""A page whose commands are run from its first to its last, with ports of our own."""

import shutil
import socket
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_tutorial import difference


def walk(page: Path, folder: Path, ports: Iterable[str]) -> None:
    """Run each command in this folder, and fail at the first that prints otherwise.

    These ports of the page are replaced by free ones. `kya up` takes the place of the
    gateway that is up, and whatever has left its number in a `.pid` is ended.
    """
    shutil.copytree(ROOT / "examples", folder / "examples")
    consoles = [block for block in blocks(page) if block.language == "console"]
    real = {port: a_free_port() for port in ports}
    with Session.begin(folder) as session:
        stop_and_run(session, "kya up")
        try:
            for step in (step for block in consoles for step in steps(block.text)):
                command = step.command
                for shown, port in real.items():
                    command = command.replace(f":{shown}", f":{port}")
                    command = command.replace(f"py {shown}", f"py {port}")
                    command = command.replace(f"port {shown}", f"port {port}")
                printed = stop_and_run(session, command)
                if command == "kya up":
                    real["8700"] = printed[-1].split(":")[2].split()[0]
                if not agrees(step.shown, printed):
                    pytest.fail(f"$ {command}\n" + difference(step.shown, printed))
        finally:
            session.run("cat *.pid | xargs kill 2>/dev/null")


def stop_and_run(session: Session, command: str) -> list[str]:
    """Run the command; `kya up` takes the place of the gateway that is up."""
    if command == "kya up":
        for gateway in session.gateways:
            gateway.terminate()
            gateway.communicate()
        session.gateways.clear()
    return session.run(command)


def a_free_port() -> str:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])
