"""The conductor: it owns the clock, performs the timetable and runs the bot.

Discrete events. The bot asks to be woken at the time of its next order. Before it is,
every act of the timetable that is due by then is performed, each at its own instant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from subprocess import Popen
from typing import Final

import msgspec

from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.demo.bot import BotConfig, BotLine
from kya.demo.clock_server import ClockServer, MovableClock, Wait
from kya.demo.stage import Stage, bot_process

_POLL_SECONDS: Final = 0.05
_LINE: Final = msgspec.json.Decoder(BotLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One row of the timetable: when, and what is done."""

    at: Instant
    perform: Callable[[], None]


@dataclass(slots=True, kw_only=True)
class Conductor:
    """The clock, the bot of the moment, and what it has written down so far."""

    clock: MovableClock
    server: ClockServer
    stage: Stage
    _bot: "Popen[bytes] | None" = None
    _waiting: Wait | None = None
    _read: int = 0

    def perform(self, timetable: list[Act], seen: Callable[[BotLine], None]) -> None:
        """Perform every act at its instant, and let the bot work in between.

        `seen` is given each line of the bot's record, in its order.
        """
        for act in timetable:
            self._let_bot_work_until(act.at, seen)
            self.clock.move_to(act.at)
            act.perform()

    def start_bot(self, config: BotConfig) -> None:
        """Start the bot; its first orders come before the next act if they are due."""
        if self._bot is not None:
            raise TransientError("bot: runs already")
        path = self.stage.out / "bot.json"
        path.write_bytes(msgspec.json.encode(config))
        self._bot = bot_process(path)

    def stop_bot(self) -> None:
        """End the bot that still runs, if one does."""
        if self._bot is not None:
            self._bot.terminate()
            self._bot.wait()
            self._bot = None

    def _let_bot_work_until(
        self, end: Instant, seen: Callable[[BotLine], None]
    ) -> None:
        """Bring the clock to whatever the bot waits for, as long as that is before."""
        while True:
            wait = self._next_wait()
            for line in self._new_lines():
                seen(line)
            if wait is None or wait.until >= end:
                return
            self.clock.move_to(max(wait.until, self.clock.now()))
            self._waiting = None
            wait.answer()

    def _next_wait(self) -> Wait | None:
        """Return what the bot waits for, None once it has ended."""
        while self._waiting is None and self._bot is not None:
            self._waiting = self.server.next_wait(_POLL_SECONDS)
            if self._waiting is None and self._bot.poll() is not None:
                self._end_bot(self._bot)
        return self._waiting

    def _end_bot(self, bot: "Popen[bytes]") -> None:
        """Note that the bot has ended; TransientError if it failed."""
        self._bot = None
        if bot.returncode != 0:
            raise TransientError(f"bot: ended with exit code {bot.returncode}")

    def _new_lines(self) -> list[BotLine]:
        """Return what the bot has written down since the last time."""
        if not self.stage.record.exists():
            return []
        with self.stage.record.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        self._read += len(content)
        return [_LINE.decode(raw) for raw in content.splitlines()]
