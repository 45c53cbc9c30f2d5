"""The FIX sidecar: an acceptor beside the bot, on loopback, with the agent's key alone.

<dir>/fix/<bot>.sqlite   the session's numbers, and what was sent
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvloop

from kya.adapters.fix_store import SqliteFixStore
from kya.agent.fix_desk import FixDesk
from kya.agent.fix_roads import Manners
from kya.core.tokens import NAME, require
from kya.fix.line import Line
from kya.fix.session import Session
from kya.fix.terms import Role, Terms
from kya.gateway.ports import Clock
from kya.wiring.api_key import key_at
from kya.wiring.listening import LOOPBACK, Listening, listen_on
from kya.wiring.sidecar import agent_at, new_name
from kya.wiring.stopping import stop_signals


@dataclass(frozen=True, slots=True, kw_only=True)
class FixBound:
    """Whose bot it is, where its orders go, and what the two call each other.

    `directory` is the one that `kya agent enrol` made. With a key file, a bot must log
    on with the user name and the password that are in it.
    """

    directory: Path
    region: str
    manners: Manners
    ours: str
    theirs: str
    resets: bool = False
    key_file: Path | None = None

    def terms(self) -> Terms:
        """Return the terms of the session."""
        for field, name in (("CompID", self.ours), ("bot's CompID", self.theirs)):
            require(NAME, field, name)
        return Terms(
            ours=self.ours,
            theirs=self.theirs,
            role=Role.ACCEPTOR,
            resets=self.resets,
            credentials=None if self.key_file is None else key_at(self.key_file),
        )


def run_fix_sidecar(
    bound: FixBound, port: int, clock: Clock, ready: Callable[[str], None]
) -> None:
    """Serve the bot until told to stop; calls `ready` with the address."""
    uvloop.run(_serve(bound, port, clock, ready))


async def _serve(
    bound: FixBound, port: int, clock: Clock, ready: Callable[[str], None]
) -> None:
    """Serve one bot."""
    terms = bound.terms()
    agent = agent_at(bound.directory, bound.region, clock)
    store = SqliteFixStore(bound.directory / "fix" / f"{bound.theirs}.sqlite")
    desk = FixDesk(agent.agent, bound.manners, clock.now, new_name)
    line = Line(Session(terms, store), desk, clock.now)
    try:
        await desk.opened(line)
        listening = listen_on(LOOPBACK, port, "tcp")
        await serve_line(line, listening, desk.failure, ready)
    finally:
        await desk.close()
        agent.journal.close()
        store.close()


async def serve_line(
    line: Line,
    listening: Listening,
    failure: "asyncio.Future[None]",
    ready: Callable[[str], None],
) -> None:
    """Accept one session's connections until told to stop, or until something fails."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(line.protocol, sock=listening.socket)
    with stop_signals() as told:
        ready(listening.url)
        failure.add_done_callback(lambda _: told.set())
        await told.wait()
    server.close()
    line.leave("the server stops")
    line.hang_up()
    if failure.done():
        failure.result()
