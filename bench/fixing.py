"""An order in FIX: until its bot has the decision, and until it is at the venue.

The bot and the venue's end are this process, so that one clock sees both; `kya sidecar`
and `kya up` stand between them, each in a process of its own. The decision is durable
before either is told of the order.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.binding import enrolled
from bench.figure import Figure, at_most, p50, p99, shown
from bench.house import HERE
from bench.scale import Scale
from kya.adapters.exchange_faults import Faults
from kya.adapters.fix_exchange import FixExchange
from kya.adapters.paper_exchange import PaperExchange
from kya.adapters.prices_seeded import SeededPrices
from kya.core.instant import Instant
from kya.fix.line import Line
from kya.fix.message import Received
from kya.fix.session import Session
from kya.fix.store import MemoryStore
from kya.fix.tags import MsgType
from kya.fix.terms import Role, Terms
from kya.wiring.clock import system_clock
from tests.cli.terminal import serving, up
from tests.fix.bot import Bot

ORDERS = 300
WARM_UP = 50
MILLIS = 1_000
APART_SECONDS = 0.02
P50_MILLIS = 2
VENUE = """
[venues.KRAKEN]
kind = "fix"
url = "tcp://127.0.0.1:{port}"
comp_id = "KYA"
venue_comp_id = "EXCHANGE"
"""


class Arrivals(FixExchange):
    """An exchange that notes when an order has come."""

    arrived = 0.0

    def taken(self, received: Received) -> None:
        """Look at the clock before anything else."""
        if received.message.type == MsgType.NEW_ORDER_SINGLE:
            self.arrived = perf_counter()
        super().taken(received)


def run(_scale: Scale) -> list[Figure]:
    """Return how long an order takes to its decision, and to the venue."""
    with asyncio.Runner() as runner:
        venue, port = runner.run(_venue())
        with _sidecar(port) as address:
            told, out = runner.run(_samples(address, venue))
    runs = f"{ORDERS} orders, 20 ms apart"
    return [
        at_most(
            "FIX order to the bot's first report, p50",
            p50(told) * MILLIS, "ms", P50_MILLIS, runs,
        ),
        shown("the same, p99", p99(told) * MILLIS, "ms", ""),
        shown("FIX order in to FIX order out, p50", p50(out) * MILLIS, "ms", runs),
        shown("the same, p99", p99(out) * MILLIS, "ms", ""),
    ]  # fmt: skip


def _now() -> Instant:
    """The time that all others here go by."""
    return system_clock().clock.now()


async def _venue() -> tuple[Arrivals, int]:
    """Open the venue's end in this loop; return it, and its port."""
    clock = system_clock().clock
    exchange = PaperExchange(SeededPrices(1), clock, None, Faults())
    venue = Arrivals(exchange, clock)
    terms = Terms(ours="EXCHANGE", theirs="KYA", role=Role.ACCEPTOR)
    venue.line = Line(Session(terms, MemoryStore()), venue, clock.now)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(venue.line.protocol, "127.0.0.1", 0)
    return venue, server.sockets[0].getsockname()[1]


async def _samples(address: str, venue: Arrivals) -> tuple[list[float], list[float]]:
    """Return the seconds of each order to its first report, and to the venue."""
    told, out = list[float](), list[float]()
    bot = await Bot(address, _now).dial()
    for number in range(WARM_UP + ORDERS):
        await asyncio.sleep(APART_SECONDS)
        start = perf_counter()
        bot.order(f"n{number}")
        report = await bot.report()
        told.append(perf_counter() - start)
        while not report.is_over:
            report = await bot.report()
        if not report.filled:
            raise RuntimeError(f"want an order that is filled, got {report.text}")
        out.append(venue.arrived - start)
    await bot.leave()
    return told[WARM_UP:], out[WARM_UP:]


@contextmanager
def _sidecar(port: int) -> Iterator[str]:
    """Run gateway and sidecar; yield where the bot finds its exchange."""
    with TemporaryDirectory(dir=HERE, prefix=".fixed-") as folder:
        data = Path(folder) / "data"
        with up(data) as founding:
            founding.stop()
        with (data / "kya.toml").open("a") as config:
            config.write(VENUE.format(port=port))
        with up(data) as running:
            where = ("--venue", "KRAKEN", "--region", "eu-west-1", "--dialect", "fix")
            with serving("sidecar", str(enrolled(running)), *where) as address:
                yield address
