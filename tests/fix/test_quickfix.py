"""The engine that most bots have, as it is published, at our acceptor."""

import asyncio
import sys
from pathlib import Path
from typing import Final

import pytest

from kya.wiring.clock import system_clock
from tests.fix.road import FixRoad, a_fix_road
from tests.surface.blocks import ROOT

ENGINE: Final = ROOT / ".venv-quickfix"
PROGRAM: Final = Path(__file__).with_name("quickfix_bot.py")


async def run(road: FixRoad, folder: Path, *names: str) -> list[str]:
    """Run the bot to its end; return what it was told."""
    port = road.address.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        ENGINE / "bin" / "python",
        PROGRAM,
        port,
        folder,
        *names,
        stdout=asyncio.subprocess.PIPE,
        stderr=sys.stderr,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode().splitlines()


def reports(name: str) -> list[str]:
    """What a bot is told of one of each."""
    return [
        f"8 {name}-rests 0 0",
        f"8 {name}-moves 0 0",
        f"8 {name}-ends 4 0",
        f"8 {name}-fills 2 100",
        f"8 {name}-huge 8 0",
    ]


@pytest.mark.proof
@pytest.mark.skipif(not (ENGINE / ".engine").exists(), reason="QuickFIX is not here")
def test_quickfix_trades_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async def trading() -> list[str]:
        async with a_fix_road(clock=system_clock().clock.now) as road:
            first = await run(road, tmp_path, "one")
            return first + await run(road, tmp_path, "two", "three")

    assert asyncio.run(trading()) == [
        *reports("one"),
        *reports("two"),
        *reports("three"),
    ]
