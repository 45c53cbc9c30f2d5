"""The enrolment office as a process of its own, and the file that leads to it.

The authority's keys are here, the gateway's are not needed. Its address is left in
`office.json`, which is all that an agent's host has to be given, besides the token.
"""

import asyncio
from collections.abc import Callable
from contextlib import closing
from typing import Final

import uvloop

from kya.adapters.durable_files import replace_file
from kya.api.enrolment import create_enrolment_app
from kya.wiring.clock import NamedClock
from kya.wiring.desk import Desk
from kya.wiring.directions import Directions
from kya.wiring.enrolment import office_of
from kya.wiring.installation import CHANNEL, GATEWAY
from kya.wiring.listening import LOOPBACK, Listening, listen_on
from kya.wiring.server import Door, Server, server_of
from kya.wiring.tls import GatewayTls, gateway_tls

OFFICE_FILE: Final = "office.json"


def run_office(
    desk: Desk, clock: NamedClock, port: int, ready: Callable[[str], None]
) -> None:
    """Serve the office until told to stop; calls `ready` with its URL."""
    uvloop.run(_serve(desk, clock, port, ready))


async def _serve(
    desk: Desk, clock: NamedClock, port: int, ready: Callable[[str], None]
) -> None:
    """Run the office, over TLS where the gateway speaks it."""
    section = desk.opened.config.gateway
    secure = section.tls == "mutual"
    tls = gateway_tls(desk.opened, clock.clock) if secure else None
    host = section.host if secure else LOOPBACK
    listening = listen_on(host, port, "https" if secure else "http")
    with closing(listening):
        app = create_enrolment_app(office_of(desk))
        context = None if tls is None else tls.desk.context
        server = server_of(Door(app=app, listening=listening, tls=context), Server)
        await _until_stopped(server, desk, (listening, tls), ready)


async def _until_stopped(
    server: Server,
    desk: Desk,
    opened: tuple[Listening, GatewayTls | None],
    ready: Callable[[str], None],
) -> None:
    """Serve until a signal arrives; the address is gone when nobody is there."""
    listening, tls = opened
    path = desk.opened.data / OFFICE_FILE
    replace_file(path, _directions(desk, listening.url, tls).render().encode())
    keeping = None if tls is None else asyncio.create_task(tls.renew_ever())
    serving = asyncio.create_task(server.serve(sockets=[listening.socket]))
    try:
        await asyncio.wait(
            (serving, server.takes_requests), return_when=asyncio.FIRST_COMPLETED
        )
        ready(listening.url)
        await serving
    finally:
        path.unlink(missing_ok=True)
        if keeping is not None:
            keeping.cancel()


def _directions(desk: Desk, url: str, tls: GatewayTls | None) -> Directions:
    """Return what an agent's host must know."""
    office = desk.remote.office
    return Directions(
        office=url,
        url=desk.remote.url,
        gateway=str(desk.opened.note_signer(GATEWAY).key),
        channel=None if office is None else office.url,
        anchor=None if tls is None else desk.opened.certificate(CHANNEL),
    )
