import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kya.adapters.clock import VirtualClock
from kya.core.errors import CorruptionError, TransientError
from kya.core.instant import Instant
from kya.demo.clock_client import ClockClient
from kya.demo.clock_server import ClockServer, MovableClock

NINE = Instant.parse("2026-05-15T09:00:00.000000Z")
TEN = Instant.parse("2026-05-15T10:00:00.000000Z")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NINE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock"


@pytest.fixture
def server(path: Path, clock: MovableClock) -> Iterator[ClockServer]:
    with ClockServer(path, clock) as serving:
        yield serving


@pytest.mark.usefixtures("server")
def test_the_bot_and_the_gateway_read_the_same_instant(
    path: Path, clock: MovableClock
) -> None:
    gateway = VirtualClock(path)
    with ClockClient(path) as bot:
        assert bot.now() == gateway.now() == NINE
        clock.move_to(TEN)
        assert bot.now() == gateway.now() == TEN
    gateway.close()


def test_a_wait_lasts_until_the_conductor_answers(
    path: Path, clock: MovableClock, server: ClockServer
) -> None:
    woken: list[Instant] = []
    with ClockClient(path) as bot:
        waiting = threading.Thread(target=lambda: woken.append(bot.wait(TEN)))
        waiting.start()
        wait = server.next_wait(5)
        assert wait is not None
        assert (wait.until, woken) == (TEN, [])
        clock.move_to(wait.until)
        wait.answer()
        waiting.join(5)
    assert woken == [TEN]


def test_the_gateway_can_ask_while_the_bot_waits(
    path: Path, clock: MovableClock, server: ClockServer
) -> None:
    gateway = VirtualClock(path)
    with ClockClient(path) as bot:
        waiting = threading.Thread(target=bot.wait, args=(TEN,))
        waiting.start()
        wait = server.next_wait(5)
        assert wait is not None
        assert gateway.now() == NINE
        clock.move_to(TEN)
        wait.answer()
        waiting.join(5)
    gateway.close()


def test_the_clock_never_goes_back(clock: MovableClock) -> None:
    clock.move_to(TEN)
    clock.move_to(TEN)
    with pytest.raises(CorruptionError, match="lies before"):
        clock.move_to(NINE)
    assert clock.now() == TEN


def test_nobody_waits_for_long(server: ClockServer) -> None:
    assert server.next_wait(0.01) is None


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    "question", [b"then\n", b"wait\n", b"wait tomorrow\n", b"now", b"x" * 200]
)
def test_another_question_ends_the_connection(path: Path, question: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(question)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(100) == b""


def test_a_clock_that_is_not_there_is_transient(path: Path) -> None:
    with pytest.raises(TransientError, match="clock"):
        ClockClient(path)
