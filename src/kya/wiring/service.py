"""A running gateway: the log, the road, and the HTTP edge, in one process."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import uvicorn
import uvloop
from starlette.types import ASGIApp

from kya.adapters.durable_files import replace_file
from kya.adapters.store_files import directory_stores
from kya.api.app import create_app
from kya.config import Config
from kya.core.errors import TransientError
from kya.gateway.checked_on_write import checked_on_write
from kya.gateway.pipeline import Gateway
from kya.sequencer.sequencer import Sequencer
from kya.wiring.clock import NamedClock
from kya.wiring.installation import GATEWAY, LOG, Opened, open_installation
from kya.wiring.opening import open_if_new
from kya.wiring.remote import ADDRESS_FILE
from kya.wiring.venues import venues_of

_MILLIS: Final = 1_000
_BACKLOG: Final = 256
_SHUTDOWN_SECONDS: Final = 5
_FIRST: Final = asyncio.FIRST_COMPLETED


def run(
    data: Path, clock: NamedClock, port: int | None, ready: Callable[[str], None]
) -> None:
    """Serve the data directory until told to stop.

    Calls `ready` with the URL once orders are taken. TransientError when storage or the
    log's key failed: the process must end, and the next start replays.
    """
    opened = open_installation(data)
    wanted = opened.config.gateway.port if port is None else port
    uvloop.run(_serve(opened, clock, wanted, ready))


async def _serve(
    opened: Opened, clock: NamedClock, port: int, ready: Callable[[str], None]
) -> None:
    """Run the gateway; whoever holds the log is named before the port is tried."""
    signer, stores = checked_on_write(
        opened.note_signer(GATEWAY), directory_stores(opened.data)
    )
    sequencer = await Sequencer.open(stores, opened.note_signer(LOG))
    try:
        await open_if_new(sequencer, opened, clock.source, clock.clock.now())
        await sequencer.publish()
        venues = venues_of(opened.config, opened.data, clock.clock)
        gateway = Gateway(
            sequencer=sequencer,
            signer=signer,
            clock=clock.clock,
            venues=venues,
            root=opened.certificate("root"),
        )
        gateway.start()
        try:
            app = create_app(gateway=gateway, sequencer=sequencer)
            with contextlib.closing(_listening(opened.config, port)) as listener:
                await _until_stopped(opened, sequencer, _server(app), listener, ready)
        finally:
            await gateway.close()
            for venue in venues.values():
                venue.close()
        # Whoever reads the log of a gateway that was stopped finds all it answered.
        await sequencer.publish()
    finally:
        await sequencer.close()


async def _until_stopped(
    opened: Opened,
    sequencer: Sequencer,
    server: "_Server",
    listener: socket.socket,
    ready: Callable[[str], None],
) -> None:
    """Serve and publish until a signal arrives or the log fails."""
    address = opened.data / ADDRESS_FILE
    host, port = listener.getsockname()[:2]
    url = f"http://{host}:{port}"
    facts = {"origin": sequencer.origin, "pid": os.getpid(), "url": url}
    replace_file(address, (json.dumps(facts) + "\n").encode())
    publishing = asyncio.create_task(_publish_ever(opened.config, sequencer))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.wait((serving, server.takes_orders), return_when=_FIRST)
        ready(url)
        await asyncio.wait((serving, publishing, sequencer.failure), return_when=_FIRST)
        publishing.cancel()
        server.should_exit = True
        await serving
    finally:
        address.unlink(missing_ok=True)
    if sequencer.failure.done():
        msg = f"the log has stopped: {sequencer.failure.result()}"
        raise TransientError(msg)


async def _publish_ever(config: Config, sequencer: Sequencer) -> None:
    """Publish whatever became durable, at the interval of the configuration."""
    while True:
        await asyncio.sleep(config.log.publish_every_ms / _MILLIS)
        await sequencer.publish()


class _Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM without raising them again.

    Else the signal would end the process before the log is closed.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        """Be made where the loop runs."""
        super().__init__(config)
        self.takes_orders = asyncio.get_running_loop().create_future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.takes_orders.set_result(None)

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


def _server(app: ASGIApp) -> _Server:
    """Return the HTTP server; it says nothing of itself and logs no request."""
    return _Server(
        uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )


def _listening(config: Config, wanted: int) -> socket.socket:
    """Return a socket that listens; TransientError when the port is taken."""
    host = config.gateway.host
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, wanted))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        msg = f"{host}:{wanted}: cannot listen ({error.strerror})"
        raise TransientError(msg) from error
    return listener
