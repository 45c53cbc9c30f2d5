"""The HTTP server of one listener, inside a loop and a process that are ours."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Generator
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kya.wiring.listening import BACKLOG, Listening

_SHUTDOWN_SECONDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An application at a listener; without `tls` it speaks plain HTTP."""

    app: ASGIApp
    listening: Listening
    protocol: type[HttpToolsProtocol] = HttpToolsProtocol
    tls: SSLContext | None = None


class Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM without raising them again.

    Else the signal would end the process before the log is closed.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        """Be made where the loop runs."""
        super().__init__(config)
        self.takes_requests = asyncio.get_running_loop().create_future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.takes_requests.set_result(None)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take both signals for the time of serving."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


class SecondServer(Server):
    """Leaves the signals to the first, and ends when it is told to."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take no signal."""
        yield


def server_of(door: Door, kind: type[Server]) -> Server:
    """Return the HTTP server; it says nothing of itself and logs no request."""
    context = door.tls
    return kind(
        uvicorn.Config(
            door.app,
            loop="none",
            http=door.protocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            # Who is at the other end is never taken from X-Forwarded-For.
            proxy_headers=False,
            server_header=False,
            date_header=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            ssl_context_factory=None if context is None else lambda _, __: context,
        )
    )
