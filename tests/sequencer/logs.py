"""Logs for tests: a story to append, a disk to keep it on, a key to sign with."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, Future
from functools import cache
from typing import ParamSpec, TypeVar

from kya.adapters.kms_memory import MemorySigner
from kya.adapters.store_memory import MemoryDisk
from kya.core.errors import TransientError
from kya.pki.entries import Entry
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.pki.signer import Custody
from kya.sequencer.ports import Stores
from kya.sequencer.sequencer import Sequencer, Threads
from tests.world import ORIGIN, World

P = ParamSpec("P")
T = TypeVar("T")
LOG_KEY = MemorySigner.from_seed(KeyAlgorithm.ED25519, bytes(range(1, 33)))
LOG = NoteSigner(ORIGIN, LOG_KEY)
ORDERS = 12

Call = tuple[bytes, ...]


@cache
def story() -> tuple[Call, ...]:
    """What is appended, call by call.

    Founding statements, then orders and reports, then a revocation with its list.
    """
    world = World()
    calls: list[Call] = [(raw,) for raw in world.entries]
    for seq in range(1, ORDERS + 1):
        before = len(world.entries)
        world.trade()
        calls.append(tuple(world.entries[before:]))
        if seq % 4 == 1:
            world.report(seq)
            calls.append((world.entries[-1],))
    before = len(world.entries)
    world.revoke(world.now)
    calls.append(tuple(world.entries[before:]))
    return tuple(calls)


def all_entries() -> list[bytes]:
    """Every entry of the story, in order."""
    return [raw for call in story() for raw in call]


def calls_from(size: int) -> Iterator[Call]:
    """The rest of the story for a log that holds its first `size` entries."""
    at = 0
    for call in story():
        if at >= size:
            yield call
        at += len(call)


def read(call: Call) -> list[Entry]:
    return [Entry.read(raw) for raw in call]


class Inline(Executor):
    """Runs each call at once, in the caller's thread, so that a run can repeat."""

    def submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  the caller gets it
            future.set_exception(error)
        return future


def inline() -> Threads:
    return Threads(Inline(), Inline())


async def opened(stores: Stores, signer: NoteSigner = LOG) -> Sequencer:
    return await Sequencer.open(stores, signer, inline())


async def grown(stores: Stores, size: int, signer: NoteSigner = LOG) -> Sequencer:
    """A log with the first calls of the story, of about this size."""
    sequencer = await opened(stores, signer)
    for call in calls_from(sequencer.size):
        if sequencer.size >= size:
            break
        await sequencer.append(*read(call))
    return sequencer


def published(disk: MemoryDisk, size: int) -> None:
    """Leave a log of this size on the disk, published and closed."""

    async def go() -> None:
        sequencer = await grown(disk.stores(), size)
        await sequencer.publish()
        await sequencer.close()

    asyncio.run(go())


def run(case: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run a test's body."""
    asyncio.run(case())


class DeadSigner:
    """The log's key, out of reach once it has been named."""

    def public_key(self) -> bytes:
        return LOG_KEY.public_key()

    def sign(self, message: bytes) -> bytes:
        raise TransientError(f"key service: cannot sign {len(message)} bytes")

    def describe(self) -> Custody:
        return LOG_KEY.describe()
