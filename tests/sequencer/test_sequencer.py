import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kya.adapters.store_files import directory_stores
from kya.adapters.store_memory import Fault, MemoryDisk
from kya.core.errors import CorruptionError, InputError, TransientError
from kya.core.fold import apply
from kya.core.state import State
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from kya.sequencer import sequencer as sequencer_module
from kya.sequencer import tail as tail_module
from kya.sequencer.publish import CHECKPOINT
from kya.sequencer.sequencer import Sequencer
from tests.sequencer.logs import (
    LOG,
    LOG_KEY,
    DeadSigner,
    all_entries,
    calls_from,
    grown,
    inline,
    opened,
    read,
    run,
    story,
)
from tests.world import AGENT, ORIGIN, World

ALL = len(all_entries())
FOUNDING = next(i for i, call in enumerate(story()) if len(call) == 2)


def test_a_new_log_is_empty() -> None:
    async def case() -> None:
        sequencer = await opened(MemoryDisk().stores())
        assert (sequencer.size, sequencer.durable_size) == (0, 0)
        assert sequencer.published is None
        assert sequencer.origin == ORIGIN
        assert sequencer.state == State()
        assert not sequencer.failure.done()
        assert (await sequencer.publish()).size == 0

    run(case)


def test_every_entry_gets_its_place_and_keeps_it() -> None:
    async def case() -> None:
        sequencer = await opened(MemoryDisk().stores())
        size = 0
        for call in story():
            assert await sequencer.append(*read(call)) == size
            size += len(call)
            assert sequencer.durable_size == size
        assert [sequencer.entry(i) for i in range(size)] == all_entries()
        assert (await sequencer.publish()).size == size
        assert [sequencer.entry(i) for i in range(size)] == all_entries()

    run(case)


@pytest.mark.parametrize("index", [-1, 3, 10**9])
def test_there_is_no_entry_beyond_the_log(index: int) -> None:
    async def case() -> None:
        sequencer = await grown(MemoryDisk().stores(), 3)
        with pytest.raises(LookupError, match=str(index)):
            sequencer.entry(index)

    run(case)


def test_the_state_holds_what_has_its_place_before_it_is_durable() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer = await opened(disk.stores())
        first, second = (read(call) for call in story()[:2])
        assert sequencer.place(*first) == 0
        assert sequencer.state.opened is not None
        assert sequencer.durable_size == 0
        assert sequencer.place(*second) == 1
        await sequencer.durable(2)
        assert sequencer.durable_size == 2

    run(case)


def test_what_may_not_follow_is_refused_and_leaves_no_trace() -> None:
    async def case() -> None:
        sequencer = await grown(MemoryDisk().stores(), 5)
        before = sequencer.state
        (opening,) = read(story()[0])
        (following,) = read(story()[5])
        for entries in ([opening], [following, opening]):
            with pytest.raises(InputError, match="open already"):
                await sequencer.append(*entries)
            assert sequencer.state is before
            assert sequencer.size == 5
        assert await sequencer.append(following) == 5

    run(case)


def test_an_order_never_stands_without_its_decision() -> None:
    async def case() -> None:
        sequencer = await grown(MemoryDisk().stores(), FOUNDING)
        order, decision = read(story()[FOUNDING])
        with pytest.raises(InputError, match="with its decision"):
            await sequencer.append(order)
        assert sequencer.order_index(AGENT, 1) is None
        first = await sequencer.append(order, decision)
        assert sequencer.order_index(AGENT, 1) == first

    run(case)


def test_nothing_at_all_is_refused() -> None:
    async def case() -> None:
        sequencer = await opened(MemoryDisk().stores())
        with pytest.raises(InputError, match="at least one"):
            await sequencer.append()

    run(case)


def test_a_log_opens_under_its_own_name_only() -> None:
    async def case() -> None:
        other = NoteSigner("another.example/log", LOG_KEY)
        sequencer = await opened(MemoryDisk().stores(), other)
        with pytest.raises(InputError, match=ORIGIN):
            await sequencer.append(*read(story()[0]))

    run(case)


