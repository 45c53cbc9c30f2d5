"""A hundred bots at one gateway, each with an order a second, for as long as wanted.

An order's time counts from when it was due, so that a bot which waits for an answer
does not hide that the next one is late, too.
"""

import os
import selectors
import socket
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from bench.answer import ANSWER_BYTES, Incoming
from bench.figure import Figure, at_most, p50, p99, shown
from bench.house import House, Signatory, house, now
from bench.scale import Scale

BOTS: Final = 100
WARM_UP_SECONDS: Final = 5
SECONDS: Final = {Scale.MODERATE: 15, Scale.FULL: 300}
P99_MILLIS: Final = 25
MILLIS: Final = 1_000
MIB: Final = 1 << 20


@dataclass(slots=True)
class Bot:
    """One bot, its connection, and when its next order is due."""

    signatory: Signatory
    socket: socket.socket
    due: float
    incoming: Incoming | None = None
    samples: list[float] = field(default_factory=list[float])

    def send(self) -> None:
        """Sign the next order now, and send it."""
        self.incoming = Incoming()
        self.socket.sendall(self.signatory.request(now()))

    def take(self) -> None:
        """Read what is there; when the answer is whole, be due a second later."""
        incoming = self.incoming
        if incoming is None or not incoming.take(self.socket.recv(ANSWER_BYTES)):
            return
        if not incoming.is_allowed:
            raise RuntimeError(f"want an allowed order, got {incoming}")
        self.samples.append(perf_counter() - self.due)
        self.due += 1
        self.incoming = None


def run(scale: Scale) -> list[Figure]:
    """Return how long orders take at that pace, and what they leave in memory."""
    seconds = SECONDS[scale]
    with house([f"bot-{number:03}" for number in range(BOTS)]) as at:
        samples_of(at, WARM_UP_SECONDS)
        before = _resident(at.running.process.pid)
        samples = samples_of(at, seconds)
        grown = _resident(at.running.process.pid) - before
    runs = f"{seconds} s, {len(samples):,} orders, none denied"
    return [
        shown("100 bots, an order a second each, p50", p50(samples) * MILLIS, "ms", ""),
        at_most("the same, p99", p99(samples) * MILLIS, "ms", P99_MILLIS, runs),
        shown("the gateway's memory before", before / MIB, "MiB", ""),
        shown("what they added to it, an order", grown / len(samples), "B", runs),
    ]


def samples_of(at: House, seconds: int) -> list[float]:
    """Return the seconds of each order, from when it was due to its answer."""
    place = urlsplit(at.running.url)
    count = len(at.signatories)
    start = perf_counter() + 1 / count
    bots = list[Bot]()
    chosen = selectors.EpollSelector()
    for number, signatory in enumerate(at.signatories):
        connection = socket.create_connection((place.hostname, place.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bots.append(Bot(signatory, connection, start + number / count))
        chosen.register(connection, selectors.EVENT_READ, bots[-1])
    end = start + seconds
    while waiting := [bot for bot in bots if bot.incoming or bot.due < end]:
        ready = [bot for bot in waiting if not bot.incoming]
        for bot in ready:
            if bot.due <= perf_counter():
                bot.send()
        until = min((bot.due for bot in ready if not bot.incoming), default=end)
        for key, _ in chosen.select(max(0.0, until - perf_counter())):
            taking: Bot = key.data
            taking.take()
    for bot in bots:
        bot.socket.close()
    return [sample for bot in bots for sample in bot.samples]


def _resident(pid: int) -> int:
    """Return the bytes that a process has in memory (proc(5), statm)."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:  # noqa: PTH123  proc
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
