"""A coroutine begun at once: the same results, faults and cancels as a task's."""

import asyncio
from collections.abc import Awaitable

import pytest

from kya.gateway.at_once import at_once


async def after(seconds: float, seen: list[str]) -> str:
    """Wait once, twice; say what has happened."""
    try:
        await asyncio.sleep(seconds)
        seen.append("slept")
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        seen.append("cancelled")
        raise
    return "done"


async def prompt(said: str) -> str:
    """Wait for nothing."""
    return said


async def broken(waits: int) -> str:
    """Raise after so many waits."""
    for _ in range(waits):
        await asyncio.sleep(0)
    raise ValueError("broken")


def awaited(rest: str | Awaitable[str]) -> Awaitable[str]:
    assert not isinstance(rest, str)
    return rest


def test_who_waits_for_nothing_has_ended_on_return() -> None:
    assert at_once(prompt("here")) == "here"


def test_who_waits_goes_on_from_there() -> None:
    async def case() -> None:
        seen: list[str] = []
        rest = awaited(at_once(after(0, seen)))
        assert seen == []
        assert await rest == "done"
        assert seen == ["slept"]

    asyncio.run(case())


@pytest.mark.parametrize("waits", [1, 2])
def test_a_fault_behind_a_wait_is_raised_by_the_rest(waits: int) -> None:
    async def case() -> None:
        rest = awaited(at_once(broken(waits)))
        with pytest.raises(ValueError, match="broken"):
            await rest

    asyncio.run(case())


def test_a_fault_before_any_wait_is_raised_at_once() -> None:
    with pytest.raises(ValueError, match="broken"):
        at_once(broken(0))


def test_a_timeout_reaches_whom_it_is_for() -> None:
    async def case() -> None:
        seen: list[str] = []
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await awaited(at_once(after(60, seen)))
        assert seen == ["cancelled"]

    asyncio.run(case())