def test_orders_are_found_by_agent_and_seq_live_and_after_replay() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer = await grown(disk.stores(), ALL)
        live = [sequencer.order_index(AGENT, seq) for seq in range(-1, 20)]
        assert live[:2] == [None, None]
        for seq, index in enumerate(live[2:], start=1):
            if index is not None:
                event = Entry.read(sequencer.entry(index)).event
                assert event.order.seq == seq  # type: ignore[union-attr]
        await sequencer.publish()
        await sequencer.close()
        again = await opened(disk.stores())
        assert [again.order_index(AGENT, seq) for seq in range(-1, 20)] == live
        assert again.order_index("nobody", 1) is None

    run(case)


def test_replay_equals_the_live_state_at_every_prefix() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        state, size = State(), 0
        for number, call in enumerate(story()):
            sequencer = await opened(disk.stores())
            assert (sequencer.state, sequencer.size) == (state, size)
            await sequencer.append(*read(call))
            for raw in call:
                state = apply(state, Entry.read(raw).event)
            size += len(call)
            assert sequencer.state == state
            if number % 3 == 0:
                await sequencer.publish()
            await sequencer.close()

    run(case)


def test_many_callers_at_once_keep_their_order() -> None:
    async def case() -> None:
        sequencer = await opened(MemoryDisk().stores())
        appends = [sequencer.append(*read(call)) for call in story()]
        firsts = await asyncio.gather(*appends)
        assert firsts == sorted(firsts)
        assert [sequencer.entry(i) for i in range(ALL)] == all_entries()

    run(case)


@pytest.mark.parametrize("fault", [f for f in Fault if f is not Fault.NONE])
def test_after_a_write_fault_nothing_is_acknowledged_again(fault: Fault) -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer = await grown(disk.stores(), 5)
        disk.plan = lambda _name: fault
        with pytest.raises(TransientError, match="restart recovers by replay"):
            await sequencer.append(*read(story()[5]))
        assert "as planned" in str(sequencer.failure.result())
        disk.plan = lambda _name: Fault.NONE
        with pytest.raises(TransientError):
            await sequencer.append(*read(story()[6]))
        with pytest.raises(TransientError):
            await sequencer.publish()
        disk.end_process()
        again = await opened(disk.stores())
        assert again.size in {5, 6}
        await again.append(*read(story()[again.size]))

    run(case)


@pytest.mark.parametrize(
    "write", ["tile/entries/000.p/5", "tile/0/000.p/5", "checkpoint swap", CHECKPOINT]
)
def test_a_publish_fault_stops_the_log(write: str) -> None:
    async def case() -> None:
        disk = MemoryDisk(lambda name: Fault.FAILED if name == write else Fault.NONE)
        sequencer = await grown(disk.stores(), 5)
        with pytest.raises(TransientError, match="publishing failed"):
            await sequencer.publish()
        assert sequencer.failure.done()
        with pytest.raises(TransientError, match="restart"):
            await sequencer.append(*read(story()[5]))

    run(case)


def test_who_waits_to_publish_after_a_fault_writes_nothing() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer = await grown(disk.stores(), 5)
        writes: list[str] = []

        def plan(name: str) -> Fault:
            writes.append(name)
            return Fault.FAILED

        disk.plan = plan
        publishing = [sequencer.publish() for _ in range(3)]
        outcomes = await asyncio.gather(*publishing, return_exceptions=True)
        assert all(isinstance(outcome, TransientError) for outcome in outcomes)
        assert len(writes) == 1

    run(case)


def test_a_surprise_in_the_publisher_stops_the_log() -> None:
    class Odd(DeadSigner):
        def sign(self, message: bytes) -> bytes:
            raise ZeroDivisionError(len(message))

    async def case() -> None:
        odd = NoteSigner(ORIGIN, Odd())
        sequencer = await grown(MemoryDisk().stores(), 5, odd)
        with pytest.raises(ZeroDivisionError):
            await sequencer.publish()
        await asyncio.sleep(0)
        assert isinstance(sequencer.failure.result(), ZeroDivisionError)
        with pytest.raises(TransientError):
            await sequencer.append(*read(story()[5]))

    run(case)


