"""The dead man's switch: in time, once, and until it is done."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kya.adapters.kept_time import FileTime
from kya.agent.dead_man import DeadManSwitch, KeptTime, NotKept
from kya.core.errors import CorruptionError, TransientError
from kya.core.instant import Instant

NOW = Instant.parse("2026-05-15T09:00:00.000000Z")


@dataclass
class Working:
    """Orders that work, and a gateway that cannot be reached a few times."""

    failures: int = 0
    asked: int = 0
    cancelled: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    async def cancel(self) -> None:
        self.asked += 1
        self.begun.set()
        if self.asked <= self.failures:
            raise TransientError("nobody answers")
        self.cancelled += 1
        self.happened.set()


def clock() -> Instant:
    """A clock that goes on as time does."""
    return NOW.plus(micros=int((time.monotonic() - _BEGUN) * 1_000_000))


_BEGUN = time.monotonic()


def run(
    case: Callable[[Working, DeadManSwitch], Coroutine[Any, Any, None]],
    kept: KeptTime | None = None,
    failures: int = 0,
) -> Working:
    """Run the case beside a switch; return what came of the orders."""

    async def beside() -> Working:
        working = Working(failures)
        switch = DeadManSwitch(working.cancel, kept or NotKept(), clock)
        try:
            await case(working, switch)
        finally:
            await switch.close()
        return working

    return asyncio.run(beside())


async def _fires(working: Working, switch: DeadManSwitch) -> None:
    del switch
    await asyncio.wait_for(working.happened.wait(), 5)
    await asyncio.sleep(0)


def test_it_cancels_when_it_is_not_set_again() -> None:
    async def case(working: Working, switch: DeadManSwitch) -> None:
        begun = time.monotonic()
        due = switch.set(1)
        assert due is not None
        assert 0 <= clock().plus(seconds=1).micros - due.micros < 100_000
        await _fires(working, switch)
        assert time.monotonic() - begun >= 0.99

    assert run(case).cancelled == 1


def test_set_again_or_forgotten_it_does_nothing() -> None:
    async def case(working: Working, switch: DeadManSwitch) -> None:
        del working
        switch.set(1)
        await asyncio.sleep(0.6)
        switch.set(60)
        await asyncio.sleep(0.6)
        switch.set(1)
        assert switch.set(0) is None
        await asyncio.sleep(1.1)

    assert run(case).asked == 0


def test_what_was_due_while_no_process_ran_is_due_at_once(tmp_path: Path) -> None:
    kept = FileTime(tmp_path / "due")
    kept.keep(NOW.plus(seconds=-5))
    assert run(_fires, kept).cancelled == 1
    assert kept.load() is None


def test_what_is_not_due_yet_is_kept_for_the_next_process(tmp_path: Path) -> None:
    kept = FileTime(tmp_path / "due")

    async def case(working: Working, switch: DeadManSwitch) -> None:
        del working
        switch.set(600)

    assert run(case, kept).asked == 0
    due = kept.load()
    assert due is not None
    assert due.micros > clock().plus(seconds=590).micros


def test_it_tries_until_the_gateway_can_be_reached() -> None:
    kept = _Kept(NOW.plus(seconds=-5))
    working = run(_fires, kept, failures=2)
    assert (working.asked, working.cancelled) == (3, 1)
    assert kept.due is None


def test_a_crash_while_it_cancels_leaves_it_due(tmp_path: Path) -> None:
    kept = FileTime(tmp_path / "due")
    kept.keep(NOW.plus(seconds=-5))

    async def case(working: Working, switch: DeadManSwitch) -> None:
        del switch
        await working.begun.wait()

    assert run(case, kept, failures=10**6).cancelled == 0
    assert kept.load() == NOW.plus(seconds=-5)
    assert run(_fires, kept).cancelled == 1


def test_setting_it_again_does_not_call_off_a_cancelling_that_has_begun() -> None:
    async def case(working: Working, switch: DeadManSwitch) -> None:
        await working.begun.wait()
        switch.set(600)
        await _fires(working, switch)

    kept = _Kept(NOW.plus(seconds=-5))
    assert run(case, kept, failures=1).cancelled == 1
    assert kept.due is not None


@dataclass
class _Kept:
    due: Instant | None

    def load(self) -> Instant | None:
        return self.due

    def keep(self, due: Instant | None) -> None:
        self.due = due


@pytest.mark.parametrize("content", [b"tomorrow", b"\xff", b""])
def test_a_kept_time_that_is_none_is_nothing_to_start_with(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "due"
    path.write_bytes(content)
    with pytest.raises(CorruptionError, match="due"):
        FileTime(path).load()
