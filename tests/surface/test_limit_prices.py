"""The page on prices, run with its feed, against a gateway that is started twice."""

import shutil
import socket
import tomllib
from pathlib import Path
from typing import Final

import msgspec
import pytest

from kya.config_outside import PricesSection
from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_tutorial import difference

PAGE: Final = ROOT / "docs" / "how-to" / "limit-prices.md"


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    consoles = [block for block in blocks(PAGE) if block.language == "console"]
    ports = {"9100": a_free_port()}
    with Session.begin(tmp_path) as session:
        stop_and_run(session, "kya up")
        try:
            for step in (step for block in consoles for step in steps(block.text)):
                command = step.command
                for shown, real in ports.items():
                    command = command.replace(f":{shown}", f":{real}")
                    command = command.replace(f"py {shown}", f"py {real}")
                printed = stop_and_run(session, command)
                if command == "kya up":
                    ports["8700"] = printed[-1].split(":")[2].split()[0]
                if not agrees(step.shown, printed):
                    pytest.fail(f"$ {command}\n" + difference(step.shown, printed))
        finally:
            session.run("kill $(cat feed.pid) 2>/dev/null")


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


def test_the_configuration_of_two_sources_can_be_read() -> None:
    (shown,) = (block.text for block in blocks(PAGE) if block.language == "toml")
    section = msgspec.convert(tomllib.loads(shown)["prices"], PricesSection)
    assert list(section.sources) == ["primary", "second"]
