"""A whole road at real sockets: bot, sidecar, gateway, exchange; a clock by hand."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from kya.adapters.agent_journal_memory import MemoryJournal
from kya.adapters.ccxt_account import Access
from kya.adapters.clock import SystemClock
from kya.adapters.drop_copy_ccxt import CcxtDropCopy
from kya.adapters.exchange_faults import ExchangeFault, Faults
from kya.adapters.paper_exchange import PaperExchange
from kya.adapters.prices_seeded import SeededPrices
from kya.adapters.store_memory import MemoryDisk
from kya.adapters.venue_ccxt import CcxtVenue
from kya.agent.async_client import AsyncAgent
from kya.agent.at_venue import AtVenue
from kya.agent.binance_desk import BinanceDesk
from kya.agent.chain import Identity
from kya.agent.dead_man import DeadMan
from kya.agent.exchange import Patience
from kya.agent.kraken_desk import KrakenDesk
from kya.agent.link import Link
from kya.agent.market import Market
from kya.api.app import create_app
from kya.api.binance import BinanceEdge
from kya.api.history import history_routes
from kya.api.kraken import KrakenEdge
from kya.core.scope import Scope
from kya.core.scope_limits import ACTIONS_WITH_A_ROAD, Limits
from kya.gateway.history import History
from kya.gateway.ports import WatchedList
from kya.wiring.listening import listen_on
from kya.wiring.server import Door, SecondServer, Server, server_of
from tests.exchanges import KEY, SECRET, an_exchange, at_socket, edge_of
from tests.gateway.house import HandClock, House, a_venue, the_world
from tests.world import AGENT, World, the_scope

T = TypeVar("T")
VENUE = "SIMA"


@cache
def btc_scope() -> Scope:
    """The story's scope, with bitcoin, and prices to value it by."""
    return the_scope(
        markets=frozenset({"BTC/EUR", "EUR/USD"}),
        limits=Limits(price_age_millis=60_000, actions=ACTIONS_WITH_A_ROAD),
    )


@dataclass(kw_only=True)
class Road:
    """The parts of one road; the gateway and the sidecar share a loop in a thread."""

    exchange: PaperExchange
    arrived: list[str]
    clock: HandClock
    house: House
    venue: CcxtVenue
    agent: AsyncAgent
    desk: KrakenDesk
    loop: asyncio.AbstractEventLoop
    urls: dict[str, str]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run work where the gateway runs."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def settled(self) -> None:
        """Return once the venue's word on every order is on record."""
        self.run(self.house.gateway.releases.drained())

    def copied(self) -> int:
        """Copy the exchange's list; return how many executions are on record."""
        return self.run(self.house.gateway.drop_copies.copy())[VENUE].position

    def arrivals(self) -> int:
        """How many orders have reached the exchange."""
        return self.exchange.faults.orders

    def entries(self) -> list[bytes]:
        """The whole log."""
        return [*self.house.world.entries, *self.house.raws()]


@dataclass(kw_only=True)
class Noting:
    """Stands before an exchange, and notes the client id of each order that arrives."""

    exchange: PaperExchange
    arrived: list[str] = field(default_factory=list)

    async def public(self, method: str, parameters: Mapping[str, str]) -> object:
        return await self.exchange.public(method, parameters)

    async def private(self, method: str, parameters: Mapping[str, str]) -> object:
        if method == "AddOrder":
            self.arrived.append(parameters.get("cl_ord_id", ""))
        return await self.exchange.private(method, parameters)


