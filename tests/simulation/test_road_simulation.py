"""The whole road on a disk that loses writes, keeps failed ones, and dies of any.

Each seed plays many lives of one gateway over one disk, one venue and one agent. The
judges know nothing of the gateway: they compare the venue's own list with the log.
A road that is built wrong from the same parts must not get past them.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from random import Random
from typing import Any, Final

import pytest

from kya.adapters.store_memory import Fault, MemoryDisk, no_faults
from kya.codec.canonical import digest
from kya.codec.decisions import parse_decision, render_decision
from kya.codec.orders import render_order
from kya.core.case_of import Inputs, case_of
from kya.core.client_id import client_id_of
from kya.core.decide import decide
from kya.core.decision import Outcome
from kya.core.errors import KyaError, TransientError
from kya.core.fold import apply
from kya.core.instant import Instant
from kya.core.money import Price
from kya.core.order import Action, Order, OrderType, TimeInForce
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.core.scope import DailyMaxPer, Mode
from kya.core.state import State
from kya.gateway.answer import Answer, Freshness
from kya.gateway.permit import Permit
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import MarketAccess, VenueAnswer
from kya.pki.entries import Entry
from kya.sequencer.sequencer import Sequencer
from tests.gateway.house import HandClock, a_venue, the_world
from tests.sequencer.logs import inline
from tests.world import AGENT, eur, the_scope

SCOPE = the_scope(daily_max_per=DailyMaxPer.AGENT, daily_max=eur("200000.00"))
AMOUNTS = ("20000.00", "20000.00", "25000.00", "25000.01", "0.01")
RESTING: Final[dict[str, Any]] = {
    "type": OrderType.LIMIT,
    "limit_price": Price.parse("1"),
    "time_in_force": TimeInForce.GTC,
}
LIVES = 8
DISK_FAULTS = (Fault.FAILED, Fault.STORED, Fault.UNSYNCED, Fault.TORN)

Road = Callable[[Gateway, bytes], Awaitable[Answer]]


async def the_road(gateway: Gateway, raw: bytes) -> Answer:
    """The road as it is."""
    return await gateway.submit(raw)


async def released_above_append(gateway: Gateway, raw: bytes) -> Answer:
    """The same parts in the wrong order: it lets the order go, then writes it down."""
    submitted = Entry.read(raw).event
    assert isinstance(submitted, OrderSubmitted)
    if submitted.order.seq > sequencer_of(gateway).state.agents[AGENT].past.seq:
        gateway.releases.start(permit_for(submitted))
    return await gateway.submit(raw)


async def released_before_durable(gateway: Gateway, raw: bytes) -> Answer:
    """The same parts, judged first, but let go before the decision is durable."""
    submitted = Entry.read(raw).event
    assert isinstance(submitted, OrderSubmitted)
    answering = asyncio.ensure_future(gateway.submit(raw))
    await asyncio.sleep(0)
    agent = sequencer_of(gateway).state.agents[AGENT]
    if agent.unanswered.get(submitted.order.seq) == submitted:
        gateway.releases.start(permit_for(submitted))
    return await answering


async def released_again_on_retry(gateway: Gateway, raw: bytes) -> Answer:
    """The same parts, but whoever asks again is sent again."""
    submitted = Entry.read(raw).event
    assert isinstance(submitted, OrderSubmitted)
    answer = await gateway.submit(raw)
    if answer.freshness is Freshness.REPEATED and answer.outcome is Outcome.ALLOWED:
        gateway.releases.start(permit_for(submitted))
    return answer


def sequencer_of(gateway: Gateway) -> Sequencer:
    return gateway.inquiry._sequencer  # noqa: SLF001  only a wrong road looks in here


def permit_for(submitted: OrderSubmitted) -> Permit:
    return Permit(
        order=submitted.order, leaf=submitted.leaf, mode=Mode.LIVE, index=10**9
    )


@dataclass
class Trouble:
    """Decides which writes fail; a machine that died writes nothing more."""

    random: Random
    rate: float
    is_dead: bool = False

    def __call__(self, _name: str) -> Fault:
        if self.is_dead:
            return Fault.FAILED
        if self.random.random() >= self.rate:
            return Fault.NONE
        self.is_dead = True
        return self.random.choice(DISK_FAULTS)


@dataclass
class Market:
    """The venue: when an order arrives, it looks into the disk and not the gateway."""

    random: Random
    disk: MemoryDisk
    clock: HandClock
    findings: list[str] = field(default_factory=list)
    arrived: list[Permit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.paper = a_venue(self.clock)

    async def submit(self, permit: Permit) -> VenueAnswer:
        return await self.take(permit, self.paper.submit)

    async def replace(self, permit: Permit) -> VenueAnswer:
        return await self.take(permit, self.paper.replace)

    async def cancel(self, permit: Permit) -> VenueAnswer:
        return await self.take(permit, self.paper.cancel)

    async def recall(self, client_id: str) -> VenueAnswer | None:
        if self.random.random() < 0.2:
            raise TransientError("out of reach")
        return await self.paper.recall(client_id)

    async def take(
        self, permit: Permit, verb: Callable[[Permit], Awaitable[VenueAnswer]]
    ) -> VenueAnswer:
        for _ in range(self.random.randrange(3)):
            await asyncio.sleep(0)
        if self.random.random() < 0.1:
            raise TransientError("lost on its way")
        self.arrived.append(permit)
        if permit.leaf not in allowed_on(self.disk):
            self.findings.append(f"order {permit.order.seq}: released, but not durable")
        answer = await verb(permit)
        if self.random.random() < 0.2:
            raise TransientError("the answer got lost")
        return answer

    async def query(self, client_id: str) -> VenueAnswer | None:
        if self.random.random() < 0.2:
            raise TransientError("out of reach")
        return await self.paper.query(client_id)


def allowed_on(disk: MemoryDisk) -> set[str]:
    """The leaf hashes of the orders whose permission survives a power cut."""
    copy = MemoryDisk()
    copy.seen = disk.durable
    records = copy.stores().entries.records()
    return allowed_in([raw for record in records for raw in record.entries])


def allowed_in(entries: list[bytes]) -> set[str]:
    """The leaf hashes of the orders that the log allows."""
    events = [read(raw).event for raw in entries]
    return {
        event.order
        for event in events
        if isinstance(event, OrderDecided) and event.outcome is Outcome.ALLOWED
    }


@lru_cache(maxsize=100_000)
def read(raw: bytes) -> Entry:
    return Entry.read(raw)


class Simulation:
    """One disk, one venue, one agent, many lives of one gateway."""

    def __init__(self, seed: int, road: Road, rate: float = 0.03) -> None:
        self.random = Random(seed)
        self.road = road
        self.rate = rate
        self.world = the_world(SCOPE)
        self.clock = HandClock()
        self.disk = MemoryDisk()
        self.market = Market(self.random, self.disk, self.clock)
        self.chain: list[Order] = []
        self.acknowledged: dict[int, bytes] = {}
        self.deaths = 0

    def play(self) -> list[str]:
        """Return what the judges found."""
        for _ in range(LIVES):
            trouble = Trouble(self.random, self.rate)
            self.disk.plan = trouble
            asyncio.run(self.life())
            self.deaths += trouble.is_dead
            if self.random.random() < 0.5:
                self.disk.cut_power()
            else:
                self.disk.end_process()
        self.disk.plan = no_faults
        asyncio.run(self.last_life())
        return self.market.findings

    async def life(self) -> None:
        """Open, trade until a fault or a whim ends it, and die without a word."""
        try:
            sequencer, gateway = await self.opened()
        except TransientError:
            return
        while not sequencer.failure.done() and self.random.random() < 0.9:
            self.clock.forward(micros=self.random.randrange(2_000))
            notes = self.some_notes(sequencer)
            tasks = [asyncio.ensure_future(self.send(gateway, note)) for note in notes]
            if self.random.random() < 0.2:
                for _ in range(self.random.randrange(12)):
                    await asyncio.sleep(0)
                for task in tasks:
                    task.cancel()
                break
            await asyncio.wait(tasks)
        await gateway.close()

    async def last_life(self) -> None:
        """Without faults every question is answered, and the judges look at it all."""
        sequencer, gateway = await self.opened()
        for _ in range(3):
            for order in self.chain[sequencer.state.agents[AGENT].past.seq :]:
                await self.send(gateway, self.world.order_note(order))
        await gateway.releases.drained()
        while working := sequencer.state.agents[AGENT].unanswered:
            await gateway.releases.cancel_working(working.values())
            await asyncio.sleep(0.001)
        self.judge([sequencer.entry(index) for index in range(sequencer.size)])
        agent = sequencer.state.agents[AGENT]
        assert agent.past.seq == len(self.chain)
        assert agent.unanswered == {}
        await sequencer.close()

    async def opened(self) -> tuple[Sequencer, Gateway]:
        sequencer = await Sequencer.open(self.disk.stores(), self.world.log, inline())
        for raw in self.world.entries[sequencer.size :]:
            await sequencer.append(Entry.read(raw))
        for seq, decision in self.acknowledged.items():
            index = sequencer.order_index(AGENT, seq)
            if index is None or sequencer.entry(index + 1) != decision:
                self.market.findings.append(f"order {seq}: answered, then forgotten")
        gateway = Gateway(
            sequencer=sequencer,
            signer=self.world.gateway,
            clock=self.clock,
            access=MarketAccess(venues=dict.fromkeys(SCOPE.venues, self.market)),
            root=self.world.root,
        )
        gateway.start()
        return sequencer, gateway

    def some_notes(self, sequencer: Sequencer) -> list[bytes]:
        """What the agent sends now: what is missing, new orders, and some nonsense."""
        done = sequencer.state.agents[AGENT].past.seq
        fresh = [self.next_order() for _ in range(self.random.randrange(1, 5))]
        notes = [
            self.world.order_note(o) for o in (*self.chain[done : -len(fresh)], *fresh)
        ]
        if self.random.random() < 0.5:
            self.random.shuffle(notes)
        if done:
            again = self.random.choice(self.chain[:done])
            notes.append(self.world.order_note(again))
            if self.random.random() < 0.3:
                notes.append(self.world.order_note(replace(again, amount=eur("7.77"))))
        if self.random.random() < 0.3:
            notes.append(notes[0].replace(b'"BUY"', b'"SELL"'))
        return notes

    def next_order(self) -> Order:
        before = self.chain[-1] if self.chain else None
        prev = digest(render_order(before)) if before else "0" * 64
        seq = len(self.chain) + 1
        kind = self.random.random()
        order = self.world.order(
            seq=seq,
            prev="ab" * 32 if self.random.random() < 0.05 else prev,
            client_order_id=f"c-{seq}",
            amount=eur(self.random.choice(AMOUNTS)),
            created_at=self.clock.instant,
            **(RESTING if kind < 0.3 else {}),
        )
        if before is not None and kind > 0.7:
            order = cancel_of(self.random.choice(self.chain), order)
        self.chain.append(order)
        return order

    async def send(self, gateway: Gateway, note: bytes) -> None:
        try:
            answer = await self.road(gateway, note)
        except KyaError:
            return
        order = Entry.read(note).event
        if isinstance(order, OrderSubmitted):
            self.acknowledged[order.order.seq] = answer.decision

    def judge(self, entries: list[bytes]) -> None:
        """Ask the four questions of the whole log and of the venue's whole list."""
        findings = self.market.findings
        findings += left_resting(self.market)
        findings += released_unlogged(self.market.arrived, entries)
        findings += released_twice(self.market.arrived)
        findings += limits_exceeded(self.market.arrived)
        findings += decisions_that_differ(entries)


