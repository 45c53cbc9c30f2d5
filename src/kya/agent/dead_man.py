"""A dead man's switch: set again in time, or everything that works is cancelled."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from kya.core.errors import KyaError
from kya.core.instant import MICROS_PER_SECOND, Instant

SECONDS_MAX: Final = 86_400
"""The longest that a switch may be set for: one day."""

_PAUSE_SECONDS_MAX: Final = 8.0


class KeptTime(Protocol):
    """Where the time of a switch outlives its process."""

    def load(self) -> Instant | None:
        """Return what was kept last, None where nothing is."""
        ...

    def keep(self, due: Instant | None) -> None:
        """Keep the time, or that there is none, before this returns."""
        ...


class NotKept:
    """Keeps nothing: for a switch that every start sets anew."""

    def load(self) -> Instant | None:
        """Return None."""
        return None

    def keep(self, due: Instant | None) -> None:
        """Keep nothing."""
        del due


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMan:
    """What a bot's end is noticed by: its own timer, and its silence.

    `silence_seconds` is how long it may ask for nothing; 0 for as long as it likes.
    """

    now: Callable[[], Instant]
    kept: KeptTime = field(default_factory=NotKept)
    silence_seconds: int = 0


class DeadManSwitch:
    """Cancels at its time; what cannot be cancelled then is tried until it can.

    A time that passed while no process ran is due at once. Setting it again does not
    call off a cancelling that has begun.
    """

    def __init__(
        self,
        cancel: Callable[[], Awaitable[object]],
        kept: KeptTime,
        now: Callable[[], Instant],
    ) -> None:
        """Watch the time that was kept; make it where the loop runs."""
        self._cancel = cancel
        self._kept = kept
        self._now = now
        self._due = kept.load()
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._watch())

    def set(self, seconds: int) -> Instant | None:
        """Be due `seconds` from now, at most SECONDS_MAX; 0 is never. Return when."""
        self._due = self._now().plus(seconds=seconds) if seconds else None
        self._kept.keep(self._due)
        self._changed.set()
        return self._due

    async def close(self) -> None:
        """Stop watching; what was kept is due in the next process."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _watch(self) -> None:
        """Cancel whenever it is due."""
        while True:
            self._changed.clear()
            due = self._due
            if await self._is_set_again(due) or due is None:
                continue
            await self._cancel_until_done()
            if self._due == due:
                self.set(0)

    async def _is_set_again(self, due: Instant | None) -> bool:
        """Wait until it is due; tell whether it was set again before."""
        seconds = None
        if due is not None:
            seconds = max(0, due.micros - self._now().micros) / MICROS_PER_SECOND
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _cancel_until_done(self) -> None:
        """Cancel; while the gateway cannot be reached, again after longer pauses."""
        pause = 0.25
        while True:
            try:
                await self._cancel()
            except KyaError:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _PAUSE_SECONDS_MAX)
            else:
                return
