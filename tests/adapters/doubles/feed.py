"""A server on loopback that behaves as a test says, in a thread of its own.

It plays a price feed, or whoever takes alerts.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Final

from kya.core.instant import Instant

END: Final = b""
SECONDS_MAX: Final = 30.0
Reply = Callable[["Asked"], None]


def line(market: str, at: Instant | str, **changes: str) -> bytes:
    """One line of a feed, a sound one unless changed."""
    fields = {
        "market": market,
        "bid": "1.38",
        "ask": "1.3801",
        "at": str(at),
        "source": "feed under test",
    }
    return json.dumps(fields | changes).encode() + b"\n"


class Asked(BaseHTTPRequestHandler):
    """One request, and what a reply may do with it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        if not isinstance(server, _Server):
            raise TypeError
        server.feed.requests.append(dict(self.headers))
        self.close_connection = True
        server.feed.reply(self)

    def do_POST(self) -> None:
        server = self.server
        if not isinstance(server, _Server):
            raise TypeError
        body = self.rfile.read(int(self.headers["content-length"]))
        server.feed.bodies.append(body)
        self.do_GET()

    def begin(self, status: int = 200, **headers: str) -> None:
        """Send the head of a reply that ends with the connection."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("connection", "close")
        self.end_headers()

    def say(self, raw: bytes) -> None:
        """Send some of the body at once."""
        self.wfile.write(raw)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name
        """Keep the test's output to itself."""


def poll(*lines: bytes) -> Reply:
    """A reply that says these lines and ends."""

    def reply(asked: Asked) -> None:
        asked.begin()
        asked.say(b"".join(lines))

    return reply


def status(code: int, **headers: str) -> Reply:
    """A reply that is none."""
    return lambda asked: asked.begin(code, **headers)


def stream(said: "Queue[bytes]") -> Reply:
    """A reply that says what is put into the queue, until that is nothing."""

    def reply(asked: Asked) -> None:
        asked.begin()
        while raw := said.get(timeout=SECONDS_MAX):
            asked.say(raw)

    return reply


@dataclass
class FeedServer:
    """The server: `reply` may be changed at any time, `requests` holds the headers."""

    reply: Reply
    url: str = ""
    requests: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.split(":")[2].split("/")[0])


class _Server(ThreadingHTTPServer):
    """The listener, which knows what to say."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, feed: FeedServer, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Asked)
        self.feed = feed

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a client go away in the middle: that is what some tests are about."""


@contextmanager
def serving(
    reply: Reply, tls: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[FeedServer]:
    """Serve until the block ends; then the port refuses connections."""
    feed = FeedServer(reply)
    server = _Server(feed, port)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    feed.url = f"{scheme}://127.0.0.1:{server.server_port}/prices"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