def cancel_of(target: Order, order: Order) -> Order:
    """The order as a cancel of the other one, which may work or not."""
    return replace(
        order,
        action=Action.CANCEL,
        target=target.seq,
        amount=target.amount,
        market=target.market,
        side=target.side,
        venue=target.venue,
    )


def left_resting(market: Market) -> list[str]:
    """What rests at the venue although the log says that everything is settled."""
    messages = market.paper._messages.values()  # noqa: SLF001  the venue's own book
    return [f"{m.client_order_id}: still rests" for m in messages if m.is_resting]


def released_unlogged(arrived: list[Permit], entries: list[bytes]) -> list[str]:
    known = {client_id_of(leaf) for leaf in allowed_in(entries)}
    return [
        f"order {permit.order.seq}: released, but not allowed by the log"
        for permit in arrived
        if permit.client_id not in known
    ]


def released_twice(arrived: list[Permit]) -> list[str]:
    times = Counter(permit.client_id for permit in arrived)
    return [
        f"{name}: arrived {count} times" for name, count in times.items() if count > 1
    ]


def limits_exceeded(arrived: list[Permit]) -> list[str]:
    orders = {
        permit.client_id: permit.order
        for permit in arrived
        if permit.order.action is Action.NEW
    }.values()
    findings = [
        f"order {o.seq}: {o.amount}" for o in orders if o.amount.minor_units > 2_500_000
    ]
    total = sum(order.amount.minor_units for order in orders)
    return [*findings, *([f"day: {total}"] if total > 20_000_000 else [])]


