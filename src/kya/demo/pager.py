"""The duty desk's pager: it takes alerts by HTTP, and believes only signed ones."""

import hmac
import threading
from base64 import b64decode, b64encode
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_bytes
from typing import Final

import msgspec

from kya.core.errors import TransientError

PATH: Final = "/alerts"
_PREFIX: Final = "whsec_"
_BYTES_MAX: Final = 65_536


class _About(msgspec.Struct, frozen=True):
    """What an alert is about."""

    incident: str


class _Event(msgspec.Struct, frozen=True):
    """A CloudEvent, as far as the pager reads it."""

    data: _About


@dataclass(slots=True)
class Pager:
    """What has arrived, by the incident that it is about."""

    url: str
    secret: str
    arrived: dict[str, int] = field(default_factory=dict[str, int])
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, headers: dict[str, str], body: bytes) -> HTTPStatus:
        """Count an alert whose signature holds (Standard Webhooks 1.0.0)."""
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
        key = b64decode(self.secret.removeprefix(_PREFIX))
        value = b64encode(hmac.digest(key, signed + body, sha256)).decode()
        given = headers["webhook-signature"].split(" ")
        if not any(hmac.compare_digest(each, f"v1,{value}") for each in given):
            return HTTPStatus.UNAUTHORIZED
        incident = msgspec.json.decode(body, type=_Event).data.incident
        with self._changed:
            self.arrived[incident] = self.arrived.get(incident, 0) + 1
            self._changed.notify_all()
        return HTTPStatus.NO_CONTENT

    def wait_for(self, incident: str, seconds: float) -> None:
        """Return once an alert of the incident has arrived; TransientError if none."""
        with self._changed:
            came = self._changed.wait_for(lambda: incident in self.arrived, seconds)
        if not came:
            raise TransientError(f"pager: no alert of incident {incident}")


@contextmanager
def pager() -> Generator[Pager]:
    """Run a pager on a free port of this machine until the block ends."""
    secret = _PREFIX + b64encode(token_bytes(32)).decode()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers["content-length"]), _BYTES_MAX))
            named = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(found.take(named, body))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing; the demonstration tells what arrives."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    found = Pager(f"http://127.0.0.1:{server.server_port}{PATH}", secret)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
