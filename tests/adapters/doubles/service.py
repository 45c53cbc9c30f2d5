"""A key service on loopback: one function of ours answers real client libraries."""

import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import TracebackType
from typing import Self

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed


class Mood(Enum):
    """How the service behaves, until it is told otherwise."""

    WELL = auto()
    DISABLED = auto()
    PENDING_DELETION = auto()
    DENIED = auto()
    MISSING = auto()
    THROTTLED = auto()
    FAILING = auto()
    SLOW = auto()
    NONSENSE = auto()
    WRONG_KEY = auto()


@dataclass(frozen=True, slots=True)
class Request:
    """What came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def members(self) -> dict[str, object]:
        """The JSON object in the body."""
        return msgspec.json.decode(self.body, type=dict[str, object])

    def text(self, name: str) -> str:
        """One member that is a string."""
        return msgspec.convert(self.members()[name], str)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"Content-Type": "application/json"}
    )

    @classmethod
    def of(cls, members: object, status: int = 200) -> Self:
        """The members as JSON."""
        return cls(status, msgspec.json.encode(members))


class ServiceDouble:
    """Keys by name, a mood, and every request that came; subclasses answer."""

    slow_seconds = 60.0

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.mood = Mood.WELL
        self.requests: list[Request] = []
        self.keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self.disabled: set[str] = set()
        self.deaf = False  # Accepts that a key be disabled, and does nothing.
        self.stranger = ec.generate_private_key(ec.SECP256R1())
        self._names = count(1)
        self._awake = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.double = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"{scheme}://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse connections from now on, and end those that are open."""
        if not self._awake.is_set():
            self._awake.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    @property
    def stopped(self) -> bool:
        return self._awake.is_set()

    def new_key(self) -> str:
        """The name of a fresh key."""
        name = f"key-{next(self._names)}"
        self.keys[name] = ec.generate_private_key(ec.SECP256R1())
        return name

    def disable(self, name: str) -> None:
        """Put the key out of use, unless we are deaf."""
        if not self.deaf:
            self.disabled.add(name)

    def signature(self, name: str, digest: bytes) -> bytes:
        """A DER signature over the digest, by this key or, if told so, by another."""
        key = self.stranger if self.mood is Mood.WRONG_KEY else self.keys[name]
        return key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))

    def reply_to(self, request: Request) -> Reply:
        """Answer, or behave as the mood wants where that is the same for all."""
        self.requests.append(request)
        if self.mood is Mood.SLOW:
            self._awake.wait(self.slow_seconds)
        if self.mood is Mood.NONSENSE:
            return Reply(200, b"<html>Welcome!</html>", {"Content-Type": "text/html"})
        return self.answer(request)

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    double: ServiceDouble

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no fault of ours."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body in one segment: on loopback, two would wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True

    def _reply(self) -> None:
        assert isinstance(self.server, _Server)
        double = self.server.double
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            self.path.partition("?")[0],
            dict(self.headers.items()),
            self.rfile.read(length),
        )
        reply = None if double.stopped else double.reply_to(request)
        if reply is None or double.stopped:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = _reply  # noqa: N815  the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the tests look at `requests`."""
