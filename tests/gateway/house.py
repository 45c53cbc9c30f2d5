"""A running gateway in a small world: real log, real keys, a clock set by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from kya.adapters.prices_memory import MemoryPrices
from kya.adapters.store_memory import MemoryDisk
from kya.adapters.venue_paper import NO_FAULTS, Fault, PaperVenue
from kya.authority import acts
from kya.codec.canonical import digest
from kya.codec.decisions import DecisionLine, parse_decision
from kya.codec.note import SignedNote
from kya.codec.orders import render_order
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.money import Price
from kya.core.order import Order
from kya.core.order_events import VenueReported
from kya.core.price import ReferencePrice
from kya.core.scope import Scope
from kya.gateway.answer import Answer
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import (
    MarketAccess,
    PolicyAnswers,
    Prices,
    Venue,
    WatchedList,
)
from kya.pki.entries import Entry
from kya.sequencer.sequencer import Sequencer
from tests.sequencer.logs import inline
from tests.world import AGENT, FOUNDED, MORNING, World

MARKETS: Final = {"EUR/USD": ("1.38105", "1.38111"), "GBP/EUR": ("1.221", "1.2212")}
VENUES: Final = ("SIMA", "SIMB", "SIMC")


@dataclass
class HandClock:
    """A clock that a test sets."""

    instant: Instant = MORNING

    def now(self) -> Instant:
        return self.instant

    def forward(self, *, seconds: int = 0, micros: int = 0) -> None:
        self.instant = self.instant.plus(seconds=seconds, micros=micros)


@cache
def the_world(scope: Scope | None = None) -> World:
    """One world for many tests; nobody appends to it."""
    return World() if scope is None else World(scope=scope)


def the_prices() -> MemoryPrices:
    """One price of each market, good from the founding on."""
    return MemoryPrices(
        ReferencePrice(
            market=market,
            bid=Price.parse(bid),
            ask=Price.parse(ask),
            at=FOUNDED,
            source="test",
        )
        for market, (bid, ask) in MARKETS.items()
    )


def a_venue(clock: HandClock, faults: Mapping[str, Fault] = NO_FAULTS) -> PaperVenue:
    """A paper venue that fills everything unless told otherwise."""
    return PaperVenue(name="SIMA", prices=the_prices(), clock=clock, faults=faults)


@dataclass(kw_only=True)
class House:
    """World, log and gateway, under way."""

    world: World
    clock: HandClock
    disk: MemoryDisk
    paper: PaperVenue
    venues: Mapping[str, Venue]
    prices: Prices | None = None
    policies: PolicyAnswers | None = None
    lists: Mapping[str, WatchedList] = field(default_factory=dict)
    sequencer: Sequencer = field(init=False)
    gateway: Gateway = field(init=False)

    async def open(self) -> None:
        """Open the log, begin it if it is new, and start the gateway."""
        self.sequencer = await Sequencer.open(
            self.disk.stores(), self.world.log, inline()
        )
        for raw in self.world.entries[self.sequencer.size :]:
            await self.sequencer.append(Entry.read(raw))
        self.gateway = Gateway(
            sequencer=self.sequencer,
            signer=self.world.gateway,
            clock=self.clock,
            access=MarketAccess(
                venues=self.venues,
                prices=self.prices,
                policies=self.policies,
                lists=self.lists,
            ),
            root=self.world.root,
        )
        self.gateway.start()

    async def close(self) -> None:
        await self.gateway.close()
        if not self.sequencer.failure.done():
            await self.sequencer.close()

    async def restart(self) -> None:
        """End the process as a kill does, and start another one on the same disk."""
        await self.gateway.close()
        self.disk.end_process()
        await self.open()

    def order(self, **changes: object) -> Order:
        """The agent's next order by the log, valid unless changed."""
        past = self.sequencer.state.agents[AGENT].past
        usual: dict[str, object] = {
            "seq": past.seq + 1,
            "prev": past.prev,
            "client_order_id": f"c-{past.seq + 1}",
            "created_at": self.clock.instant,
        }
        return self.world.order(**{**usual, **changes})

    def orders(self, count: int, **changes: object) -> list[Order]:
        """So many orders, each continuing the chain of the one before."""
        orders = [self.order(**changes)]
        for _ in range(count - 1):
            before = orders[-1]
            orders.append(
                replace(
                    before,
                    seq=before.seq + 1,
                    prev=digest(render_order(before)),
                    client_order_id=f"c-{before.seq + 1}",
                )
            )
        return orders

    def note(self, order: Order | None = None) -> bytes:
        """The order as its agent signs it."""
        return self.world.order_note(order or self.order())

    async def submit(self, **changes: object) -> Answer:
        """Submit the next order, changed as told."""
        return await self.gateway.submit(self.note(self.order(**changes)))

    async def change_standing(self, act: Act) -> None:
        """Let the authority act upon the agent's credential."""
        if act is Act.REVOKE:
            await self.gateway.statements.record(*self.revocation())
            return
        note = acts.change_standing(
            self.world.authority, self.world.credential, act, "test", self.clock.instant
        )
        await self.gateway.statements.record(note)

    def revocation(self, seconds: int = 0) -> tuple[bytes, bytes]:
        """The notes that revoke the agent's credential, to follow the log as it is."""
        event = self.world.revocation(self.clock.instant.plus(seconds=seconds))
        return self.world.revocation_notes(self.sequencer.state, event)

    def raws(self) -> list[bytes]:
        """The entries after those that began the world."""
        start = len(self.world.entries)
        return [self.sequencer.entry(i) for i in range(start, self.sequencer.size)]

    def kinds(self) -> list[str]:
        """What those entries are: order, decision, report and so on."""
        return [raw.split(b'"', 4)[3].split(b"/")[1].decode() for raw in self.raws()]

    async def reports(self) -> list[VenueReported]:
        """The venues' answers on record, once none is under way."""
        await self.gateway.releases.drained()
        events = [Entry.read(raw).event for raw in self.raws()]
        return [event for event in events if isinstance(event, VenueReported)]

    async def arrivals(self) -> list[str]:
        """The client order ids that reached the venue, each as often as it came."""
        await self.gateway.releases.drained()
        return [execution.client_order_id for execution in self.paper.executions]


Test = Callable[[House], Awaitable[None]]


def a_house(
    *,
    scope: Scope | None = None,
    faults: Mapping[str, Fault] = NO_FAULTS,
    venue: Venue | None = None,
    prices: Prices | None = None,
) -> House:
    """A house that is not open yet; `venue` stands in for the paper venue."""
    clock = HandClock()
    paper = a_venue(clock, faults)
    return House(
        world=the_world(scope),
        clock=clock,
        disk=MemoryDisk(),
        paper=paper,
        venues=dict.fromkeys(VENUES, venue or paper),
        prices=prices,
    )


def in_house(
    *,
    scope: Scope | None = None,
    faults: Mapping[str, Fault] = NO_FAULTS,
    venue: Venue | None = None,
    prices: Prices | None = None,
) -> Callable[[Test], Callable[[], None]]:
    """Make a test of what happens in an open house."""

    def decorate(test: Test) -> Callable[[], None]:
        async def lived() -> None:
            house = a_house(scope=scope, faults=faults, venue=venue, prices=prices)
            await house.open()
            try:
                await test(house)
            finally:
                await house.close()

        def run() -> None:
            asyncio.run(lived())

        run.__doc__ = test.__doc__
        return run

    return decorate


def decision_in(answer: Answer) -> DecisionLine:
    """The decision that the answer's note holds."""
    return parse_decision(SignedNote.parse(answer.decision).text)
