import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kya.adapters.store_memory import Fault, MemoryDisk
from kya.core.errors import InputError, TransientError
from kya.sequencer import durable_queue
from kya.sequencer.durable_queue import DurableQueue
from kya.sequencer.record import RECORD_BYTES_MAX, Record
from tests.contracts.stores import entries_of
from tests.sequencer.logs import Inline, run


def a_queue(disk: MemoryDisk) -> DurableQueue:
    return DurableQueue(disk.stores().entries, 0, Inline())


def records(disk: MemoryDisk) -> list[Record]:
    return list(disk.stores().entries.records())


def test_places_are_given_in_the_order_of_calls() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        firsts = await asyncio.gather(*(queue.append(b"%d" % i) for i in range(100)))
        assert firsts == list(range(100))
        assert entries_of(disk.stores()) == [b"%d" % i for i in range(100)]

    run(case)


def test_all_who_are_ready_share_one_record() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        await asyncio.gather(*(queue.append(b"a", b"b") for _ in range(64)))
        assert [len(record.entries) for record in records(disk)] == [128]

    run(case)


def test_what_arrives_during_a_write_waits_for_the_next_one() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        gate = threading.Event()

        def plan(_name: str) -> Fault:
            gate.wait()
            return Fault.NONE

        disk.plan = plan
        with ThreadPoolExecutor(1) as writer:
            queue = DurableQueue(disk.stores().entries, 0, writer)
            early = asyncio.ensure_future(queue.append(b"early"))
            await asyncio.sleep(0.01)
            late = [asyncio.ensure_future(queue.append(b"late")) for _ in range(3)]
            await asyncio.sleep(0.01)
            assert queue.durable_size == 0
            assert queue.size == 4
            gate.set()
            await asyncio.gather(early, *late)
        assert [len(record.entries) for record in records(disk)] == [1, 3]

    run(case)


def test_who_is_in_no_hurry_shares_the_write_of_who_is() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        queue.put(b"report")
        patient = asyncio.ensure_future(queue.durable_in_time(1))
        await asyncio.sleep(0)
        assert records(disk) == []
        await queue.append(b"order", b"decision")
        await patient
        assert [len(record.entries) for record in records(disk)] == [3]

    run(case)


def test_who_is_in_no_hurry_goes_alone_before_long() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        queue.put(b"a")
        await queue.durable_in_time(1)
        await queue.durable_in_time(1)
        queue.put(b"b")
        await queue.durable_in_time(2)
        assert [len(record.entries) for record in records(disk)] == [1, 1]

    run(case)


def test_closing_does_not_leave_behind_who_is_in_no_hurry() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        queue.put(b"a")
        patient = asyncio.ensure_future(queue.durable_in_time(1))
        await asyncio.sleep(0)
        await queue.close()
        await patient
        assert entries_of(disk.stores()) == [b"a"]

    run(case)


def test_a_fault_reaches_who_is_in_no_hurry() -> None:
    async def case() -> None:
        queue = a_queue(MemoryDisk(lambda _name: Fault.FAILED))
        queue.put(b"a")
        with pytest.raises(TransientError, match="restart"):
            await queue.durable_in_time(1)
        with pytest.raises(TransientError, match="restart"):
            await queue.durable_in_time(1)

    run(case)


def test_nothing_is_durable_before_the_store_says_so() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        assert queue.put(b"a") == 0
        assert (queue.size, queue.durable_size) == (1, 0)
        await queue.durable(1)
        assert queue.durable_size == 1
        await queue.durable(0)

    run(case)


def test_a_fault_reaches_everyone_who_waits_and_all_who_come() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        await queue.append(b"a")
        disk.plan = lambda _name: Fault.STORED
        outcomes = await asyncio.gather(
            queue.append(b"b"), queue.append(b"c"), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [TransientError] * 2
        assert "stored all the same" in str(outcomes[0])
        assert isinstance(queue.failure.result(), OSError)
        disk.plan = lambda _name: Fault.NONE
        with pytest.raises(TransientError, match="restart"):
            await queue.append(b"d")
        with pytest.raises(TransientError, match="restart"):
            await queue.durable(2)
        await queue.durable(1)
        assert len(records(disk)) == 2

    run(case)


def test_a_failed_write_is_never_tried_again() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        writes: list[str] = []

        def plan(name: str) -> Fault:
            writes.append(name)
            return Fault.FAILED

        disk.plan = plan
        queue = a_queue(disk)
        for _ in range(3):
            with pytest.raises(TransientError):
                await queue.append(b"a")
        assert writes == ["wal append"]

    run(case)


def test_a_caller_who_goes_away_takes_nobody_along() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        calls = [asyncio.ensure_future(queue.append(b"a")) for _ in range(3)]
        await asyncio.sleep(0)
        calls[1].cancel()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert outcomes[0] == 0
        assert isinstance(outcomes[1], asyncio.CancelledError)
        assert outcomes[2] == 2
        assert len(entries_of(disk.stores())) == 3

    run(case)


def test_a_call_is_never_divided_between_records() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        count = RECORD_BYTES_MAX // 65_537 // 2 + 1
        call = (b"x" * 65_535,) * count
        await asyncio.gather(*(queue.append(*call) for _ in range(3)))
        assert [len(record.entries) for record in records(disk)] == [count] * 3

    run(case)


@pytest.mark.parametrize(
    "entries", [(), (b"x" * 65_536,), (b"a", b"x" * 65_536), (b"x" * 65_535,) * 300]
)
def test_what_does_not_fit_takes_no_place(entries: tuple[bytes, ...]) -> None:
    async def case() -> None:
        queue = a_queue(MemoryDisk())
        with pytest.raises(InputError):
            queue.put(*entries)
        assert queue.size == 0
        assert await queue.append(b"x" * 65_535) == 0

    run(case)


def test_callers_back_off_when_the_disk_is_far_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(durable_queue, "PENDING_BYTES_MAX", 10)

    async def case() -> None:
        queue = a_queue(MemoryDisk())
        queue.put(b"12345")
        with pytest.raises(TransientError, match="wait for the disk"):
            queue.put(b"12345")
        await queue.durable(1)
        assert await queue.append(b"12345") == 1

    run(case)


def test_nobody_waits_for_entries_that_have_no_place() -> None:
    async def case() -> None:
        queue = a_queue(MemoryDisk())
        with pytest.raises(InputError, match="only 0"):
            await queue.durable(1)

    run(case)


def test_closing_waits_for_the_disk_and_then_refuses() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        queue = a_queue(disk)
        queue.put(b"a")
        await queue.close()
        assert entries_of(disk.stores()) == [b"a"]
        with pytest.raises(TransientError, match="closed"):
            queue.put(b"b")

    run(case)


def test_closing_ends_though_the_disk_fails() -> None:
    async def case() -> None:
        disk = MemoryDisk(lambda _name: Fault.FAILED)
        queue = a_queue(disk)
        queue.put(b"a")
        await queue.close()
        assert queue.failure.done()
        await queue.close()

    run(case)
