"""How long a connection lives, with and without a request under way."""

import asyncio
import time

import pytest
from starlette.types import Receive, Scope, Send

from kya.api.body import read_body
from kya.api.peer_protocol import PeerProtocol
from kya.wiring.listening import listen_on
from kya.wiring.server import Door, SecondServer, server_of

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"


class Brief(PeerProtocol):
    seconds_max = 0.3
    grace_seconds = 0.6


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["extensions"] == {}
    body = await read_body(scope, receive)
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def lived(*pieces: bytes, pause: float) -> tuple[float, bytes]:
    """Send the pieces with pauses; return when the connection ended, and the answer."""
    listening = listen_on("127.0.0.1", 0, "http")
    door = Door(app=echo, listening=listening, protocol=Brief)
    server = server_of(door, SecondServer)
    serving = asyncio.create_task(server.serve(sockets=[listening.socket]))
    await server.takes_requests
    host, port = listening.socket.getsockname()
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection(host, port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(pause)
    try:
        answer = await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        answer = b""
    spent = time.monotonic() - begun
    writer.close()
    server.should_exit = True
    await serving
    listening.close()
    return spent, answer


def test_a_silent_connection_ends_at_its_age() -> None:
    spent, answer = asyncio.run(lived(pause=0))
    assert 0.25 < spent < 4
    assert answer == b""


def test_a_request_under_way_is_answered_first() -> None:
    spent, answer = asyncio.run(lived(HEAD, b"hello", pause=0.4))
    assert spent < 4
    assert answer.endswith(b"hello")


def test_a_request_that_never_ends_is_cut_off() -> None:
    spent, answer = asyncio.run(lived(HEAD, b"hel", pause=0.1))
    assert 0.8 < spent < 4
    assert answer == b""


@pytest.mark.parametrize("count", [1, 2])
def test_requests_before_that_are_answered_on_one_connection(count: int) -> None:
    _, answer = asyncio.run(lived(*([HEAD + b"hello"] * count), pause=0.01))
    assert answer.count(b"hello") == count
