"""The log on a disk that loses writes, keeps failed ones, tears them, and dies.

Each seed plays many lives of one process over one disk. The judges know the story that
was being told, and everything that was ever acknowledged or signed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, islice, pairwise
from random import Random

import pytest

from kya.adapters.store_memory import Fault, MemoryDisk, no_faults
from kya.codec.note import SignedNote
from kya.core.errors import TransientError
from kya.core.fold import apply
from kya.core.state import State
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from kya.pki.signer import Custody
from kya.sequencer.fsck import fsck
from kya.sequencer.publish import CHECKPOINT
from kya.sequencer.sequencer import Sequencer
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.merkle import consistency_path, leaf_hash, root_of, verify_consistency
from tests.sequencer.logs import (
    LOG_KEY,
    all_entries,
    calls_from,
    opened,
    read,
)
from tests.world import ORIGIN

LIVES = 15
FAULTS = (Fault.FAILED, Fault.STORED, Fault.UNSYNCED, Fault.TORN)


@cache
def states() -> tuple[State, ...]:
    """The state after each number of entries."""
    events = (Entry.read(raw).event for raw in all_entries())
    return tuple(accumulate(events, apply, initial=State()))


class Witnessing:
    """The log's key, with a memory of every text it was given."""

    def __init__(self) -> None:
        self.signed: list[Checkpoint] = []

    def public_key(self) -> bytes:
        return LOG_KEY.public_key()

    def sign(self, message: bytes) -> bytes:
        self.signed.append(Checkpoint.parse(message.decode()))
        return LOG_KEY.sign(message)

    def describe(self) -> Custody:
        return LOG_KEY.describe()


@dataclass
class Trouble:
    """Decides which writes fail; a machine that died writes nothing more."""

    random: Random
    disk: MemoryDisk
    rate: float
    is_dead: bool = False
    writes: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> Fault:
        self.writes.append(name)
        require_stored_before_shown(self.disk)
        if self.is_dead:
            return Fault.FAILED
        if self.random.random() >= self.rate:
            return Fault.NONE
        self.is_dead = self.random.random() < 0.5
        return self.random.choice(FAULTS)


def require_stored_before_shown(disk: MemoryDisk) -> None:
    """No reader sees a checkpoint that the store does not have."""
    for copy in (disk.seen, disk.durable):
        shown = copy.files.get(CHECKPOINT)
        if shown is not None:
            assert size_of(shown) <= size_of(copy.checkpoints[ORIGIN])


def size_of(note: bytes) -> int:
    return Checkpoint.from_note(SignedNote.parse(note)).size


class Simulation:
    """One disk, one story, and what the world outside has been told."""

    def __init__(self, seed: int, rate: float) -> None:
        self.random = Random(seed)
        self.disk = MemoryDisk()
        self.rate = rate
        self.key = Witnessing()
        self.log = NoteSigner(ORIGIN, self.key)
        self.acknowledged = 0
        self.faults = 0

    def play(self) -> None:
        for _ in range(LIVES):
            self.disk.plan = Trouble(self.random, self.disk, self.rate)
            asyncio.run(self.life())
            self.faults += self.disk.plan.is_dead
            if self.random.random() < 0.5:
                self.disk.cut_power()
            else:
                self.disk.end_process()
        self.disk.plan = Trouble(self.random, self.disk, rate=0.0)
        asyncio.run(self.last_life())

    async def life(self) -> None:
        """Open, work until a fault or a whim ends it."""
        try:
            sequencer = await opened(self.disk.stores(), self.log)
        except TransientError:
            return
        self.judge(sequencer)
        while not sequencer.failure.done() and self.random.random() < 0.9:
            if self.random.random() < 0.4:
                await asyncio.wait([asyncio.ensure_future(self.publish(sequencer))])
            else:
                await self.append_some(sequencer)
        if sequencer.failure.done():
            with pytest.raises(TransientError):
                await sequencer.append()

    async def last_life(self) -> None:
        """Without faults, the story comes to its end."""
        sequencer = await opened(self.disk.stores(), self.log)
        self.judge(sequencer)
        for call in calls_from(sequencer.size):
            await sequencer.append(*read(call))
        assert (await sequencer.publish()).size == len(all_entries())
        self.acknowledged = sequencer.size
        self.judge(sequencer)
        await sequencer.close()

    async def append_some(self, sequencer: Sequencer) -> None:
        """Several callers at once; each is told, or not, that it is durable."""
        calls = islice(calls_from(sequencer.size), self.random.randrange(1, 6))
        tasks = [
            asyncio.ensure_future(self.append(sequencer, read(call))) for call in calls
        ]
        if self.random.random() < 0.3:
            tasks.append(asyncio.ensure_future(self.publish(sequencer)))
        if tasks:
            await asyncio.wait(tasks)

    async def append(self, sequencer: Sequencer, entries: list[Entry]) -> None:
        try:
            first = await sequencer.append(*entries)
        except TransientError:
            return
        self.acknowledged = max(self.acknowledged, first + len(entries))

    async def publish(self, sequencer: Sequencer) -> None:
        try:
            checkpoint = await sequencer.publish()
        except TransientError:
            return
        assert size_of(self.disk.durable.files[CHECKPOINT]) == checkpoint.size

    def judge(self, sequencer: Sequencer) -> None:
        """Nothing acknowledged is lost, in order; all signed is one history."""
        told = all_entries()
        assert self.acknowledged <= sequencer.size
        kept = [sequencer.entry(index) for index in range(sequencer.size)]
        assert kept == told[: sequencer.size]
        assert sequencer.state == states()[sequencer.size]
        verdicts = list(fsck(self.disk.stores(), self.log.key))
        assert [verdict for verdict in verdicts if not verdict.holds] == []
        self.judge_signed(told)

    def judge_signed(self, told: list[bytes]) -> None:
        leaves = [leaf_hash(entry) for entry in told]
        signed = self.key.signed
        assert [c.size for c in signed] == sorted(c.size for c in signed)
        for old, new in pairwise(signed):
            path = consistency_path(leaves[: new.size], old.size)
            verify_consistency(old.size, new.size, old.root, new.root, path)
        for checkpoint in signed:
            assert checkpoint.root == root_of(leaves[: checkpoint.size])


