"""How long the console takes for each page, and what a page weighs."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import quantiles
from time import perf_counter

import httpx

from bench.figure import Figure, at_most
from bench.logged import log_of
from bench.scale import Scale
from kya.console.app import STATIC
from kya.console.reading import Reading
from kya.core.state import State
from tests.console.lounge import (
    Browser,
    Gateway,
    Lounge,
    a_lounge,
    enrol_everybody,
)
from tests.world import AGENT, World

AGENTS = 1_000
ORDERS = {Scale.MODERATE: 5_000, Scale.FULL: 100_000}
TIMES = 40
P95_MS_MAX = 150.0
KB_MAX = 300.0
PAGES = {
    "needs attention": "/",
    "agents": "/agents",
    "agent": f"/agents/{AGENT}",
    "orders": "/orders",
    "orders of an agent": f"/orders?agent={AGENT}&before=9000",
    "order": f"/orders/{AGENT}/17",
    "incidents": "/incidents",
    "halts": "/halts",
    "limits": "/limits",
    "mandates": "/mandates",
    "replacement": f"/agents/{AGENT}/replacement",
    "baseline": f"/agents/{AGENT}/baseline",
    "evidence": "/evidence",
    "log": "/log",
    "entry": "/log/entries/400",
}


class Folder(Gateway):
    """A gateway whose log is a folder; nobody acts here."""

    def __init__(self, directory: Path, world: World) -> None:
        super().__init__(world)
        self._directory = directory

    def file(self, path: str) -> bytes:
        """Return the file's bytes."""
        return (self._directory / path).read_bytes()


def run(scale: Scale) -> list[Figure]:
    """Return the slowest page's server time, and the heaviest page."""
    return asyncio.run(_measured(log_of(ORDERS[scale]), ORDERS[scale]))


async def _measured(directory: Path, orders: int) -> list[Figure]:
    """Return the figures of a console over the folder's log."""
    world = World()
    with a_lounge(world, Folder(directory, world)) as lounge:
        return await _figures(lounge, orders)


async def _figures(lounge: Lounge, orders: int) -> list[Figure]:
    """Read the log, add agents, and ask for every page again and again."""
    follower = lounge.console.follower
    await follower.look()
    if not follower.sight.is_ready:
        raise ValueError(follower.sight.fault)
    _populate(follower.reading, lounge.world)
    lounge.now = follower.reading.state.now.plus(seconds=1)
    follower.sight = replace(follower.sight, read_at=lounge.now)
    browser = lounge.browser()
    slowest, heaviest = ("", 0.0), ("", 0.0)
    static = sum((STATIC / name).stat().st_size for name in _LOADED)
    for name, path in PAGES.items():
        took, size = await _asked(browser, path)
        slowest = max(slowest, (name, took), key=lambda pair: pair[1])
        heaviest = max(heaviest, (name, (size + static) / 1_000), key=lambda p: p[1])
    runs = f"{len(PAGES)} pages x {TIMES}, {AGENTS:,} agents, {orders:,} orders"
    return [
        at_most(
            f"console, server time p95 of the slowest page ({slowest[0]})",
            slowest[1], "ms", P95_MS_MAX, runs,
        ),
        at_most(
            f"console, the heaviest page with all it loads ({heaviest[0]})",
            heaviest[1], "kB", KB_MAX, runs,
        ),
    ]  # fmt: skip


_LOADED = ("console.css", "htmx.min.js", "console.js", "icon.svg")


def _populate(reading: Reading, world: World) -> None:
    """Give the state people who may look, and many more agents like the one it has."""
    enrol_everybody(world)
    state = reading.state
    agent = state.agents[AGENT]
    held = state.credentials[agent.credential]
    agents, credentials, issued = {}, {}, {}
    for number in range(AGENTS - 1):
        name = f"agent-{number:04}"
        digest = sha256(name.encode()).hexdigest()
        agents[name] = agent._replace(credential=digest)
        credentials[digest] = replace(held, digest=digest, name=name)
        issued[name] = (digest,)
    people: State = world.state
    reading.state = state._replace(
        agents={**state.agents, **agents},
        credentials={**people.credentials, **state.credentials, **credentials},
        issued_to={**people.issued_to, **state.issued_to, **issued},
    )


async def _asked(browser: Browser, path: str) -> tuple[float, int]:
    """Return the page's p95 in milliseconds, and its bytes."""
    if not browser.cookie:
        answer = await browser.sign_in("aude")
        if answer.status_code != httpx.codes.OK:
            raise ValueError(answer.text)
    took: list[float] = []
    size = 0
    for _ in range(TIMES):
        start = perf_counter()
        answer = await browser.get(path)
        took.append((perf_counter() - start) * 1_000)
        if answer.status_code != httpx.codes.OK:
            raise ValueError(f"{path}: {answer.status_code}")
        size = len(answer.content)
    return quantiles(took, n=20)[18], size
