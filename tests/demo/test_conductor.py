import sys
from pathlib import Path
from subprocess import Popen

import msgspec
import pytest

from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.demo import conductor as conducting
from kya.demo.bot import BotConfig, BotLine
from kya.demo.clock_server import ClockServer, MovableClock
from kya.demo.conductor import Act, Conductor
from kya.demo.stage import Stage

NOON = Instant.parse("2026-05-15T12:00:00.000000Z")

# A bot in ten lines: it waits for each instant and writes down that it was woken.
BOT = """
import json, sys
from pathlib import Path
from kya.core.instant import Instant
from kya.demo.clock_client import ClockClient
config = json.loads(Path(sys.argv[1]).read_text())
with ClockClient(Path(config["clock"])) as clock:
    for number in range(config["first"], config["last"] + 1):
        at = Instant.parse(f"2026-05-15T12:{number:02}:00.000000Z")
        clock.wait(at)
        line = dict(seq=number, at=str(clock.now()), market="", side="", amount="",
            outcome="allowed", score=None, reasons=[], explained="", venue=None,
            log_index=None)
        with open(config["record"], "a") as record:
            record.write(json.dumps(line) + "\\n")
sys.exit(config["seed"])
"""


def a_bot(config: Path) -> "Popen[bytes]":
    return Popen((sys.executable, "-c", BOT, config))


def config_for(stage: Stage, *, first: int, last: int, exit_code: int = 0) -> BotConfig:
    return BotConfig(
        host="",
        clock=str(stage.clock),
        record=str(stage.record),
        seed=exit_code,
        first=first,
        last=last,
    )


def played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, exit_code: int = 0
) -> list[str]:
    """Return what happened: acts at 12:00, 12:02 (the bot's instant), 12:30."""
    monkeypatch.setattr(conducting, "bot_process", a_bot)
    stage = Stage(tmp_path, tmp_path / "clock")
    clock = MovableClock(NOON)
    happened: list[str] = []

    def seen(line: BotLine) -> None:
        happened.append(f"order {line.seq} at {line.at[11:16]}")

    def act(name: str) -> None:
        happened.append(f"{name} at {str(clock.now())[11:16]}")

    with ClockServer(stage.clock, clock) as server:
        conductor = Conductor(clock=clock, server=server, stage=stage)
        config = config_for(stage, first=1, last=3, exit_code=exit_code)
        timetable = [
            Act(at=NOON, perform=lambda: conductor.start_bot(config)),
            Act(at=NOON.plus(seconds=120), perform=lambda: act("halt")),
            Act(at=NOON.plus(seconds=1800), perform=lambda: act("end")),
        ]
        try:
            conductor.perform(timetable, seen)
        finally:
            conductor.stop_bot()
    return happened


def test_an_act_comes_before_an_order_of_the_same_instant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert played(tmp_path, monkeypatch) == [
        "order 1 at 12:01",
        "halt at 12:02",
        "order 2 at 12:02",
        "order 3 at 12:03",
        "end at 12:30",
    ]


def test_a_bot_that_fails_ends_the_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TransientError, match="ended with exit code 3"):
        played(tmp_path, monkeypatch, exit_code=3)


def test_two_bots_never_run_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conducting, "bot_process", a_bot)
    stage = Stage(tmp_path, tmp_path / "clock")
    with ClockServer(stage.clock, MovableClock(NOON)) as server:
        conductor = Conductor(clock=MovableClock(NOON), server=server, stage=stage)
        config = config_for(stage, first=1, last=1)
        conductor.start_bot(config)
        with pytest.raises(TransientError, match="runs already"):
            conductor.start_bot(config)
        conductor.stop_bot()


def test_the_bot_reads_back_the_configuration_that_is_written(tmp_path: Path) -> None:
    config = config_for(Stage(tmp_path, tmp_path), first=1, last=2)
    assert msgspec.json.decode(msgspec.json.encode(config), type=BotConfig) == config
