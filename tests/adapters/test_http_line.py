"""A kept connection, and another side that keeps it for less long."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread

import pytest

from kya.adapters.http_line import HttpLine
from kya.core.errors import TransientError

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


@contextmanager
def answering(connections: int) -> Generator[str]:
    """Answer one request on each of so many connections, and close it unasked."""

    def serve() -> None:
        for _ in range(connections):
            taken, _ = listener.accept()
            with taken:
                taken.recv(65_536)
                taken.sendall(ANSWER)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    with answering(3) as url:
        line = HttpLine(url, 5, 100)
        for _ in range(3):
            assert line.ask("POST", "/add-checkpoint", b"body") == (200, b"hi")
    with pytest.raises(TransientError, match="no reply"):
        line.ask("GET", "/")
    line.close()
