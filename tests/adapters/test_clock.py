"""Clocks: the machine's, and one that somebody else moves."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kya.adapters.clock import SystemClock, VirtualClock
from kya.core.errors import TransientError
from kya.core.instant import Instant
from tests.world import MORNING


class Server:
    """Answers each question with the next line, and hangs up at the end of them."""

    def __init__(self, path: Path, *lines: bytes) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._lines = list(lines)
        self.connections = 0
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while self._lines:
            connection, _ = self._listener.accept()
            self.connections += 1
            with connection, suppress(BrokenPipeError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        while self._lines:
            question = connection.recv(16)
            if question != b"now\n":
                return
            line = self._lines.pop(0)
            if not line:
                return
            for start in range(0, len(line), 10):
                connection.sendall(line[start : start + 10])

    def close(self) -> None:
        self.thread.join(timeout=5)
        self._listener.close()


@contextmanager
def served(path: Path, *lines: bytes) -> Iterator[Server]:
    server = Server(path, *lines)
    server.thread.start()
    try:
        yield server
    finally:
        server.close()


def test_the_machine_s_clock_tells_utc() -> None:
    before = Instant.from_datetime(datetime.now(UTC))
    now = SystemClock().now()
    after = Instant.from_datetime(datetime.now(UTC))
    assert before.plus(seconds=-1) <= now <= after.plus(seconds=1)


def test_a_virtual_clock_tells_what_it_is_served_over_one_connection(
    tmp_path: Path,
) -> None:
    path = tmp_path / "clock"
    later = MORNING.plus(micros=1)
    with served(path, f"{MORNING}\n".encode(), f"{later}\n".encode()) as server:
        clock = VirtualClock(path)
        assert [clock.now(), clock.now()] == [MORNING, later]
        clock.close()
    assert server.connections == 1


def test_a_lost_connection_is_transient_and_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    with served(path, b"", f"{MORNING}\n".encode()) as server:
        clock = VirtualClock(path)
        with pytest.raises(TransientError, match="virtual clock"):
            clock.now()
        assert clock.now() == MORNING
        clock.close()
    assert server.connections == 2


def test_a_clock_that_nobody_serves_is_transient(tmp_path: Path) -> None:
    with pytest.raises(TransientError):
        VirtualClock(tmp_path / "nobody").now()


@pytest.mark.parametrize("line", [b"noise\n", b"\xff\n", b"x" * 64, b"1\n"])
def test_noise_is_transient(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "clock"
    with served(path, line):
        clock = VirtualClock(path)
        with pytest.raises(TransientError):
            clock.now()
        clock.close()
