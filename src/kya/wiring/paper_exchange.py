"""The paper exchange as a process: its book and its key in a directory, on loopback.

<dir>/book.jsonl   every order as it stands, one line for each change
<dir>/api-key      the key and the secret of the one account, a line each
<dir>/fix.sqlite   the numbers of the one FIX session, if there is that door
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send

from kya.adapters.exchange_binance import BinanceDoor
from kya.adapters.exchange_faults import ExchangeFault, Faults
from kya.adapters.paper_exchange import PaperExchange
from kya.api.binance import BinanceEdge
from kya.api.kraken import ApiKeys, KrakenEdge
from kya.config import PaperSection
from kya.core.errors import InputError
from kya.gateway.ports import Clock
from kya.wiring.api_key import key_at, make_key
from kya.wiring.listening import LOOPBACK, listen_on
from kya.wiring.server import Door, Server, server_of
from kya.wiring.venues import paper_prices

KEY_FILE: Final = "api-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Where an exchange keeps its book, what it quotes, and what goes wrong."""

    directory: Path
    port: int
    paper: PaperSection
    faults: Faults
    fix: "FixDoor | None" = None


class TwoDialects:
    """One exchange under both dialects of REST, told apart by their paths."""

    def __init__(
        self, exchange: PaperExchange, secrets: Mapping[str, str], clock: Clock
    ) -> None:
        """Answer for this exchange, under API keys with these secrets."""
        self._kraken = KrakenEdge(exchange, ApiKeys(secrets))
        door = BinanceDoor(exchange, clock)
        self._binance = BinanceEdge(door, secrets, clock.now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_binances = scope.get("path", "").startswith("/api/")
        edge = self._binance if is_binances else self._kraken
        await edge(scope, receive, send)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixDoor:
    """The port of the exchange's FIX session, and what the two call each other."""

    port: int
    ours: str
    theirs: str


def faults_of(plan: list[str], seed: int, one_in: int) -> Faults:
    """Return the faults that a command line plans, each as `NUMBER=FAULT`."""
    by_number: dict[int, ExchangeFault] = {}
    known = ", ".join(fault.value for fault in ExchangeFault)
    for each in plan:
        number, _, name = each.partition("=")
        try:
            by_number[int(number)] = ExchangeFault(name)
        except ValueError as error:
            msg = f"fault {each!r}: want an order's number, = and one of {known}"
            raise InputError(msg) from error
    return Faults(by_number, seed=seed, one_in=one_in)


def run_exchange(
    opening: Opening, clock: Clock, ready: Callable[[str, str], None]
) -> None:
    """Serve until told to stop; calls `ready` with its addresses when it takes orders.

    The second one is that of the FIX door, empty if there is none.
    """
    uvloop.run(_serve(opening, clock, ready))


async def _serve(
    opening: Opening, clock: Clock, ready: Callable[[str, str], None]
) -> None:
    """Serve the exchange of a directory."""
    opening.directory.mkdir(parents=True, exist_ok=True)
    path = opening.directory / KEY_FILE
    if not path.exists():
        make_key(path)
    secrets = dict([key_at(path)])
    exchange = PaperExchange(
        paper_prices(opening.paper),
        clock,
        opening.directory / "book.jsonl",
        opening.faults,
    )
    try:
        async with _fix_door(opening, exchange, clock) as at:
            edge = TwoDialects(exchange, secrets, clock)
            await serve_on_loopback(edge, opening.port, lambda url: ready(url, at))
    finally:
        exchange.close()


@asynccontextmanager
async def _fix_door(
    opening: Opening, exchange: PaperExchange, clock: Clock
) -> AsyncGenerator[str]:
    """Serve the FIX session while the block lasts; yield its address, if it has one."""
    door = opening.fix
    if door is None:
        yield ""
        return
    # The codec is an extra.
    from kya.wiring.fix_exchange import serving_fix  # noqa: PLC0415

    path = opening.directory / "fix.sqlite"
    names = (door.ours, door.theirs)
    async with serving_fix(exchange, clock, path, names, door.port) as at:
        yield at


async def serve_on_loopback(
    edge: ASGIApp, port: int, ready: Callable[[str], None]
) -> None:
    """Serve an edge on this machine until told to stop."""
    listening = listen_on(LOOPBACK, port, "http")
    server = server_of(Door(app=edge, listening=listening), Server)
    serving = asyncio.create_task(server.serve(sockets=[listening.socket]))
    await asyncio.wait(
        (serving, server.takes_requests), return_when=asyncio.FIRST_COMPLETED
    )
    ready(listening.url)
    await serving
