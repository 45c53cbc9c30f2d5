"""The metadata service of an instance, as far as an agent asks it (IMDSv2)."""

import threading
from base64 import encodebytes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from tests.pki.instances import Cloud

TOKEN = "AQAEAOeYz"
DOCUMENT = "/latest/dynamic/instance-identity/document"
SIGNATURE = "/latest/dynamic/instance-identity/signature"


@dataclass(kw_only=True)
class Metadata:
    """What the service answers; `bodies` stand in for its own by path."""

    cloud: Cloud = field(default_factory=Cloud)
    bodies: dict[str, bytes | int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, token: str | None) -> tuple[int, bytes]:
        """The status and body of one request."""
        self.asked.append(f"{method} {path}")
        scripted = self.bodies.get(path)
        if isinstance(scripted, int):
            return scripted, b""
        if scripted is not None:
            return 200, scripted
        if (method, path) == ("PUT", "/latest/api/token"):
            return 200, TOKEN.encode()
        if token != TOKEN:
            return 401, b""
        document = self.cloud.document()
        if path == DOCUMENT:
            return 200, document
        if path == SIGNATURE:
            return 200, encodebytes(self.cloud.signature(document))
        return 404, b""


class Answering(BaseHTTPRequestHandler):
    """HTTP around the service of the server."""

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        metadata = cast("Serving", self.server).metadata
        token = self.headers.get("x-aws-ec2-metadata-token")
        status, body = metadata.answer(self.command, self.path, token)
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
        """Say nothing."""


class Serving(ThreadingHTTPServer):
    """The server that knows its service."""

    daemon_threads = True

    def __init__(self, metadata: Metadata) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.metadata = metadata


@contextmanager
def serving(metadata: Metadata) -> Iterator[int]:
    """Serve the metadata; yield the port."""
    server = Serving(metadata)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
