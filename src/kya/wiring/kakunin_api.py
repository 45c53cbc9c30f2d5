"""The server of Kakunin's routes: a process of its own, beside the order path.

It has the keys of the agents and people that its settings name, a gateway's URL, and
no key of the gateway, of the log or of the authority.
"""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import uvloop

from kya.adapters.line_journal import LineJournal
from kya.adapters.randomness import random_bytes
from kya.agent.answer import Answer
from kya.agent.chain import Instruction
from kya.console.follow import Follower
from kya.console.source import Source
from kya.core.errors import InputError
from kya.kakunin_api import limits
from kya.kakunin_api.app import create_kakunin_app
from kya.kakunin_api.asking import Service, Throttles
from kya.kakunin_api.notebook import Line, Notebook, read_line, render_line
from kya.kakunin_api.record import Record
from kya.kakunin_api.records import read_history
from kya.kakunin_api.settings import HeldSection, KakuninSettings
from kya.kakunin_api.spelling import plain, read_json
from kya.kakunin_api.throttle import Throttle
from kya.pki.note_signer import NoteSigner
from kya.tlog.policy import Policy
from kya.wiring.clock import NamedClock
from kya.wiring.console import GatewaySource
from kya.wiring.keys import KeyCabinet
from kya.wiring.listening import LOOPBACK, listen_on
from kya.wiring.people import read_people
from kya.wiring.server import Door, Server, server_of
from kya.wiring.sidecar import BoundAgent, agent_at


@dataclass(frozen=True, slots=True, kw_only=True)
class KakuninServer:
    """The settings, the directory that their paths are from, and where it listens."""

    settings: KakuninSettings
    base: Path
    host: str = LOOPBACK
    port: int = 0


class HeldAgent:
    """An agent whose directory is here; it is opened when the first order comes.

    Until it is enrolled there is nothing to open, and a later order finds it.
    """

    def __init__(
        self, name: str, section: HeldSection, base: Path, clock: NamedClock
    ) -> None:
        """Open nothing yet."""
        self._name = name
        self._section = section
        self._directory = base / section.directory
        self._clock = clock.clock
        self._bound: BoundAgent | None = None
        self._opening = asyncio.Lock()

    @property
    def venue(self) -> str:
        """Where its orders go unless they say."""
        return self._section.venue

    async def submit(self, instruction: Instruction) -> Answer:
        """Return the gateway's decision on the instruction."""
        return await (await self._opened()).agent.submit(instruction)

    async def close(self) -> None:
        """Give back the connections and the journal."""
        if self._bound is not None:
            await self._bound.close()

    async def _opened(self) -> BoundAgent:
        """Return the agent; InputError where its directory is another's or none."""
        async with self._opening:
            if self._bound is None:
                bound = await asyncio.to_thread(
                    agent_at, self._directory, self._section.region, self._clock
                )
                if bound.name != self._name:
                    await bound.close()
                    msg = f"{self._directory}: {bound.name}'s, not {self._name}'s"
                    raise InputError(msg)
                self._bound = bound
            return self._bound


class PublishedLog:
    """The gateway's published log as packages are made from: tiles and checkpoint."""

    def __init__(self, source: Source) -> None:
        """Read from there."""
        self._source = source
        self.witnesses = Policy()

    def __call__(self, path: str) -> bytes:
        """Return a file of the log."""
        return self._source.file(path)

    def checkpoint_sizes(self) -> tuple[int, ...]:
        """Return none: former checkpoints are not published over HTTP."""
        return ()

    def witnessed_sizes(self) -> tuple[int, ...]:
        """Return none, for the same reason."""
        return ()

    def stamp_names(self) -> tuple[str, ...]:
        """Return none, for the same reason."""
        return ()

    def text(self, digest: str) -> None:
        """Return nothing: what lies beside the log stays with its gateway."""
        del digest


def run_kakunin_api(
    wanted: KakuninServer, clock: NamedClock, ready: Callable[[str], None]
) -> None:
    """Serve until told to stop; calls `ready` with the URL."""
    uvloop.run(_serve(wanted, clock, ready))


async def _serve(
    wanted: KakuninServer, clock: NamedClock, ready: Callable[[str], None]
) -> None:
    """Serve the routes, and follow the log beside them."""
    settings, base = wanted.settings, wanted.base
    held = {
        name: HeldAgent(name, section, base, clock)
        for name, section in settings.agents.items()
    }
    with ExitStack() as stack:
        source = stack.enter_context(closing(GatewaySource(settings.gateway)))
        journal = LineJournal[Line](
            base / settings.keep, "kakunin-api", read_line, render_line
        )
        stack.enter_context(closing(journal))
        service = _service(wanted, source, journal, held, clock)
        listening = listen_on(wanted.host, wanted.port, "http")
        stack.enter_context(closing(listening))
        door = Door(app=create_kakunin_app(service), listening=listening)
        server = server_of(door, Server)
        await service.follower.look()
        following = asyncio.create_task(service.follower.follow_ever())
        serving = asyncio.create_task(server.serve(sockets=[listening.socket]))
        await server.takes_requests
        ready(listening.url)
        try:
            await asyncio.wait(
                (serving, following), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            server.should_exit = True
            following.cancel()
            await asyncio.gather(serving)
            await asyncio.gather(following, return_exceptions=True)
            await asyncio.gather(*(each.close() for each in held.values()))


def _service(
    wanted: KakuninServer,
    source: GatewaySource,
    journal: LineJournal[Line],
    held: dict[str, HeldAgent],
    clock: NamedClock,
) -> Service:
    """Return everything that answers are made from; be called where the loop runs."""
    settings, base = wanted.settings, wanted.base
    policy = Policy.parse(_file(base / settings.policy))
    if len(policy.logs) != 1:
        msg = f"policy: want the one log that is read, got {len(policy.logs)}"
        raise InputError(msg)
    seconds = asyncio.get_running_loop().time
    record = Record()
    follower = Follower(source, policy, clock.clock.now)
    follower.reading = record
    return Service(
        follower=follower,
        record=record,
        notebook=Notebook(journal),
        tokens=settings.known_tokens(),
        throttles=Throttles(
            token=Throttle(limits.TOKEN_BURST, seconds),
            peer=Throttle(limits.PEER_BURST, seconds),
            public=Throttle(limits.PUBLIC_BURST, seconds),
        ),
        now=clock.clock.now,
        chance=random_bytes,
        root_pem=_file(base / settings.root),
        log=PublishedLog(source),
        append=source.append,
        held=held,
        people=_people(settings, base),
        history=_history(settings, base),
    )


def _people(settings: KakuninSettings, base: Path) -> dict[str, NoteSigner]:
    """Return the signers of the people whom tokens are bound to."""
    wanted = {each.person for each in settings.tokens.values() if each.person}
    if wanted and not settings.people:
        raise InputError("people: want the directory of their keys, got none")
    cabinet = KeyCabinet(base / settings.people)
    found: dict[str, NoteSigner] = {}
    for text in sorted(wanted):
        [(role, name)] = read_people([text])
        found[text] = NoteSigner(name, cabinet.open(f"{role.value}-{name}"))
    return found


def _history(settings: KakuninSettings, base: Path) -> tuple[dict[str, object], ...]:
    """Return another system's rows, which are shown and never believed."""
    if not settings.history:
        return ()
    rows = read_history(plain(read_json(_file(base / settings.history))))
    return tuple(dict(row) for row in rows)


def _file(path: Path) -> bytes:
    """Return a file's bytes; InputError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
