"""A console as a process of its own: it has the gateway's URL, a policy, and no key."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

import uvloop

from kya.adapters.log_http import HttpLog
from kya.adapters.randomness import random_bytes
from kya.authority.quorum import Quorum
from kya.console.app import create_console_app
from kya.console.asking import NO_QUORUM, Console
from kya.console.follow import Follower
from kya.console.packages import Packages
from kya.console.reception import Reception
from kya.console.render import environment
from kya.console.reviews import Reviews
from kya.console.sessions import Sessions
from kya.console.waiting import Queue
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.limits import ENTRY_BYTES_MAX
from kya.tlog.policy import Policy
from kya.tlog.tile import TILE_WIDTH
from kya.wiring.clock import NamedClock
from kya.wiring.listening import LOOPBACK, listen_on
from kya.wiring.package_desk import PackageDesk
from kya.wiring.programs import WithPrograms, programs_over
from kya.wiring.remote import Remote
from kya.wiring.server import Door, Server, server_of
from kya.wiring.token_file import TokenFile

_SECONDS: Final = 10.0
_LET_GO_SECONDS: Final = 0.1
_BUNDLE_BYTES_MAX: Final = TILE_WIDTH * (ENTRY_BYTES_MAX + 2)
"""A bundle of the largest entries, each with its length before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Whose log is shown, and where people reach the pages.

    `origin` is what their browsers call the console; empty where nothing stands before
    it. `tokens` is the file of those that open the API for programs; without it there
    is none. `oidc` is the agreement with an identity provider, if people pass one.
    `quorum` is the firm's rule of who signs mandates. `data` is the
    directory of the log, where it is on this host, to build evidence from.
    """

    gateway: str
    policy: Policy
    host: str = LOOPBACK
    port: int = 0
    origin: str = ""
    tokens: Path | None = None
    oidc: Path | None = None
    quorum: Quorum = NO_QUORUM
    data: Path | None = None


class GatewaySource:
    """The gateway over HTTP: its published log, and its road for statements."""

    def __init__(self, url: str) -> None:
        """Know where it is; threads take turns."""
        self._log = HttpLog(f"{url}/log", _SECONDS, _BUNDLE_BYTES_MAX)
        self._remote = Remote(url)
        self._turn = Lock()

    def file(self, path: str) -> bytes:
        """Return a published file of the log."""
        with self._turn:
            return self._log(path)

    def append(self, note: bytes) -> int:
        """Put a note on record; return its index once it is durable."""
        return self._remote.append(note)

    def close(self) -> None:
        """End the connection."""
        self._log.close()


def run_console(
    settings: ConsoleSettings, clock: NamedClock, ready: Callable[[str], None]
) -> None:
    """Serve until told to stop; calls `ready` with the URL."""
    if len(settings.policy.logs) != 1:
        count = len(settings.policy.logs)
        raise InputError(f"policy: want the one log that is shown, got {count}")
    uvloop.run(_serve(settings, clock, ready))


async def _serve(
    settings: ConsoleSettings, clock: NamedClock, ready: Callable[[str], None]
) -> None:
    """Serve the pages, and follow the log beside them."""
    with ExitStack() as stack:
        source = stack.enter_context(closing(GatewaySource(settings.gateway)))
        listening = listen_on(settings.host, settings.port, "http")
        stack.enter_context(closing(listening))
        origin, now = settings.origin or listening.url, clock.clock.now
        follower = Follower(source, settings.policy, now)
        console = Console(
            follower=follower,
            sessions=Sessions(origin, now, random_bytes),
            queue=Queue(source, now, random_bytes),
            reviews=Reviews(follower),
            now=now,
            templates=environment(),
            reception=_reception(settings.oidc, origin, now),
            quorum=settings.quorum,
            packages=_packages(settings, follower, stack),
        )
        app = create_console_app(console)
        if settings.tokens is not None:
            file = TokenFile(settings.tokens)
            app = WithPrograms(app, programs_over(follower, file, now))
        door = Door(app=app, listening=listening)
        server = server_of(door, Server)
        following = asyncio.create_task(follower.follow_ever())
        letting_go = asyncio.create_task(_let_go(server, follower))
        serving = asyncio.create_task(server.serve(sockets=[listening.socket]))
        await server.takes_requests
        ready(origin)
        try:
            await asyncio.wait(
                (serving, following), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            server.should_exit = True
            following.cancel()
            await asyncio.gather(serving, letting_go)
            await asyncio.gather(following, return_exceptions=True)


def _reception(
    agreed: Path | None, origin: str, now: Callable[[], Instant]
) -> Reception | None:
    """Return what people pass before they sign in; None if that is nothing."""
    if agreed is None:
        return None
    # Only who has agreed on something needs its library.
    from kya.wiring.identity_provider import provider_at  # noqa: PLC0415

    return Reception(provider_at(agreed, origin, now), now, random_bytes)


def _packages(
    settings: ConsoleSettings, follower: Follower, stack: ExitStack
) -> Packages | None:
    """Return what builds evidence, in a folder that is gone with the console."""
    if settings.data is None:
        return None
    folder = stack.enter_context(
        TemporaryDirectory(prefix="kya-evidence-", ignore_cleanup_errors=True)
    )
    desk = PackageDesk(settings.data, Path(folder))
    return Packages(desk, follower, random_bytes)


async def _let_go(server: Server, follower: Follower) -> None:
    """End the streams once the server is told to stop: they would keep it waiting."""
    while not server.should_exit:  # noqa: ASYNC110  a flag is all that it has
        await asyncio.sleep(_LET_GO_SECONDS)
    follower.end()
