"""A running gateway: the log, the road, and the HTTP edge, in one process."""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import uvloop
from starlette.routing import BaseRoute

from kya.adapters.durable_files import replace_file
from kya.adapters.policy_engines import PolicyEngines
from kya.adapters.store_files import directory_stores
from kya.api.app import create_app
from kya.api.history import history_routes
from kya.api.log_files import witnessed_route
from kya.api.ocsp import Statuses, create_status_app, status_routes
from kya.api.prices import price_routes
from kya.config import Config, TlsMode
from kya.core.errors import TransientError
from kya.gateway.checked_on_write import CheckedOnWrite, checked_on_write
from kya.gateway.history import History
from kya.gateway.pipeline import Gateway
from kya.sequencer.sequencer import Sequencer
from kya.wiring.alerts import recipients_of
from kya.wiring.ccxt_venue import Work
from kya.wiring.clock import NamedClock
from kya.wiring.collecting import look_seldom
from kya.wiring.due import DueActs
from kya.wiring.front import Behind, Front, front_of
from kya.wiring.installation import GATEWAY, LOG, Opened, open_installation
from kya.wiring.ocsp import OcspDesk
from kya.wiring.opening import open_if_new
from kya.wiring.outside import Outside, stamping_if_asked
from kya.wiring.prices import price_sources
from kya.wiring.remote import ADDRESS_FILE
from kya.wiring.server import SecondServer, Server, server_of
from kya.wiring.venues import connect
from kya.wiring.witnessed import newest_witnessed
from kya.wiring.witnesses import witnesses_of

"""What goes on beside serving, until it is cancelled."""

_MILLIS: Final = 1_000
_FIRST: Final = asyncio.FIRST_COMPLETED


def run(
    data: Path,
    clock: NamedClock,
    port: int | None,
    ready: Callable[[str], None],
    tls: TlsMode | None = None,
) -> None:
    """Serve the data directory until told to stop.

    `port` and `tls` take the place of what the configuration says. Calls `ready` with
    the URL once orders are taken. TransientError when storage or the log's key failed:
    the process must end, and the next start replays.
    """
    opened = open_installation(data)
    if tls is not None:
        section = msgspec.structs.replace(opened.config.gateway, tls=tls)
        config = msgspec.structs.replace(opened.config, gateway=section)
        opened = replace(opened, config=config)
    uvloop.run(_serve(opened, clock, port, ready))


async def _serve(
    opened: Opened, clock: NamedClock, port: int | None, ready: Callable[[str], None]
) -> None:
    """Run the gateway; whoever holds the log is named before the port is tried."""
    signer, stores = checked_on_write(
        opened.note_signer(GATEWAY), directory_stores(opened.data)
    )
    sequencer = await Sequencer.open(stores, opened.note_signer(LOG))
    try:
        with witnesses_of(opened.config.witnesses, opened.data, sequencer) as witnesses:
            await witnesses.require_behind()
            outside = Outside(witnesses, stamping_if_asked(opened, sequencer))
            log = (sequencer, signer)
            await _judge(opened, clock, log, outside, (port, ready))
            # Whoever reads the log of a gateway that was stopped finds all it answered.
            await sequencer.publish()
            await outside.conclude()
    finally:
        await sequencer.close()


async def _judge(
    opened: Opened,
    clock: NamedClock,
    log: tuple[Sequencer, CheckedOnWrite],
    outside: Outside,
    at: tuple[int | None, Callable[[str], None]],
) -> None:
    """Take orders until told to stop."""
    (sequencer, signer), (port, ready) = log, at
    await open_if_new(sequencer, opened, clock.source, clock.clock.now())
    sources = price_sources(opened.config.prices, opened.data, clock.clock)
    venues = connect(opened.config, opened.data, clock.clock)
    engines = PolicyEngines()
    gateway = Gateway(
        sequencer=sequencer,
        signer=signer,
        clock=clock.clock,
        access=venues.access(opened.config, sources.prices, engines),
        root=opened.certificate("root"),
    )
    try:
        await _begin(gateway, sequencer)
        look_seldom()
        with contextlib.ExitStack() as stack:
            past = history_routes(History(sequencer), venues.accounts)
            seen = witnessed_route(partial(newest_witnessed, opened.data / "log"))
            more = (*price_routes(sources.statuses), *past, seen)
            behind = _behind(opened, sequencer, gateway, clock, more)
            front = front_of(opened, port, behind, stack)
            beside = _beside(opened, sequencer, gateway, clock)
            asked = outside.works(opened, gateway, clock.clock)
            works = (*asked, *beside, *sources.works, *venues.works)
            await _until_stopped(opened, sequencer, front, works, ready)
    finally:
        await gateway.close()
        engines.close()
        await venues.closing()