def test_without_the_log_key_the_log_stops_and_says_so() -> None:
    async def case() -> None:
        dead = NoteSigner(ORIGIN, DeadSigner())
        sequencer = await grown(MemoryDisk().stores(), 5, dead)
        with pytest.raises(TransientError, match="cannot sign"):
            await sequencer.publish()
        assert "cannot sign" in str(sequencer.failure.result())
        with pytest.raises(TransientError, match="cannot sign"):
            await sequencer.append(*read(story()[5]))

    run(case)


def test_a_foreign_checkpoint_stops_the_log_and_nothing_is_shown() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer = await grown(disk.stores(), 5)
        disk.durable.checkpoints[ORIGIN] = disk.seen.checkpoints[ORIGIN] = b"theirs"
        with pytest.raises(CorruptionError, match="second writer"):
            await sequencer.publish()
        assert CHECKPOINT not in disk.seen.files
        with pytest.raises(TransientError):
            await sequencer.append(*read(story()[5]))

    run(case)


def test_publishing_covers_what_was_durable_and_goes_on() -> None:
    async def case() -> None:
        sequencer = await opened(MemoryDisk().stores())
        sizes: list[int] = []
        for call in story():
            await sequencer.append(*read(call))
            sizes.append((await sequencer.publish()).size)
        assert sizes == sorted(set(sizes))
        assert sizes[-1] == sequencer.size
        again = await sequencer.publish()
        assert again == sequencer.published

    run(case)


def test_appending_goes_on_while_the_publisher_waits_for_the_disk(
    tmp_path: Path,
) -> None:
    async def case() -> None:
        stores = directory_stores(tmp_path)
        gate = threading.Event()

        class Slow:
            def public_key(self) -> bytes:
                return LOG_KEY.public_key()

            def sign(self, message: bytes) -> bytes:
                gate.wait()
                return LOG_KEY.sign(message)

            describe = LOG_KEY.describe

        sequencer = await Sequencer.open(stores, NoteSigner(ORIGIN, Slow()))
        await sequencer.append(*read(story()[0]))
        publishing = [asyncio.ensure_future(sequencer.publish()) for _ in range(3)]
        await asyncio.sleep(0.01)
        for call in calls_from(1):
            await sequencer.append(*read(call))
        assert sequencer.published is None
        gate.set()
        sizes = [checkpoint.size for checkpoint in await asyncio.gather(*publishing)]
        assert sizes == [1, ALL, ALL]
        await sequencer.close()

    run(case)


def test_a_caller_who_goes_away_does_not_stop_the_publisher() -> None:
    async def case() -> None:
        sequencer = await grown(MemoryDisk().stores(), 5)
        publishing = asyncio.ensure_future(sequencer.publish())
        await asyncio.sleep(0)
        publishing.cancel()
        await asyncio.sleep(0.01)
        assert (await sequencer.publish()).size == 5
        assert not sequencer.failure.done()

    run(case)


def test_entries_leave_memory_when_they_are_published() -> None:
    async def case() -> None:
        sequencer = await grown(MemoryDisk().stores(), ALL)
        tail = sequencer._tail  # noqa: SLF001  memory has no public face
        assert tail.start == 0
        await sequencer.publish()
        assert (tail.start, tail.end) == (ALL, ALL)
        assert sequencer.entry(3) == all_entries()[3]

    run(case)


def test_too_much_unpublished_makes_callers_back_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def case() -> None:
        sequencer = await grown(MemoryDisk().stores(), 5)
        monkeypatch.setattr(tail_module, "UNPUBLISHED_BYTES_MAX", 100)
        with pytest.raises(TransientError, match="publish first"):
            await sequencer.append(*read(story()[5]))
        await sequencer.publish()
        assert await sequencer.append(*read(story()[5])) == 5

    run(case)


