"""A road in one loop: bot, FIX acceptor, gateway and paper venue; a clock by hand."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kya.adapters.agent_journal_memory import MemoryJournal
from kya.adapters.venue_paper import NO_FAULTS, Fault
from kya.agent.async_client import AsyncAgent
from kya.agent.chain import Identity
from kya.agent.exchange import Patience
from kya.agent.fix_desk import FixDesk
from kya.agent.fix_roads import Manners
from kya.agent.link import Link
from kya.api.app import create_app
from kya.api.history import history_routes
from kya.core.instant import Instant
from kya.core.scope import Scope as Mandated
from kya.core.scope_limits import ACTIONS_WITH_A_ROAD, Limits
from kya.fix.line import Line
from kya.fix.session import Session
from kya.fix.store import MemoryStore, Store
from kya.fix.terms import Role, Terms
from kya.gateway.history import History
from kya.gateway.ports import Venue
from tests.bots.road import serving_in_loop
from tests.fix.bot import Bot
from tests.gateway.house import House, a_house
from tests.world import AGENT, the_scope

VENUE = "SIMA"


def fix_scope() -> Mandated:
    """The story's scope, in which orders may be cancelled and replaced."""
    return the_scope(limits=Limits(actions=ACTIONS_WITH_A_ROAD))


class Gate:
    """The gateway's application; it can carry out a request and lose the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.loses_next = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not self.loses_next:
            await self.app(scope, receive, send)
            return
        self.loses_next -= 1

        async def lost(_: Message) -> None:
            """Say nothing."""

        await self.app(scope, receive, lost)
        body = b"lost on the way"
        start = {"type": "http.response.start", "status": 502, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": body})


@dataclass(kw_only=True)
class FixRoad:
    """The parts of one road, all in this loop."""

    house: House
    desk: FixDesk
    address: str
    gateway: str
    gate: Gate
    journal: MemoryJournal
    manners: Manners
    store: Store = field(default_factory=MemoryStore)

    async def bot(self, store: Store | None = None, **changes: object) -> Bot:
        """A bot that has logged on."""
        clock = self.house.clock.now
        return await Bot(self.address, clock, store, **changes).dial()

    @asynccontextmanager
    async def another_desk(self) -> AsyncGenerator[str]:
        """The process that takes the place of the one beside the bot."""
        await self.desk.close()
        async with desk_at(
            self.house, self.gateway, (self.journal, self.store), self.manners
        ) as (_, address):
            yield address

    async def arrivals(self) -> list[str]:
        """The client order ids that reached the venue."""
        return await self.house.arrivals()


@asynccontextmanager
async def desk_at(
    house: House,
    gateway: str,
    memory: tuple[MemoryJournal, Store],
    manners: Manners,
    clock: Callable[[], Instant] | None = None,
) -> AsyncGenerator[tuple[FixDesk, str]]:
    """The process that stands beside the bot; its session may go by another clock."""
    journal, store = memory
    agent = AsyncAgent(
        Identity(agent=AGENT, credential=house.world.credential, region="eu-west-1"),
        house.world.agent,
        journal,
        house.clock.now,
        Link(
            url=gateway,
            gateway=house.world.gateway.key,
            patience=Patience(attempts=2, first_pause_ms=1),
        ),
    )
    numbers = count(1)
    desk = FixDesk(agent, manners, house.clock.now, lambda: f"ours-{next(numbers)}")
    terms = Terms(ours="KYA", theirs="BOT", role=Role.ACCEPTOR)
    line = Line(Session(terms, store), desk, clock or house.clock.now)
    await desk.opened(line)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(line.protocol, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield desk, f"tcp://{host}:{port}"
    finally:
        server.close()
        line.hang_up()
        await desk.close()
        if desk.failure.done():
            desk.failure.result()


@asynccontextmanager
async def a_fix_road(
    *,
    faults: Mapping[str, Fault] = NO_FAULTS,
    venue: Venue | None = None,
    cancels_on_disconnect: bool = False,
    waiting_max: int = 256,
    clock: Callable[[], Instant] | None = None,
) -> AsyncGenerator[FixRoad]:
    """A road whose orders meet these faults at the paper venue, by client order id."""
    house = a_house(scope=fix_scope(), faults=faults, venue=venue)
    await house.open()
    past = history_routes(History(house.sequencer), {})
    app = create_app(gateway=house.gateway, sequencer=house.sequencer, more=past)
    manners = Manners(
        venue=VENUE,
        cancels_on_disconnect=cancels_on_disconnect,
        waiting_max=waiting_max,
    )
    journal, store = MemoryJournal(), MemoryStore()
    gate = Gate(app)
    async with serving_in_loop(gate) as gateway:
        try:
            memory = (journal, store)
            async with desk_at(house, gateway, memory, manners, clock) as (desk, at):
                yield FixRoad(
                    house=house, desk=desk, address=at, gateway=gateway, gate=gate,
                    journal=journal, manners=manners, store=store,
                )  # fmt: skip
        finally:
            await house.close()


Test = Callable[[FixRoad], Awaitable[None]]


def on_road(
    *,
    faults: Mapping[str, Fault] = NO_FAULTS,
    cancels_on_disconnect: bool = False,
    waiting_max: int = 256,
) -> Callable[[Test], Callable[[], None]]:
    """Make a test of what happens on a road."""

    def decorate(test: Test) -> Callable[[], None]:
        async def lived() -> None:
            async with a_fix_road(
                faults=faults,
                cancels_on_disconnect=cancels_on_disconnect,
                waiting_max=waiting_max,
            ) as road:
                await test(road)

        def run() -> None:
            asyncio.run(lived())

        return run

    return decorate
