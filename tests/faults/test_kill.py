"""The real gateway, killed under load again and again: nothing lost, nothing twice."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.terminal import founded_at, starting, up
from tests.faults.oracles import executions, judge
from tests.faults.traders import Address, Trader, enrolled, trading

AGENTS = [f"agent-{number}" for number in range(1, 7)]
LOAD_SECONDS_MAX = 0.5
START_SECONDS_MAX = 1.5
EARLY_EVERY = 4
SETTLE_SECONDS = 20


@pytest.mark.timeout(300)
@pytest.mark.serial
def test_ten_kills_under_load_lose_nothing_and_send_nothing_twice(
    tmp_path: Path,
) -> None:
    _survives(tmp_path / "data", kills=10)


@pytest.mark.proof
@pytest.mark.serial
def test_a_hundred_kills_under_load_lose_nothing_and_send_nothing_twice(
    tmp_path: Path,
) -> None:
    _survives(tmp_path / "data", kills=100)


def _survives(data: Path, kills: int) -> None:
    """Kill the gateway at seeded moments while six agents trade, and judge the rest."""
    chance = random.Random(kills)
    address = Address()
    with up(founded_at(data)) as running:
        credentials = enrolled(running, AGENTS)
        running.kill()
    traders = [Trader(name, credentials[name], address) for name in AGENTS]
    with trading(traders, address):
        for number in range(kills):
            if number % EARLY_EVERY == 0:
                _killed_early(data, chance.random() * START_SECONDS_MAX)
                continue
            with up(data) as running:
                address.url = running.url
                before = _answers(traders)
                _until(lambda: _answers(traders) > before)  # noqa: B023  used at once
                time.sleep(chance.random() * LOAD_SECONDS_MAX)
                running.kill()
        with up(data) as running:
            address.url = running.url
            before = _answers(traders)
            _until(lambda: _answers(traders) > before + len(traders))
            address.is_over.set()
            _until(lambda: _is_settled(running.kya("log", "fsck").code, data))
            assert running.stop() == 0
    record = judge(data, traders)
    assert record.allowed == record.reported
    assert len(executions(data)) <= len(record.allowed)
    assert _answers(traders) > kills
    assert {status for trader in traders for status, _ in trader.refusals} <= {409, 503}


def _killed_early(data: Path, seconds: float) -> None:
    """Kill a gateway so many seconds after its start, ready or not."""
    with starting(data) as process:
        time.sleep(seconds)
        process.kill()


def _answers(traders: list[Trader]) -> int:
    return sum(len(trader.answers) for trader in traders)


def _is_settled(code: int, data: Path) -> bool:
    """The running log is sound, and nothing new reaches the venues."""
    before = len(executions(data))
    time.sleep(0.2)
    return code == 0 and len(executions(data)) == before


def _until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    end = time.monotonic() + SETTLE_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("it did not come to pass")
        time.sleep(0.005)
