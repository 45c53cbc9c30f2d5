"""Connections of the standard library: plain, TLS, or to a Unix socket.

Whoever only verifies, or runs the desk, installs no HTTP client.
"""

import socket
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import SSLContext
from urllib.parse import urlsplit

from kya.agent.exchange import Reply
from kya.core.errors import InputError, TransientError


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request; `path` begins with a slash."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])


def ask(
    url: str, question: Question, context: SSLContext | None, seconds: float
) -> Reply:
    """Return the reply, over a connection of its own; TransientError without one."""
    with closing(_dial(url, context, seconds)) as connection:
        try:
            connection.request(
                question.method, question.path, question.body, question.headers
            )
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as error:
            text = f"gateway {url}: {type(error).__name__}: {error}"
            raise TransientError(text) from error
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, headers=headers, body=body)


class _UnixConnection(HTTPConnection):
    """HTTP to a socket of this machine."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Connect to the path."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _dial(url: str, context: SSLContext | None, seconds: float) -> HTTPConnection:
    """Return a connection that opens with its first request."""
    address = urlsplit(url)
    host, port = address.hostname or "", address.port
    match address.scheme:
        case "http":
            return HTTPConnection(host, port, timeout=seconds)
        case "https" if context is not None:
            return HTTPSConnection(host, port, timeout=seconds, context=context)
        case "unix":
            return _UnixConnection(address.path, seconds)
        case _:
            raise InputError(f"gateway {url}: want http, unix, or https and a channel")
