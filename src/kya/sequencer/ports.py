"""Where the sequencer meets the world: what it asks of storage, and of a lock.

Every write is durable when its method returns. A method that raises may have stored all
the same; the caller stops, and replay finds out. Faults of storage are OSError.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from kya.sequencer.record import Record


class EntryStore(Protocol):
    """The write-ahead log. Trusted with what is not published yet."""

    def repair(self) -> None:
        """Drop a torn last record and make what is left durable anew.

        After a failed sync the system may call pages clean that never reached the
        disk, so the last file is written again. CorruptionError if more than the very
        tail is broken.
        """
        ...

    def records(self) -> Iterator[Record]:
        """Yield the whole records in order, holding one segment; change nothing."""
        ...

    def append(self, record: Record) -> None:
        """Store the record; it is durable on return."""
        ...

    def release(self, size: int) -> None:
        """Drop segments whose every entry is below `size`, but for the newest one."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


class CheckpointStore(Protocol):
    """The newest signed checkpoint of each log. Trusted: never restore it alone."""

    def latest(self, origin: str) -> bytes | None:
        """Return the note stored last, or None for a log that never signed."""
        ...

    def swap(self, origin: str, old: bytes | None, new: bytes) -> bool:
        """Store `new` if `old` is what is stored; tell whether it was."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


class TileStore(Protocol):
    """The log's public files, by C2SP path. Not trusted: all of it is re-hashed."""

    def read(self, path: str) -> bytes:
        """Return a file; FileNotFoundError if there is none."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Store a file for ever; CorruptionError if it exists with other content."""
        ...

    def replace(self, path: str, content: bytes) -> None:
        """Store a file that changes, in one step for every reader."""
        ...

    def paths(self, folder: str) -> Iterator[str]:
        """Yield the path of every file below a folder, sorted within each folder."""
        ...


class Lease(Protocol):
    """The right to write to one log. One process has it, and has it until it ends."""

    def acquire(self) -> None:
        """Take it; TransientError, naming the holder, if another process has it."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Everything that one log is kept in."""

    lease: Lease
    entries: EntryStore
    checkpoints: CheckpointStore
    tiles: TileStore
