"""The virtual clock, served on a local socket: discrete events, one conductor.

    now               answered with the instant
    wait <instant>    the same, once the conductor has brought the clock there

Each is a line that ends in LF. The conductor alone moves the clock, and never back.
"""

import socketserver
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self

from kya.core.errors import CorruptionError, MalformedError
from kya.core.instant import Instant

_LINE_BYTES_MAX: Final = 64
_POLL_SECONDS: Final = 0.05
_NOW: Final = b"now\n"
_WAIT: Final = "wait "


class MovableClock:
    """An instant that moves forward only; any thread may read it."""

    def __init__(self, start: Instant) -> None:
        """Begin at this instant."""
        self._now = start

    def now(self) -> Instant:
        """Return the instant."""
        return self._now

    def move_to(self, instant: Instant) -> None:
        """Go there; CorruptionError if that is back."""
        if instant < self._now:
            raise CorruptionError(f"clock: {instant} lies before {self._now}")
        self._now = instant


class Wait:
    """Somebody who waits for an instant, until the conductor answers."""

    def __init__(self, until: Instant) -> None:
        """Wait for this instant."""
        self.until = until
        self._answered = threading.Event()

    def answer(self) -> None:
        """Let them go on."""
        self._answered.set()

    def block(self) -> None:
        """Return once answered."""
        self._answered.wait()


class ClockServer:
    """Serves a clock at a path and hands every wait to the conductor."""

    def __init__(self, path: Path, clock: MovableClock) -> None:
        """Listen at the path; `with` serves until the block ends."""
        self._waits: SimpleQueue[Wait] = SimpleQueue()
        self._server = _Server(path, clock, self._waits)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True
        )

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_wait(self, seconds: float) -> Wait | None:
        """Return the next one who waits, or None after so many seconds."""
        try:
            return self._waits.get(timeout=seconds)
        except Empty:
            return None


class _Server(socketserver.ThreadingUnixStreamServer):
    """A thread for each connection: one for the gateway, one for the bot."""

    daemon_threads = True

    def __init__(
        self, path: Path, clock: MovableClock, waits: SimpleQueue[Wait]
    ) -> None:
        self.clock = clock
        self.waits = waits
        super().__init__(str(path), _Line)


class _Line(socketserver.StreamRequestHandler):
    """One connection, question by question."""

    def handle(self) -> None:
        """Answer until the other side is gone or says something else."""
        server = self.server
        if not isinstance(server, _Server):
            raise TypeError(server)
        while line := self._read():
            if line != _NOW and not _waited(line, server.waits):
                return
            try:
                self.wfile.write(f"{server.clock.now()}\n".encode("ascii"))
            except OSError:
                return

    def _read(self) -> bytes:
        """Return the next line, nothing once the connection is gone."""
        try:
            return self.rfile.readline(_LINE_BYTES_MAX)
        except OSError:
            return b""


def _waited(line: bytes, waits: SimpleQueue[Wait]) -> bool:
    """Return True once the instant of a `wait` has come; False for another line."""
    text = line.decode("ascii", "replace")
    if not text.startswith(_WAIT) or not text.endswith("\n"):
        return False
    try:
        wait = Wait(Instant.parse(text[len(_WAIT) : -1]))
    except MalformedError:
        return False
    waits.put(wait)
    wait.block()
    return True
