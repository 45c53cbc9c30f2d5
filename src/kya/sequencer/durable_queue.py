"""Group commit: entries take their places at once and become durable together.

One thread writes. While it waits for the disk, the entries that arrive gather into the
next record, so that one sync carries as many as came meanwhile. It knows nothing of
what entries mean.
"""

import asyncio
from collections import deque
from concurrent.futures import Executor, Future
from functools import partial
from typing import Final

from kya.core.errors import InputError, TransientError
from kya.sequencer.ports import EntryStore
from kya.sequencer.record import RECORD_BYTES_MAX, Record, body_bytes
from kya.tlog.tile import ENTRY_BYTES_MAX

PENDING_BYTES_MAX: Final = 64 * 1024 * 1024
"""Entries that wait for the disk: a few seconds of one, then callers must back off."""

PATIENCE_SECONDS: Final = 0.005
"""How long entries that nobody is in a hurry for wait for company on their way to disk.

Under load company comes sooner, and without any it is still soon.
"""


class DurableQueue:
    """Hands out places in the order of calls and tells when each is durable.

    After the first fault nothing is acknowledged again: whether the last write
    is there is for replay to find out, and a failed sync is never tried twice.
    """

    def __init__(self, store: EntryStore, size: int, writer: Executor) -> None:
        """Begin after `size` durable entries; `writer` has one thread."""
        self._store = store
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._pending: deque[tuple[bytes, ...]] = deque()
        self._pending_bytes = 0
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._is_busy = False
        self._is_closed = False
        self._patience: asyncio.TimerHandle | None = None
        self._recorded = size  # the end of the record handed to the writer last
        self.size = size
        self.durable_size = size
        self.failure: asyncio.Future[BaseException] = self._loop.create_future()

    def put(self, *entries: bytes) -> int:
        """Return the index of the first entry; all of them are durable or none.

        They are written when somebody waits for them. Raises InputError for entries
        that do not fit, TransientError after a fault or when the disk is too far
        behind; then no place is taken.
        """
        self.require_working()
        length = _fitting(entries)
        if self._pending_bytes + length > PENDING_BYTES_MAX:
            raise TransientError(
                f"log: {self._pending_bytes} bytes wait for the disk already"
            )
        first = self.size
        self.size += len(entries)
        self._pending.append(entries)
        self._pending_bytes += length
        return first

    async def durable(self, size: int) -> None:
        """Return once the first `size` entries are durable, or TransientError."""
        if size <= self.durable_size:
            return
        waiter = self._waiter(size)
        self._hurry()
        await waiter

    async def durable_in_time(self, size: int) -> None:
        """Return as `durable` does, but let the entries wait for company."""
        if size <= self.durable_size:
            return
        waiter = self._waiter(size)
        if not self._is_busy and self._patience is None:
            self._patience = self._loop.call_later(PATIENCE_SECONDS, self._hurry)
        await waiter

    async def append(self, *entries: bytes) -> int:
        """Return the index of the first entry once all of them are durable."""
        first = self.put(*entries)
        await self.durable(first + len(entries))
        return first

    async def release(self, size: int) -> None:
        """Let the store drop what is published, between two writes."""
        act = partial(self._store.release, size)
        await self._loop.run_in_executor(self._writer, act)

    async def close(self) -> None:
        """Take nothing more; return once nothing waits for the disk."""
        is_behind = self.size > self.durable_size and not self.failure.done()
        waiter = self._waiter(self.size) if is_behind else None
        self._is_closed = True
        if waiter is not None:
            self._hurry()
            # A fault is told by `failure`, and to those who wait.
            await asyncio.wait((waiter,))
            waiter.exception()

    def require_working(self) -> None:
        """Raise TransientError with the reason if a fault has stopped the log."""
        if self.failure.done():
            raise _stopped(self.failure.result())
        if self._is_closed:
            raise TransientError("log: it is closed")

    def fail(self, error: BaseException) -> None:
        """Acknowledge nothing from here on, and tell everyone who waits."""
        if self.failure.done():
            return
        self.failure.set_result(error)
        self._pending.clear()
        waiters, self._waiters = self._waiters, []
        for _, waiter in waiters:
            if not waiter.done():
                waiter.set_exception(_stopped(error))

    def _waiter(self, size: int) -> asyncio.Future[None]:
        """Return what is done once the first `size` entries are durable."""
        if size > self.size:
            raise InputError(f"log: {size} entries: only {self.size} have a place")
        self.require_working()
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiters.append((size, waiter))
        return waiter

    def _hurry(self) -> None:
        """Write what is pending, unless a write is under way and goes on by itself."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if not self._is_busy:
            self._is_busy = True
            # Not now: whoever else is ready in this turn of the loop comes along.
            self._loop.call_soon(self._write_next)

    def _write_next(self) -> None:
        """Hand the next record to the writer, or rest."""
        if not self._pending or self.failure.done():
            self._is_busy = False
            return
        entries, length = self._next_entries()
        record = Record(self._recorded, entries)
        self._recorded = record.end
        # Past the loop's own run_in_executor, whose future costs as much as the rest.
        writing = self._writer.submit(self._store.append, record)
        writing.add_done_callback(partial(self._tell_loop, record.end, length))

    def _next_entries(self) -> tuple[tuple[bytes, ...], int]:
        """Take as many waiting calls as fit one record; a call is never divided."""
        entries: list[bytes] = []
        length = 0
        while self._pending:
            more = body_bytes(self._pending[0])
            if entries and length + more > RECORD_BYTES_MAX:
                break
            entries += self._pending.popleft()
            length += more
        return tuple(entries), length

    def _tell_loop(self, size: int, length: int, writing: Future[None]) -> None:
        """Have the loop hear of a write that has ended; the writer's thread is here."""
        if not self._loop.is_closed():  # Else nobody waits any more.
            self._loop.call_soon_threadsafe(self._written, size, length, writing)

    def _written(self, size: int, length: int, writing: Future[None]) -> None:
        """Acknowledge what the record held, or stop for good."""
        error = None if writing.cancelled() else writing.exception()
        if error is not None or writing.cancelled():
            self.fail(error or asyncio.CancelledError())
            return
        if self.failure.done():
            return
        # Commit point: the entries below `size` survive a crash, and now count.
        self.durable_size = size
        self._pending_bytes -= length
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if waiter[0] > size:
                self._waiters.append(waiter)
            elif not waiter[1].done():  # else its caller has gone away
                waiter[1].set_result(None)
        self._write_next()


def _fitting(entries: tuple[bytes, ...]) -> int:
    """Return the bytes that the entries take; InputError if they do not fit."""
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise InputError(
                f"entry of {len(entry)} bytes; want at most {ENTRY_BYTES_MAX}"
            )
    length = body_bytes(entries)
    if not entries or length > RECORD_BYTES_MAX:
        raise InputError(
            f"append of {len(entries)} entries, {length} bytes: want at least one "
            f"entry and at most {RECORD_BYTES_MAX} bytes"
        )
    return length


def _stopped(error: BaseException) -> TransientError:
    return TransientError(
        f"log: stopped by a fault: {str(error) or type(error).__name__}; nothing more "
        "is acknowledged; a restart recovers by replay"
    )
