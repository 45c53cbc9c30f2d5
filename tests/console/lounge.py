"""A console over a world's log: real pages, and a gateway that is a world."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Final

import httpx

from kya.authority.quorum import Quorum
from kya.codec.note import SignedNote
from kya.codec.sign_ins import SIGN_IN_TYPE
from kya.console.app import create_console_app
from kya.console.asking import COOKIE, NO_QUORUM, Console
from kya.console.follow import Follower
from kya.console.packages import Builder, Packages
from kya.console.render import environment
from kya.console.reviews import Reviews
from kya.console.sessions import Sessions
from kya.console.waiting import Queue
from kya.core.credential import Role
from kya.core.instant import Instant
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from kya.tlog.policy import Log, Policy
from tests.incidents import world_breached
from tests.verify.packages import published
from tests.world import World, signer_for

ORIGIN: Final = "http://console.example"
ROLES: Final = {
    "aude": Role.AUDITOR,
    "carla": Role.COMPLIANCE,
    "dora": Role.DIRECTOR,
    "olga": Role.OPERATOR,
    "otto": Role.OPERATOR,
    "rita": Role.RISK,
}
ACTORS: Final = {"carla", "dora", "olga", "otto", "rita"}


def text_of(html: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def person(name: str) -> NoteSigner:
    """The key that a name determines."""
    return NoteSigner(name, signer_for(name))


def enrol_everybody(world: World) -> None:
    """Put one person of each role on record."""
    for name, role in ROLES.items():
        if name not in world.state.issued_to:
            world.enrol(world.person(name, signer_for(name), role))


@dataclass
class Gateway:
    """What a console sees of a gateway: the world's log, and a road for statements."""

    world: World
    appended: list[bytes] = field(default_factory=list)
    fault: Exception | None = None
    changed: Callable[[str, bytes], bytes] = field(default=lambda _path, raw: raw)
    files: Callable[[str], bytes] = field(default=lambda path: path.encode())
    sizes: int = -1

    def file(self, path: str) -> bytes:
        if self.fault is not None:
            raise self.fault
        if self.sizes != len(self.world.entries):
            self.sizes = len(self.world.entries)
            self.files = published(self.world.entries, self.world.log)
        return self.changed(path, self.files(path))

    def append(self, note: bytes) -> int:
        if self.fault is not None:
            raise self.fault
        entry = Entry.read(note)
        authenticate(entry, self.world.state, self.world.root)
        self.world.append(note)
        self.appended.append(note)
        return len(self.world.entries) - 1


@dataclass
class Lounge:
    """The console, its clock, and its browsers."""

    world: World
    gateway: Gateway
    console: Console
    now: Instant

    @property
    def origin(self) -> str:
        """What browsers call the console."""
        return self.console.sessions.origin

    def browser(self, peer: str = "192.0.2.7") -> "Browser":
        app = create_console_app(self.console)
        transport = httpx.ASGITransport(app=app, client=(peer, 50_000))
        return Browser(
            self, httpx.AsyncClient(transport=transport, base_url=self.origin)
        )

    async def look(self) -> None:
        """Read the log as the following task does."""
        await self.console.follower.look()

    def later(self, seconds: int) -> None:
        self.now = self.now.plus(seconds=seconds)


@dataclass
class Browser:
    """One browser: it keeps its cookie itself, for ours is sent over TLS alone."""

    lounge: Lounge
    client: httpx.AsyncClient
    cookie: str = ""
    token: str = ""

    def headers(self, **more: str) -> dict[str, str]:
        kept = {"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        return {**kept, **more}

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=self.headers(**headers))

    async def post(
        self, path: str, fields: dict[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a form as the session's own page would."""
        return await self.client.post(
            path,
            data={"form_token": self.token, **(fields or {})},
            headers=self.headers(**{"origin": self.lounge.origin, **headers}),
        )

    async def send(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """Send what a script of ours sends."""
        usual = {"origin": self.lounge.origin, "accept": "application/json"}
        return await self.client.post(
            path, content=body, headers=self.headers(**{**usual, **headers})
        )

    async def sign_in(self, name: str, key: NoteSigner | None = None) -> httpx.Response:
        """Answer a challenge; keep the cookie of the answer."""
        asked = await self.send("/sign-in/challenge", name.encode())
        assert asked.content.startswith(f'{{"_type":"{SIGN_IN_TYPE}"'.encode())
        signed = (key or person(name)).signature(asked.content)
        note = SignedNote(asked.content, (signed,)).render()
        answer = await self.send("/sign-in", note)
        if answer.status_code == 200:
            self.cookie = answer.headers["set-cookie"].partition("=")[2].split(";")[0]
            session, _ = self.lounge.console.sessions.find(  # type: ignore[misc]
                self.cookie, self.lounge.console.follower.reading.state
            )
            self.token = session.form_token
        return answer

    async def ask_for(self, kind: str, subject: str, **fields: str) -> httpx.Response:
        """Ask for an act; the answer leads to where it is signed."""
        wanted = {"kind": kind, "subject": subject, "reason": "test", **fields}
        return await self.post("/acts", wanted)

    async def sign(self, path: str, name: str) -> httpx.Response:
        """Sign the act at this path as its page asks for it."""
        waiting = self.lounge.console.queue.find(path.rpartition("/")[2])
        assert waiting is not None
        line = str(person(name).signature(waiting.drafted.text))
        return await self.send(
            f"{path}/signature", line.encode(), **{"x-form-token": self.token}
        )


@contextmanager
def a_lounge(
    world: World,
    gateway: Gateway | None = None,
    quorum: Quorum = NO_QUORUM,
    origin: str = ORIGIN,
    builder: Builder | None = None,
) -> Iterator[Lounge]:
    """A console that has read nothing yet; its gateway has the world's log."""
    gateway = gateway or Gateway(world)
    policy = Policy(logs=(Log(key=world.log.key),))
    lounge: Lounge
    draws = count()

    def now() -> Instant:
        return lounge.now

    def chance(size: int) -> bytes:
        return sha256(f"draw {next(draws)}".encode()).digest()[:size]

    follower = Follower(gateway, policy, now)
    console = Console(
        follower=follower,
        reviews=Reviews(follower),
        sessions=Sessions(origin, now, chance),
        queue=Queue(gateway, now, chance),
        now=now,
        templates=environment(),
        quorum=quorum,
        packages=None if builder is None else Packages(builder, follower, chance),
    )
    lounge = Lounge(world, gateway, console, world.now.plus(seconds=5))
    yield lounge


TwoVisit = Callable[[Lounge, Browser, Browser], Awaitable[None]]


def visited_by_two(
    visit: TwoVisit,
    first: str = "olga",
    second: str = "rita",
    world: World | None = None,
    quorum: Quorum = NO_QUORUM,
) -> World:
    """Let two people act in a world with an open incident, in two browsers."""
    world = world or world_breached()
    enrol_everybody(world)

    async def lived() -> None:
        with a_lounge(world, quorum=quorum) as lounge:
            await lounge.look()
            browsers = lounge.browser(), lounge.browser("192.0.2.8")
            await browsers[0].sign_in(first)
            await browsers[1].sign_in(second)
            await visit(lounge, *browsers)

    asyncio.run(lived())
    return world
