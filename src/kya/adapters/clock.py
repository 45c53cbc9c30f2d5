"""Clocks: the machine's own, and a virtual one that a local socket serves."""

import socket
import time
from pathlib import Path
from typing import Final

from kya.core.errors import MalformedError, TransientError
from kya.core.instant import Instant

_NANOS_PER_MICRO: Final = 1_000
_QUESTION: Final = b"now\n"
_ANSWER_BYTES: Final = len("2026-05-15T09:15:00.000000Z\n")
_SOCKET_SECONDS: Final = 5.0


class SystemClock:
    """The machine's clock in UTC."""

    __slots__ = ()

    def now(self) -> Instant:
        """Return the present instant."""
        return Instant(time.time_ns() // _NANOS_PER_MICRO)


class VirtualClock:
    """A clock that somebody else moves, asked over a Unix socket on this machine.

    Each question is the line `now`, each answer one instant and LF. Asking blocks: it
    takes about 50 us, and a clock that does not answer stops the road as it should.
    """

    __slots__ = ("_path", "_socket")

    def __init__(self, path: Path) -> None:
        """Ask at this socket; the first question connects."""
        self._path = path
        self._socket: socket.socket | None = None

    def now(self) -> Instant:
        """Return the served instant; TransientError if nobody serves one."""
        try:
            return Instant.parse(self._ask().decode("ascii").removesuffix("\n"))
        except (OSError, UnicodeDecodeError, MalformedError) as error:
            self.close()
            raise TransientError(f"virtual clock at {self._path}: {error}") from error

    def close(self) -> None:
        """Drop the connection; the next question makes a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self) -> bytes:
        """Return one answer line, LF included."""
        if self._socket is None:
            self._socket = self._connected()
        self._socket.sendall(_QUESTION)
        answer = b""
        while not answer.endswith(b"\n") and len(answer) < _ANSWER_BYTES:
            received = self._socket.recv(_ANSWER_BYTES - len(answer))
            if not received:
                raise ConnectionError("the connection is lost")
            answer += received
        return answer

    def _connected(self) -> socket.socket:
        """Return a new connection."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_SOCKET_SECONDS)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            raise
        return connection
