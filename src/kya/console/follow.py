"""Follows the published log: it is read once for all tabs, and only as it was signed.

Nothing is shown before the entries make the root that the log has signed. A log that
contradicts itself is not read on: whoever sees the pages is told so, and nobody acts.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from kya.codec.note import SignedNote, VerifierKey
from kya.console.limits import STREAMS_MAX
from kya.console.reading import Reading
from kya.console.sight import Sight, Witnessed
from kya.console.source import Source
from kya.core.errors import (
    CorruptionError,
    DistrustError,
    InputError,
    TransientError,
)
from kya.core.instant import Instant
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.cosigned import cosigned_by
from kya.tlog.merkle import Frontier, leaf_hash
from kya.tlog.names import named_origin, open_under_its_name
from kya.tlog.policy import Policy
from kya.tlog.proof import Proof
from kya.tlog.tree import Tree, entries, inclusion_proof

PAUSE_SECONDS: Final = 0.5
WITNESSED_PATH: Final = "witnessed"
_WITNESSED_EVERY: Final = 20  # Witnesses are no quicker than seconds.
_AT_ONCE: Final = 64
_BATCH: Final = 1_024


class Follower:
    """One reader of the log, and who waits for it to move on."""

    def __init__(
        self, source: Source, policy: Policy, now: Callable[[], Instant]
    ) -> None:
        """Read nothing yet; the policy names the log's key and its witnesses."""
        self.reading = Reading()
        self.sight = Sight()
        self.version = 0
        self.is_over = False
        self.source = source
        self.policy = policy
        self._now = now
        self._frontier = Frontier()
        self._looks = 0
        self._turn = asyncio.Lock()
        self._whole = asyncio.Lock()
        self._waiting: set[asyncio.Event] = set()

    async def follow_ever(self) -> None:
        """Read what the log has more by now, twice a second, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(PAUSE_SECONDS)

    async def look(self) -> None:
        """Read what the log has more by now; what went wrong stands in `sight`."""
        async with self._turn:
            await self._look()

    async def _look(self) -> None:
        """Read on; one look at a time, for each begins where the last has ended."""
        if self.sight.is_distrusted:
            return
        before = self.sight
        try:
            await self._advance()
        except (TransientError, FileNotFoundError, OSError) as error:
            self.sight = replace(self.sight, fault=f"gateway: {error}")
        except (DistrustError, InputError, CorruptionError) as error:
            self.sight = replace(self.sight, fault=str(error), is_distrusted=True)
        if (before.size, before.fault) != (self.sight.size, self.sight.fault):
            self.wake()

    def wake(self) -> None:
        """Tell every tab that there is something new to see."""
        self.version += 1
        for event in self._waiting:
            event.set()

    @property
    def origin(self) -> str:
        """The log's present name; the policy's, before anything was read."""
        return self.reading.state.origin or self.policy.logs[0].key.name

    @property
    def tabs(self) -> int:
        """How many follow the log now."""
        return len(self._waiting)

    def require_room(self) -> None:
        """Raise TransientError where too many tabs follow already."""
        if self.tabs >= STREAMS_MAX:
            raise TransientError(f"{STREAMS_MAX} tabs follow the log already")

    def end(self) -> None:
        """Let every tab go, for the console stops."""
        self.is_over = True
        self.wake()

    async def moves(self, seconds: float) -> AsyncIterator[int]:
        """Yield the version whenever there is news, or was none for so long."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not self.is_over:
                yield self.version
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await event.wait()
                event.clear()
        finally:
            self._waiting.discard(event)

    async def entry(self, index: int) -> bytes:
        """Return an entry of what is shown; InputError if there is none."""
        size = self.sight.size
        if not 0 <= index < size:
            raise InputError(f"no entry {index} in a log of {size}")
        found = await asyncio.to_thread(self._read, index, index + 1, size)
        return found[0]

    async def read_through(self, take: Callable[[int, bytes], None]) -> None:
        """Give every entry of what is shown to `take`; one such reading at a time."""
        size = self.sight.size
        async with self._whole:
            for begin in range(0, size, _BATCH):
                end = min(begin + _BATCH, size)
                await asyncio.to_thread(self._give, take, begin, end, size)

    async def proof(self, index: int) -> Proof:
        """Return the proof, checked here, that an entry is under the checkpoint."""
        raw, sight = await self.entry(index), self.sight
        path = await asyncio.to_thread(
            inclusion_proof, self.source.file, index, sight.size
        )
        note = SignedNote.parse(sight.checkpoint)
        proof = Proof(index=index, path=path, checkpoint=note)
        origin = named_origin(sight.checkpoint)
        key = VerifierKey.from_spki(origin, self.policy.logs[0].key.spki)
        proof.verify(raw, origin, [key])
        return proof

    async def _advance(self) -> None:
        """Read up to the newest checkpoint, and show it if it holds."""
        raw = await asyncio.to_thread(self.source.file, "checkpoint")
        checkpoint = open_under_its_name(raw, [self.policy.logs[0].key])
        size = self.reading.size
        if checkpoint.size < self.sight.size:
            msg = f"it has {checkpoint.size} entries, and {self.sight.size} were shown"
            raise DistrustError(f"the log shows less than before: {msg}")
        if checkpoint.size > size:
            self.sight = replace(self.sight, total=checkpoint.size)
            await self._read_on(size, checkpoint)
        elif self._frontier.root != checkpoint.root:
            raise DistrustError("two checkpoints of one size differ")
        self._require_names(checkpoint)
        self.sight = Sight(
            checkpoint=raw,
            size=checkpoint.size,
            total=checkpoint.size,
            read_at=self._now(),
            is_ready=True,
            witnessed=await self._witnessed(checkpoint.size),
        )

    def _require_names(self, checkpoint: Checkpoint) -> None:
        """Raise unless the log has the policy's name, or has gone on from it."""
        state, name = self.reading.state, self.policy.logs[0].key.name
        if checkpoint.origin != state.origin or name not in state.origins:
            raise DistrustError(
                f"checkpoint of {checkpoint.origin!r}: the policy names {name!r}, and"
                f" the entries {state.origin!r}"
            )

    async def _read_on(self, start: int, checkpoint: Checkpoint) -> None:
        """Take the entries up to the checkpoint, once they make its root.

        The first time nothing is shown before the end, so they are taken as they come.
        """
        frontier, held = self._frontier, list[bytes]()
        for begin in range(start, checkpoint.size, _BATCH):
            end = min(begin + _BATCH, checkpoint.size)
            found = await asyncio.to_thread(self._read, begin, end, checkpoint.size)
            frontier = frontier.extend(map(leaf_hash, found))
            if self.sight.is_ready:
                held += found
            else:
                await self._take(found)
                self._frontier = frontier
        if frontier.root != checkpoint.root:
            raise DistrustError(f"its {checkpoint.size} entries do not make its root")
        await self._take(held)
        self._frontier = frontier

    async def _take(self, found: list[bytes]) -> None:
        """Fold entries, and let others run now and then."""
        for number, raw in enumerate(found):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            self.reading.take(raw)

    def _give(
        self, take: Callable[[int, bytes], None], start: int, end: int, size: int
    ) -> None:
        """Give entries to whoever asked for them."""
        for index, raw in enumerate(self._read(start, end, size), start):
            take(index, raw)

    def _read(self, start: int, end: int, size: int) -> list[bytes]:
        """Return entries from the log's files."""
        return list(entries(self.source.file, start, end, size))

    async def _witnessed(self, size: int) -> Witnessed | None:
        """Return what the witnesses have seen; what was known, where none is told."""
        if not self.policy.witnesses:
            return None
        self._looks += 1
        if self._looks % _WITNESSED_EVERY != 1:
            return self.sight.witnessed
        try:
            raw = await asyncio.to_thread(self.source.file, WITNESSED_PATH)
        except FileNotFoundError:
            return self.sight.witnessed
        note = SignedNote.parse(raw)
        seen = Checkpoint.from_note(note)
        keys = {witness.key: witness.name for witness in self.policy.witnesses}
        times = {key: at for key, at, _ in cosigned_by(note, keys) if at is not None}
        if not self.policy.quorum_is_met(times) or seen.size > size:
            return self.sight.witnessed
        tree = Tree(self.source.file, size)
        root = await asyncio.to_thread(tree.root_over, 0, seen.size)
        if root != seen.root:
            raise DistrustError("its witnesses have seen other entries")
        names = tuple(name for key, name in keys.items() if key in times)
        return Witnessed(size=seen.size, names=names, at=min(times.values()))