@contextmanager
def a_road(
    folder: Path,
    *faults: ExchangeFault,
    timeout: int = 4_000,
    plan: Faults | None = None,
    scope: Scope | None = None,
) -> Iterator[Road]:
    """A road whose first orders at the exchange meet these faults, or those planned.

    The gateway waits so many milliseconds for an answer of the exchange.
    """
    clock = HandClock()
    plan = plan or Faults(dict(enumerate(faults, start=1)))
    exchange = an_exchange(plan, clock=clock)
    noting = Noting(exchange=exchange)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with ExitStack() as stack:
        url = stack.enter_context(at_socket(edge_of(noting)))

        def run(work: Coroutine[Any, Any, T]) -> T:
            return asyncio.run_coroutine_threadsafe(work, loop).result(20)

        access = Access(
            exchange="kraken",
            key=lambda: (KEY, SECRET),
            url=url,
            timeout_millis=timeout,
            is_paced=False,
        )
        world = the_world(scope or btc_scope())
        road, servers = run(_opened(access, noting, clock, folder, world))
        try:
            yield road
        finally:
            run(_closed(road, servers))
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


async def _opened(
    access: Access, noting: Noting, clock: HandClock, folder: Path, world: World
) -> tuple[Road, list[asyncio.Task[None]]]:
    """Open gateway and sidecar in this loop."""
    url, venue = access.url, CcxtVenue(access, clock, folder / "SIMA.jsonl")
    clock.forward(seconds=1)
    house = House(
        world=world,
        clock=clock,
        disk=MemoryDisk(),
        paper=a_venue(clock),
        venues={VENUE: venue},
        prices=SeededPrices(1),
        lists={VENUE: WatchedList(CcxtDropCopy(venue), None)},
    )
    await house.open()
    await house.gateway.drop_copies.begin()
    past = history_routes(History(house.sequencer), {VENUE: venue})
    app = create_app(gateway=house.gateway, sequencer=house.sequencer, more=past)
    gateway_url, gateway_task = await _serving(app)
    agent = AsyncAgent(
        Identity(agent=AGENT, credential=house.world.credential, region="eu-west-1"),
        house.world.agent,
        MemoryJournal(),
        clock.now,
        Link(
            url=gateway_url,
            gateway=house.world.gateway.key,
            patience=Patience(attempts=2, first_pause_ms=1),
        ),
    )
    numbers = count(1)
    at_venue = AtVenue(
        agent, VENUE, lambda: f"bot-{next(numbers)}", DeadMan(now=clock.now)
    )
    market = Market(url)
    desk = KrakenDesk(at_venue, market)
    sidecar_url, sidecar_task = await _serving(KrakenEdge(desk, None))
    other = BinanceEdge(BinanceDesk(at_venue, market), None, SystemClock().now)
    other_url, other_task = await _serving(other)
    road = Road(
        exchange=noting.exchange,
        arrived=noting.arrived,
        clock=clock,
        house=house,
        venue=venue,
        agent=agent,
        desk=desk,
        loop=asyncio.get_running_loop(),
        urls={
            "exchange": url,
            "gateway": gateway_url,
            "sidecar": sidecar_url,
            "binance": other_url,
        },
    )
    return road, [gateway_task, sidecar_task, other_task]


async def _serving(app: Any) -> tuple[str, asyncio.Task[None]]:  # noqa: ANN401  ASGI
    """Serve an application in this loop; return its URL and the task that serves."""
    listening = listen_on("127.0.0.1", 0, "http")
    server: Server = server_of(Door(app=app, listening=listening), SecondServer)
    task = asyncio.create_task(_served(server, listening.socket))
    await server.takes_requests
    return listening.url, task


async def _served(server: Server, socket: Any) -> None:  # noqa: ANN401  a socket
    """Serve until cancelled."""
    work = asyncio.create_task(server.serve(sockets=[socket]))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        server.should_exit = server.force_exit = True
        await work


@asynccontextmanager
async def serving_in_loop(app: Any) -> AsyncGenerator[str]:  # noqa: ANN401  ASGI
    """Serve an application in this loop while the block lasts."""
    url, task = await _serving(app)
    try:
        yield url
    finally:
        task.cancel()
        await asyncio.gather(task)


async def _closed(road: Road, servers: list[asyncio.Task[None]]) -> None:
    """Close everything in this loop."""
    for task in servers:
        task.cancel()
    await asyncio.gather(*servers)
    await road.desk.close()
    await road.house.close()
    await road.venue.close()