@pytest.mark.parametrize("seed", range(20))
def test_nothing_acknowledged_is_lost_and_one_history_is_signed(seed: int) -> None:
    Simulation(seed, rate=0.08).play()


@pytest.mark.parametrize("seed", range(20, 30))
def test_even_when_every_third_write_fails(seed: int) -> None:
    Simulation(seed, rate=0.33).play()


def test_the_simulation_visits_every_kind_of_write_with_every_fault() -> None:
    seen: set[tuple[str, Fault]] = set()

    class Noting(Trouble):
        def __call__(self, name: str) -> Fault:
            fault = super().__call__(name)
            seen.add((name.partition("/")[0], fault))
            return fault

    simulation = Simulation(seed=0, rate=0.2)
    for _ in range(8):
        for _ in range(LIVES):
            simulation.disk.plan = Noting(simulation.random, simulation.disk, 0.2)
            asyncio.run(simulation.life())
            simulation.disk.cut_power()
        simulation.disk = MemoryDisk()
        simulation.key.signed.clear()
        simulation.acknowledged = 0
    names = {"wal append", "wal repair", "checkpoint swap", "checkpoint", "tile"}
    assert seen >= {(name, fault) for name in names for fault in Fault}


class FailingOnce:
    """Lets one write fail, and notes how many there were."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.writes = 0

    def __call__(self, _name: str) -> Fault:
        self.writes += 1
        return self.fault if self.writes == self.number else Fault.NONE


async def a_day(simulation: Simulation) -> None:
    """Tell the story in the same steps each time, until a fault."""
    try:
        sequencer = await opened(simulation.disk.stores(), simulation.log)
    except TransientError:
        return
    for number, call in enumerate(calls_from(0)):
        await simulation.append(sequencer, read(call))
        if number % 5 == 0:
            await simulation.publish(sequencer)
        if sequencer.failure.done():
            return


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("end", [MemoryDisk.end_process, MemoryDisk.cut_power])
def test_every_single_write_of_a_day_may_fail(
    fault: Fault, end: Callable[[MemoryDisk], None]
) -> None:
    counting = Simulation(seed=0, rate=0.0)
    counting.disk.plan = undisturbed = FailingOnce(0, fault)
    asyncio.run(a_day(counting))
    assert undisturbed.writes > 50
    for number in range(1, undisturbed.writes + 1):
        simulation = Simulation(seed=0, rate=0.0)
        simulation.disk.plan = FailingOnce(number, fault)
        asyncio.run(a_day(simulation))
        end(simulation.disk)
        simulation.disk.plan = no_faults
        asyncio.run(simulation.last_life())


@pytest.mark.proof
def test_a_thousand_more_seeds() -> None:
    for seed in range(1_000, 2_000):
        Simulation(seed, rate=0.1).play()
