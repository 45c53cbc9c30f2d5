"""The writer goes on under the next name, and crashes between any two steps of it."""

import asyncio

import pytest

from kya.adapters.store_memory import MemoryDisk
from kya.codec.note import VerifierKey
from kya.core.errors import CorruptionError, InputError, TransientError
from kya.gateway.rolling import go_on
from kya.gateway.scribe import Scribe
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from kya.sequencer import sequencer as writing
from kya.sequencer.fsck import fsck
from kya.sequencer.replay import replay
from kya.sequencer.sequencer import Sequencer
from kya.tlog.checkpoint import open_checkpoint
from tests.halting import enrol_supervisors
from tests.rolling import NEXT, continuation, last_checkpoint, roll_note
from tests.sequencer.logs import Inline, run
from tests.world import ORIGIN, World


class Stopped:
    """A clock of one instant."""

    def __init__(self, world: World) -> None:
        self.now = lambda: world.now


def a_world() -> World:
    world = World()
    enrol_supervisors(world)
    return world


def scribe(world: World, sequencer: Sequencer) -> Scribe:
    return Scribe(sequencer=sequencer, signer=world.gateway, clock=Stopped(world))


async def opened(disk: MemoryDisk, world: World) -> Sequencer:
    threads = writing.Threads(Inline(), Inline())
    return await Sequencer.open(disk.stores(), world.log, threads)


async def ended(disk: MemoryDisk, world: World) -> Sequencer:
    """A log of the world's entries, and a roll behind them."""
    sequencer = await opened(disk, world)
    await sequencer.append(*map(Entry.read, world.entries))
    await sequencer.publish()
    await sequencer.append(world.append(roll_note(world)))
    return sequencer


def named(world: World, origin: str) -> VerifierKey:
    return NoteSigner(origin, world.log.signer).key


def require_sound(disk: MemoryDisk, world: World) -> None:
    problems = [v for v in fsck(disk.stores(), world.log.key) if not v.holds]
    assert not problems


def test_what_comes_after_is_signed_under_the_next_name() -> None:
    async def case() -> None:
        disk, world = MemoryDisk(), a_world()
        sequencer = await ended(disk, world)
        closed = sequencer.size
        await go_on(scribe(world, sequencer))
        await go_on(scribe(world, sequencer))  # There is nothing left to do.
        assert (sequencer.origin, sequencer.size) == (NEXT, closed + 1)
        last = disk.seen.files[f"checkpoints/{closed}.note"]
        assert open_checkpoint(last, ORIGIN, [named(world, ORIGIN)]).size == closed
        first = disk.seen.files[f"checkpoints/{closed + 1}.note"]
        assert open_checkpoint(first, NEXT, [named(world, NEXT)]).size == closed + 1
        assert disk.seen.checkpoints == {ORIGIN: last, NEXT: first}
        world.append(sequencer.entry(closed))
        world.trade()
        await sequencer.append(*map(Entry.read, world.entries[-2:]))
        assert (await sequencer.publish()).origin == NEXT
        await sequencer.close()
        again = await opened(disk, world)
        assert (again.origin, again.state) == (NEXT, world.state)
        require_sound(disk, world)

    run(case)


@pytest.mark.parametrize("steps", range(4))
def test_a_start_does_what_a_crash_has_left(steps: int) -> None:
    async def case() -> None:
        disk, world = MemoryDisk(), a_world()
        sequencer = await ended(disk, world)
        if steps:
            await sequencer.publish()
        if steps > 1:
            await sequencer.append(Entry.read(continuation(world)))
        if steps > 2:
            await sequencer.publish()
            del disk.seen.files["checkpoint"]  # Stored, and not shown.
        closed = len(world.entries)
        disk.cut_power()
        again = await opened(disk, world)
        assert again.size == closed + (steps > 1)
        await go_on(scribe(world, again))
        assert (await again.publish()).origin == NEXT
        assert again.size == closed + 1
        require_sound(disk, world)

    run(case)


def test_others_wait_for_their_place_or_are_told_to_come_again() -> None:
    async def case() -> None:
        disk, world = MemoryDisk(), a_world()
        sequencer = await ended(disk, world)
        order = Entry.read(world.order_note())
        with pytest.raises(TransientError, match="has ended, and goes on at once"):
            sequencer.place(order, order)
        await sequencer.publish()
        world.append(continuation(world))
        world.trade()
        waiting = asyncio.create_task(
            sequencer.append(*map(Entry.read, world.entries[-2:]))
        )
        await asyncio.sleep(0)
        assert not waiting.done()
        await sequencer.append(Entry.read(world.entries[-3]))
        assert await waiting == len(world.entries) - 2

    run(case)


def test_a_log_that_does_not_go_on_lets_nobody_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def case() -> None:
        world = a_world()
        sequencer = await ended(MemoryDisk(), world)
        with pytest.raises(TransientError, match="does not go on"):
            await sequencer.until_open()

    monkeypatch.setattr(writing, "ROLL_SECONDS_MAX", 0.01)
    run(case)


def test_only_the_checkpoint_that_was_signed_last_is_followed() -> None:
    async def case() -> None:
        world = a_world()
        sequencer = await ended(MemoryDisk(), world)
        before = Entry.read(continuation(world))
        with pytest.raises(InputError, match="that was signed last"):
            await sequencer.append(before)  # Not signed by the log: nobody published.

    run(case)


@pytest.mark.parametrize("cut", [1, 2])
def test_a_stored_continuation_of_fewer_entries_is_no_log(cut: int) -> None:
    async def case() -> None:
        disk, world = MemoryDisk(), a_world()
        sequencer = await ended(disk, world)
        await sequencer.publish()
        shorter = last_checkpoint(world, size=len(world.entries) - cut)
        sequencer._published = sequencer._published.__class__(  # noqa: SLF001
            checkpoint=sequencer.published, note=shorter
        )
        with pytest.raises(InputError, match="want one of"):
            await sequencer.append(Entry.read(continuation(world, shorter)))

    run(case)


def test_a_checkpoint_under_a_name_that_the_entries_do_not_give_is_refused() -> None:
    async def case() -> None:
        disk, world = MemoryDisk(), a_world()
        sequencer = await ended(disk, world)
        await sequencer.publish()
        size = sequencer.size
        await sequencer.close()
        # Somebody signs the closed log under the next name, too.
        disk.seen.checkpoints[NEXT] = last_checkpoint(world, NEXT)
        del disk.seen.files["checkpoint"]
        with pytest.raises(CorruptionError, match="a tree of this size is signed as"):
            replay(disk.stores(), world.log.key)
        assert size == len(world.entries)

    run(case)