async def _begin(gateway: Gateway, sequencer: Sequencer) -> None:
    """Ask for what an earlier run has left, and begin every list, before any order."""
    await gateway.go_on()
    gateway.start()
    await gateway.drop_copies.begin()
    await sequencer.publish()


def _beside(
    opened: Opened, sequencer: Sequencer, gateway: Gateway, clock: NamedClock
) -> tuple[Work, ...]:
    """Return what goes on beside the road: due acts, alerts, and the venues' lists."""
    due = DueActs(
        opened=opened,
        sequencer=sequencer,
        statements=gateway.statements,
        clock=clock.clock,
    )
    works: list[Work] = [due.carry_out_ever, *_copying(opened, gateway)]
    if recipients := recipients_of(opened.config, opened.data):
        works.append(partial(gateway.alerts.tell_ever, recipients))
    return tuple(works)


def _copying(opened: Opened, gateway: Gateway) -> tuple[Work, ...]:
    """Return the work of copying the venues' lists, unless that is done when asked."""
    every = opened.config.drop_copy.every_ms
    if not every:
        return ()
    seconds = every / _MILLIS
    return (partial(gateway.drop_copies.copy_ever, seconds),)


def _behind(
    opened: Opened,
    sequencer: Sequencer,
    gateway: Gateway,
    clock: NamedClock,
    more: Sequence[BaseRoute],
) -> Behind:
    """Return what the listeners lead to; `more` routes are not for everybody."""
    statuses = Statuses(
        answering=OcspDesk(opened, clock.clock).answer,
        state=lambda: sequencer.state,
        listed=gateway.inquiry.revocation_list,
    )
    routes = status_routes(statuses)
    return Behind(
        app=create_app(gateway=gateway, sequencer=sequencer, more=(*routes, *more)),
        statuses=create_status_app(routes),
        state=statuses.state,
        clock=clock.clock,
    )


async def _until_stopped(
    opened: Opened,
    sequencer: Sequencer,
    front: Front,
    works: Sequence[Work],
    ready: Callable[[str], None],
) -> None:
    """Serve, publish and do the other works until a signal comes or the log fails."""
    address = opened.data / ADDRESS_FILE
    facts = {"origin": sequencer.origin, "pid": os.getpid(), **front.address}
    replace_file(address, (json.dumps(facts) + "\n").encode())
    kinds = (Server, *(SecondServer for _ in front.doors[1:]))
    servers = [server_of(*pair) for pair in zip(front.doors, kinds, strict=True)]
    sockets = [[door.listening.socket] for door in front.doors]
    serving = [
        asyncio.create_task(server.serve(sockets=listeners))
        for server, listeners in zip(servers, sockets, strict=True)
    ]
    keeping = [
        asyncio.create_task(_publish_ever(opened.config, sequencer)),
        *(asyncio.create_task(work()) for work in works),
    ]
    if front.keeping is not None:
        keeping.append(asyncio.create_task(front.keeping()))
    try:
        begun = asyncio.create_task(_begun(servers))
        await asyncio.wait((*serving, begun), return_when=_FIRST)
        ready(front.address["url"])
        ends: list[asyncio.Future[Any]] = [*serving, *keeping, sequencer.failure]
        await asyncio.wait(ends, return_when=_FIRST)
    finally:
        address.unlink(missing_ok=True)
        fault = await _end(servers, serving, keeping)
    if sequencer.failure.done():
        msg = f"the log has stopped: {sequencer.failure.result()}"
        raise TransientError(msg)
    if fault is not None:
        raise fault


async def _begun(servers: list[Server]) -> None:
    """Return once every server takes requests."""
    for server in servers:
        await server.takes_requests


async def _end(
    servers: list[Server],
    serving: list[asyncio.Task[None]],
    keeping: list[asyncio.Task[None]],
) -> Exception | None:
    """Let every server answer what it has begun; return what ended a task early."""
    for task in keeping:
        task.cancel()
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*serving)
    ended = await asyncio.gather(*keeping, return_exceptions=True)
    faults = (end for end in ended if isinstance(end, Exception))
    return next(faults, None)


async def _publish_ever(config: Config, sequencer: Sequencer) -> None:
    """Publish whatever became durable, at the interval of the configuration."""
    while True:
        await asyncio.sleep(config.log.publish_every_ms / _MILLIS)
        await sequencer.publish()
