"""A witness as a process of its own, over plain HTTP; TLS is a proxy's."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from socket import socket

import uvloop

from kya.api.witness import create_witness_app
from kya.wiring.clock import NamedClock
from kya.wiring.listening import LOOPBACK, listen_on
from kya.wiring.server import Door, SecondServer, Server, server_of
from kya.wiring.witness_desk import WitnessSettings, open_witness


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessPlace:
    """A witness, and where it listens; port 0 is any free one."""

    settings: WitnessSettings
    host: str = LOOPBACK
    port: int = 0


def run_witnesses(
    places: Sequence[WitnessPlace],
    clock: NamedClock,
    ready: Callable[[Sequence[str]], None],
) -> None:
    """Serve each at its own port until told to stop; calls `ready` with the URLs."""
    uvloop.run(_serve(places, clock, ready))


async def _serve(
    places: Sequence[WitnessPlace],
    clock: NamedClock,
    ready: Callable[[Sequence[str]], None],
) -> None:
    """Run the servers, of which the first takes the signals."""
    with ExitStack() as stack:
        thread = stack.enter_context(ThreadPoolExecutor(1, "kya-witness"))
        servers: list[Server] = []
        sockets, urls = list[list[socket]](), list[str]()
        for place in places:
            witness = stack.enter_context(open_witness(place.settings, clock.clock.now))
            listening = listen_on(place.host, place.port, "http")
            stack.enter_context(closing(listening))
            door = Door(app=create_witness_app(witness, thread), listening=listening)
            servers.append(server_of(door, SecondServer if servers else Server))
            sockets.append([listening.socket])
            urls.append(listening.url)
        serving = [
            asyncio.create_task(server.serve(sockets=listeners))
            for server, listeners in zip(servers, sockets, strict=True)
        ]
        for server in servers:
            await server.takes_requests
        ready(urls)
        await serving[0]
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*serving)