def decisions_that_differ(entries: list[bytes]) -> list[str]:
    """Fold the log anew and judge each order again; the line must be the same."""
    state, findings = State(), []
    for raw in entries:
        entry = read(raw)
        submitted = state.undecided
        if (
            submitted is not None
            and judged_again(state, submitted, entry) != entry.note.text
        ):
            findings.append(f"order {submitted.order.seq}: decided otherwise")
        state = apply(state, entry.event)
    return findings


def judged_again(state: State, submitted: OrderSubmitted, decided: Entry) -> bytes:
    received_at = Instant.parse(parse_decision(decided.note.text).received_at)
    case = case_of(state, submitted, Inputs(received_at))
    return render_decision(decide(case), submitted.leaf)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for turns and venues for microseconds, not for fractions of a second."""
    monkeypatch.setattr("kya.gateway.turns._WAIT_SECONDS", 0.002)
    monkeypatch.setattr("kya.gateway.reconcile.VENUE_ASK_MICROS_MIN", 1)
    monkeypatch.setattr("kya.gateway.reconcile.VENUE_ASK_MICROS_MAX", 1_000)


SEEDS = range(25)


@cache
def played(seed: int) -> Simulation:
    simulation = Simulation(seed, the_road)
    simulation.play()
    return simulation


@pytest.mark.parametrize("seed", SEEDS)
def test_the_road_holds_whatever_the_disk_and_the_venue_do(seed: int) -> None:
    assert played(seed).market.findings == []


def test_the_simulation_reaches_what_it_is_about() -> None:
    all_played = [played(seed) for seed in SEEDS]
    markets = [simulation.market for simulation in all_played]
    asked = [o.amount.minor_units for s in all_played for o in s.chain]
    assert sum(simulation.deaths for simulation in all_played) > len(SEEDS)
    assert sum(len(market.arrived) for market in markets) > 5 * len(SEEDS)
    assert sum(asked) > len(SEEDS) * SCOPE.daily_max.minor_units
    cancels = [p for m in markets for p in m.arrived if p.order.action is Action.CANCEL]
    assert len(cancels) > len(SEEDS) / 2


@pytest.mark.parametrize(
    ("wrong", "finding"),
    [
        (released_above_append, "not allowed by the log"),
        (released_before_durable, "not durable"),
        (released_again_on_retry, "times"),
    ],
)
def test_a_road_built_wrong_from_the_same_parts_is_caught(
    wrong: Road, finding: str
) -> None:
    found = (text for seed in SEEDS for text in Simulation(seed, wrong).play())
    assert any(finding in text for text in found)
