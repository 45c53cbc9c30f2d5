"""The one writer of a log: gives each entry its place, makes it durable, publishes it.

`append` is the only way into the log. An entry is folded into `state` when it takes its
place, before it is durable: see docs/adr/0003-fold-when-placed.md.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Self, TypeAlias

from kya.core.errors import CorruptionError, InputError, KyaError, TransientError
from kya.core.events import Event
from kya.core.roll import LogContinued
from kya.core.state import State
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from kya.sequencer.durable_queue import DurableQueue
from kya.sequencer.ports import Stores
from kya.sequencer.publish import publish
from kya.sequencer.published_entries import PublishedEntries
from kya.sequencer.replay import Replayed, replay
from kya.tlog.checkpoint import Checkpoint

ROLL_SECONDS_MAX: Final = 5
"""How long an entry waits for its place where a log goes on under its next name."""

Task: TypeAlias = asyncio.Task[Checkpoint]


@dataclass(frozen=True, slots=True)
class Threads:
    """Where blocking work runs: one thread writes, another one publishes."""

    writer: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "kya-log-writer")
    )
    publisher: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "kya-log-publisher")
    )

    def shutdown(self) -> None:
        """Wait for what runs, and end both."""
        self.writer.shutdown()
        self.publisher.shutdown()


class Sequencer:
    """A log that this process, and no other, may write to. Use `open`.

    After a fault of storage or of the log's key nothing more is acknowledged: `failure`
    holds the reason, and the process should end and start again, which replays.
    """

    def __init__(
        self, stores: Stores, signer: NoteSigner, replayed: Replayed, threads: Threads
    ) -> None:
        """Go on from what was replayed."""
        self._stores = stores
        self._signer = signer
        self._threads = threads
        self._folded = replayed.folded
        self._tail = replayed.tail
        self._published = replayed.published
        self._old_entries = PublishedEntries(stores.tiles.read)
        self._queue = DurableQueue(stores.entries, replayed.folded.size, threads.writer)
        self._turn = asyncio.Lock()
        self._running: set[Task] = set()
        self._going_on = asyncio.Event()

    @classmethod
    async def open(
        cls, stores: Stores, signer: NoteSigner, threads: Threads | None = None
    ) -> Self:
        """Return the log that began as `signer.name`, replayed; new if none is stored.

        TransientError, naming the holder, if another process has the log;
        CorruptionError if what is stored contradicts itself. The log closes the stores,
        also when it cannot be opened.
        """
        running = Threads() if threads is None else threads
        with ExitStack() as undo:
            undo.callback(running.shutdown)
            undo.callback(stores.checkpoints.close)
            undo.callback(stores.entries.close)
            stores.lease.acquire()
            undo.callback(stores.lease.release)
            try:
                replayed = await asyncio.get_running_loop().run_in_executor(
                    running.publisher, partial(replay, stores, signer.key)
                )
            except OSError as error:
                raise TransientError(f"log: cannot be opened: {error}") from error
            opened = cls(stores, signer, replayed, running)
            undo.pop_all()
        return opened

    @property
    def origin(self) -> str:
        """The log's present name."""
        return self._folded.origin

    @property
    def state(self) -> State:
        """The fold of every entry that has its place, durable or not."""
        return self._folded.state

    @property
    def size(self) -> int:
        """How many entries have their place."""
        return self._queue.size

    @property
    def durable_size(self) -> int:
        """How many entries survive a crash."""
        return self._queue.durable_size

    @property
    def published(self) -> Checkpoint | None:
        """The newest signed checkpoint, if there is one."""
        return self._published.checkpoint

    @property
    def published_note(self) -> bytes | None:
        """The same as it was signed."""
        return self._published.note

    @property
    def failure(self) -> asyncio.Future[BaseException]:
        """Done, with the reason, once a fault has stopped the log."""
        return self._queue.failure

    async def append(self, *entries: Entry) -> int:
        """Return the index of the first entry once all of them are durable.

        They are neighbours, and survive a crash together or not at all. InputError, and
        nothing stored, if one may not follow; TransientError on a fault, and then they
        may be stored all the same.
        """
        await self.until_open(*entries)
        first = self.place(*entries)
        await self.durable(first + len(entries))
        return first

    async def append_in_time(self, *entries: Entry) -> int:
        """Append entries that nobody is in a hurry for: they share a write if they can.

        A few milliseconds later they go alone.
        """
        await self.until_open(*entries)
        first = self.place(*entries)
        await self._queue.durable_in_time(first + len(entries))
        return first

    def place(self, *entries: Entry) -> int:
        """Fold the entries, give them their places, and return the first one's.

        Nothing may be done because of them before `durable` has returned.
        """
        self._queue.require_working()  # Else the state may be ahead of the disk.
        self._tail.require_room()
        if self._waits(entries):
            raise TransientError(f"log: {self.origin} has ended, and goes on at once")
        for entry in entries:
            self._require_followed(entry.event)
        step = self._folded.after(entry.event for entry in entries)
        if step.state.undecided is not None:
            raise InputError("log: an order takes its place with its decision")
        if step.state.unlisted is not None:
            raise InputError("log: a revocation takes its place with its list")
        first = self._queue.put(*[entry.raw for entry in entries])
        self._folded.take(step)
        for entry in entries:
            self._tail.add(entry.raw)
        if step.state.rolled is None:
            self._going_on.set()
        else:
            self._going_on.clear()
        return first

    async def until_open(self, *entries: Entry) -> None:
        """Return once these entries may have their place: not between two names.

        TransientError if that takes longer than the last checkpoint under a name may.
        """
        if not self._waits(entries):
            return
        try:
            async with asyncio.timeout(ROLL_SECONDS_MAX):
                await self._going_on.wait()
        except TimeoutError as error:
            msg = f"log: {self.origin} has ended, and does not go on"
            raise TransientError(msg) from error

    def _require_followed(self, event: Event) -> None:
        """Raise InputError for a continuation of another checkpoint than the last."""
        if isinstance(event, LogContinued) and event.checkpoint != self.published_note:
            raise InputError("continuation: want the checkpoint that was signed last")

    def _waits(self, entries: tuple[Entry, ...]) -> bool:
        """Tell whether the log has ended under its name, and these do not go on."""
        if self.state.rolled is None:
            return False
        return not any(isinstance(entry.event, LogContinued) for entry in entries)

    async def durable(self, size: int) -> None:
        """Return once the first `size` entries survive a crash, or TransientError."""
        await self._queue.durable(size)

    def entry(self, index: int) -> bytes:
        """Return the entry that has this place; LookupError if none has."""
        if not 0 <= index < self.size:
            raise LookupError(f"log: no entry {index}; it has {self.size}")
        if index >= self._tail.start:
            return self._tail.entry(index)
        return self._old_entries.entry(index, self._tail.start)

    def order_index(self, agent: str, seq: int) -> int | None:
        """Return the entry that holds the agent's order `seq`, if there is one."""
        return self._folded.order_index(agent, seq)

    def list_index(self, number: int) -> int | None:
        """Return the entry that holds this revocation list, if there is one."""
        return self._folded.list_index(number)

    def read(self, path: str) -> bytes:
        """Return a public file, such as `tile/0/000`; else FileNotFoundError."""
        return self._stores.tiles.read(path)

    async def publish(self) -> Checkpoint:
        """Return a signed checkpoint over every entry that was durable at the call.

        One already signed is returned when nothing came after it. Any fault stops the
        log, as `failure` says.
        """
        # A caller who goes away does not interrupt what is half done.
        return await asyncio.shield(self._started(self._publish()))

    async def close(self) -> None:
        """Wait for what is under way, and give back the log. It does not publish."""
        async with self._turn:
            await self._queue.close()
            self._threads.shutdown()
            self._stores.entries.close()
            self._stores.checkpoints.close()
            self._stores.lease.release()

    async def _publish(self) -> Checkpoint:
        """Publish in the publisher's thread; appending goes on meanwhile."""
        async with self._turn:
            self._queue.require_working()
            try:
                published = await self._publish_durable()
            except OSError as error:
                fault = TransientError(f"log: publishing failed: {error}")
                self._queue.fail(fault)
                raise fault from error
            except KyaError as error:
                self._queue.fail(error)
                raise
        return published

    async def _publish_durable(self) -> Checkpoint:
        entries = self._tail.until(self.durable_size)
        act = partial(publish, self._stores, self._named(), self._published, entries)
        loop = asyncio.get_running_loop()
        self._published = await loop.run_in_executor(self._threads.publisher, act)
        self._tail.forget(self._published.edge.size)
        await self._queue.release(self._published.edge.size)
        if self._published.checkpoint is None:
            raise CorruptionError("log: published without a checkpoint")
        return self._published.checkpoint

    def _named(self) -> NoteSigner:
        """Return the log's key under the present name.

        A later name has no entries before the last checkpoint of the former one, which
        its first entry holds; so what is durable and unpublished is never of two names.
        """
        if self.origin != self._signer.name:
            self._signer = NoteSigner(self.origin, self._signer.signer)
        return self._signer

    def _started(self, publishing: Coroutine[None, None, Checkpoint]) -> Task:
        """Start publishing; a surprise stops the log as a fault does."""
        task = asyncio.get_running_loop().create_task(publishing)
        task.add_done_callback(self._stop_on_fault)
        self._running.add(task)
        return task

    def _stop_on_fault(self, task: Task) -> None:
        self._running.discard(task)
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, KyaError):
            self._queue.fail(error)