def test_an_old_bundle_that_changed_is_not_handed_out() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer = await grown(disk.stores(), ALL)
        await sequencer.publish()
        path = f"tile/entries/000.p/{ALL}"
        raw = sequencer.read(path)
        disk.seen.files[path] = raw[:-1] + b" "
        with pytest.raises(CorruptionError, match="hash tile"):
            sequencer.entry(0)
        disk.seen.files[path] = raw[:-5]
        with pytest.raises(CorruptionError):
            sequencer.entry(0)
        disk.seen.files[path] = raw
        assert sequencer.entry(0) == all_entries()[0]

    run(case)


def test_a_second_writer_is_refused_until_the_first_one_ends(tmp_path: Path) -> None:
    async def case() -> None:
        first = await Sequencer.open(directory_stores(tmp_path), LOG)
        with pytest.raises(TransientError, match="process"):
            await Sequencer.open(directory_stores(tmp_path), LOG)
        await first.close()
        second = await Sequencer.open(directory_stores(tmp_path), LOG)
        await second.close()

    run(case)


def test_a_log_that_did_not_open_can_be_opened_later() -> None:
    async def case() -> None:
        disk = MemoryDisk(lambda _name: Fault.FAILED)
        with pytest.raises(TransientError, match="cannot be opened"):
            await opened(disk.stores())
        disk.plan = lambda _name: Fault.NONE
        await opened(disk.stores())

    run(case)


def test_a_closed_log_takes_nothing_and_is_no_fault() -> None:
    async def case() -> None:
        sequencer = await grown(MemoryDisk().stores(), 5)
        await sequencer.close()
        assert not sequencer.failure.done()
        with pytest.raises(TransientError, match="closed"):
            await sequencer.append(*read(story()[5]))
        with pytest.raises(TransientError, match="closed"):
            await sequencer.publish()
        await asyncio.sleep(0)
        assert not sequencer.failure.done()

    run(case)


def test_closing_makes_durable_what_has_its_place() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer = await opened(disk.stores())
        sequencer.place(*read(story()[0]))
        await sequencer.close()
        assert (await opened(disk.stores())).size == 1

    run(case)


def test_the_whole_story_on_a_real_disk(tmp_path: Path) -> None:
    async def case() -> None:
        sequencer = await Sequencer.open(directory_stores(tmp_path), LOG)
        for number, call in enumerate(story()):
            await sequencer.append(*read(call))
            if number % 10 == 0:
                await sequencer.publish()
        state = sequencer.state
        await sequencer.close()
        again = await Sequencer.open(directory_stores(tmp_path), LOG)
        assert again.state == state
        assert [again.entry(i) for i in range(ALL)] == all_entries()
        assert again.published is not None
        assert again.published.size < ALL
        assert (await again.publish()).size == ALL
        await again.close()

    run(case)


def test_threads_of_its_own_are_made_anew_for_each_log() -> None:
    first, second = sequencer_module.Threads(), sequencer_module.Threads()
    assert first.writer is not second.writer
    assert replace(first).writer is first.writer
    for threads in (first, second, inline()):
        threads.shutdown()


def test_a_revocation_takes_its_place_with_its_list_or_not_at_all() -> None:
    async def case() -> None:
        sequencer = await opened(MemoryDisk().stores())
        world = World()
        for raw in world.entries:
            await sequencer.append(Entry.read(raw))
        notes = world.revocation_notes(world.state, world.revocation(world.now))
        act, listing = (Entry.read(note) for note in notes)
        size, state = sequencer.size, sequencer.state
        for alone in (act, listing):
            with pytest.raises(InputError):
                sequencer.place(*(alone, act) if alone is listing else (alone,))
            assert (sequencer.size, sequencer.state) == (size, state)
        assert sequencer.place(act, listing) == size
        assert sequencer.list_index(1) == size + 1
        await sequencer.durable(size + 2)

    run(case)
