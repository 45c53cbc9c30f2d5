"""The bot's side of the virtual clock: what time is it, and wake me at."""

import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from kya.core.errors import TransientError
from kya.core.instant import Instant


class ClockClient:
    """A connection to the clock; a wait lasts until the conductor gets there."""

    def __init__(self, path: Path) -> None:
        """Connect to the socket; TransientError if nobody serves it."""
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise TransientError(f"clock {path}: {error}") from error
        self._answers = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._answers.close()
        self._socket.close()

    def now(self) -> Instant:
        """Return the instant."""
        return self._ask("now")

    def wait(self, until: Instant) -> Instant:
        """Return the instant once the clock is there."""
        return self._ask(f"wait {until}")

    def _ask(self, question: str) -> Instant:
        """Return the answer; TransientError once the clock is gone."""
        try:
            self._socket.sendall(f"{question}\n".encode("ascii"))
            answer = self._answers.readline()
        except OSError as error:
            raise TransientError(f"clock {self._path}: {error}") from error
        if not answer:
            raise TransientError(f"clock {self._path}: closed the connection")
        return Instant.parse(answer.decode("ascii").removesuffix("\n"))
