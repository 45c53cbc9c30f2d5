"""The FIX door of the paper exchange, at a socket."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from kya.adapters.fix_exchange import FixExchange
from kya.adapters.fix_store import SqliteFixStore
from kya.adapters.paper_exchange import PaperExchange
from kya.fix.line import Line
from kya.fix.session import Session
from kya.fix.terms import Role, Terms
from kya.gateway.ports import Clock
from kya.wiring.listening import LOOPBACK, listen_on


@asynccontextmanager
async def serving_fix(
    exchange: PaperExchange,
    clock: Clock,
    path: Path,
    names: tuple[str, str],
    port: int,
) -> AsyncGenerator[str]:
    """Serve one session while the block lasts; yield its address."""
    ours, theirs = names
    terms = Terms(ours=ours, theirs=theirs, role=Role.ACCEPTOR, resets=True)
    store = SqliteFixStore(path)
    door = FixExchange(exchange, clock)
    door.line = Line(Session(terms, store), door, clock.now)
    listening = listen_on(LOOPBACK, port, "tcp")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(door.line.protocol, sock=listening.socket)
    looking = asyncio.create_task(door.look_ever())
    try:
        yield listening.url
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        server.close()
        door.line.leave("the exchange stops")
        door.line.hang_up()
        store.close()
