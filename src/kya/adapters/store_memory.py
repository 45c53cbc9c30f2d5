"""A log in memory, on a disk that fails as it is told. For tests and simulations.

The disk keeps two copies, as a machine does: what processes see, and what survives a
power cut.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from kya.core.errors import CorruptionError, TransientError
from kya.sequencer.ports import Stores
from kya.sequencer.record import Record, read_segment


class Fault(Enum):
    """What becomes of one write. All but the first are reported as failed."""

    NONE = "stored"
    FAILED = "not stored"
    STORED = "stored all the same"
    UNSYNCED = "seen by every process until the power is cut"
    TORN = "half of it stored, where that can happen"


Plan = Callable[[str], Fault]
"""Tells for each write, by its name, what becomes of it."""


def no_faults(_name: str) -> Fault:
    """Let every write succeed."""
    return Fault.NONE


@dataclass(slots=True)
class Copy:
    """What one of the two copies holds."""

    wal: list[bytes] = field(default_factory=list[bytes])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    checkpoints: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def copied(self) -> "Copy":
        """Return another copy with the same content."""
        return Copy(list(self.wal), dict(self.files), dict(self.checkpoints))


Change = Callable[[Copy], None]


class MemoryDisk:
    """The disk of one machine. It outlives the processes that write to it."""

    def __init__(self, plan: Plan = no_faults) -> None:
        """Begin empty."""
        self.plan = plan
        self.seen = Copy()
        self.durable = Copy()
        self.holder: object | None = None

    def stores(self) -> Stores:
        """Return the stores as a new process opens them."""
        return Stores(
            lease=MemoryLease(self),
            entries=MemoryEntryStore(self),
            checkpoints=MemoryCheckpointStore(self),
            tiles=MemoryTileStore(self),
        )

    def end_process(self) -> None:
        """Take the lease from whoever has it, as the system does when one is killed."""
        self.holder = None

    def cut_power(self) -> None:
        """Lose what was not synced, and end every process."""
        self.seen = self.durable.copied()
        self.end_process()

    def write(self, name: str, change: Change, torn: Change | None = None) -> None:
        """Change both copies, or what the plan leaves of it; OSError if it failed."""
        fault = self.plan(name)
        if fault in {Fault.NONE, Fault.STORED, Fault.UNSYNCED}:
            change(self.seen)
        if fault in {Fault.NONE, Fault.STORED}:
            change(self.durable)
        if fault is Fault.TORN and torn is not None:
            torn(self.seen)
            torn(self.durable)
        _report(name, fault)

    def commit(self, name: str, change: Change) -> None:
        """Change both copies in one transaction: all of it or nothing."""
        fault = self.plan(name)
        if fault in {Fault.NONE, Fault.STORED}:
            change(self.seen)
            change(self.durable)
        _report(name, fault)


class MemoryEntryStore:
    """The write-ahead log of a disk in memory."""

    def __init__(self, disk: MemoryDisk) -> None:
        """Use this disk."""
        self._disk = disk

    def repair(self) -> None:
        """Drop a torn last record, and write the rest again."""
        raw = b"".join(self._disk.seen.wal)
        whole = [record.encode() for record in read_segment(raw, "wal").records]

        def rewrite(copy: Copy) -> None:
            copy.wal = list(whole)

        self._disk.write("wal repair", rewrite)

    def records(self) -> Iterator[Record]:
        """Yield the whole records in order."""
        yield from read_segment(b"".join(self._disk.seen.wal), "wal").records

    def append(self, record: Record) -> None:
        """Store the record."""
        framed = record.encode()
        half = framed[: len(framed) // 2]
        self._disk.write(
            "wal append",
            lambda copy: copy.wal.append(framed),
            torn=lambda copy: copy.wal.append(half),
        )

    def release(self, size: int) -> None:
        """Drop records whose every entry is below `size`, but for the newest one."""

        def drop(copy: Copy) -> None:
            while len(copy.wal) > 1 and _begins_by(copy.wal[1], size):
                del copy.wal[0]

        self._disk.write("wal release", drop)

    def close(self) -> None:
        """Have nothing to give back."""


class MemoryCheckpointStore:
    """The checkpoints of a disk in memory. A transaction is never half visible."""

    def __init__(self, disk: MemoryDisk) -> None:
        """Use this disk."""
        self._disk = disk

    def latest(self, origin: str) -> bytes | None:
        """Return the note stored last, or None."""
        return self._disk.seen.checkpoints.get(origin)

    def swap(self, origin: str, old: bytes | None, new: bytes) -> bool:
        """Store `new` if `old` is what is stored; tell whether it was."""
        if self.latest(origin) != old:
            return False

        def store(copy: Copy) -> None:
            copy.checkpoints[origin] = new

        self._disk.commit("checkpoint swap", store)
        return True

    def close(self) -> None:
        """Have nothing to give back."""


class MemoryTileStore:
    """The public files of a disk in memory."""

    def __init__(self, disk: MemoryDisk) -> None:
        """Use this disk."""
        self._disk = disk

    def read(self, path: str) -> bytes:
        """Return a file; FileNotFoundError if there is none."""
        try:
            return self._disk.seen.files[path]
        except KeyError as error:
            raise FileNotFoundError(path) from error

    def write(self, path: str, content: bytes) -> None:
        """Store a file for ever; CorruptionError if it exists with other content."""
        if self._disk.seen.files.get(path, content) != content:
            raise CorruptionError(f"{path}: exists with other content")
        self.replace(path, content)

    def replace(self, path: str, content: bytes) -> None:
        """Store a file that changes."""

        def store(copy: Copy) -> None:
            copy.files[path] = content

        self._disk.write(path, store)

    def paths(self, folder: str) -> Iterator[str]:
        """Yield the path of every file below a folder, sorted."""
        yield from sorted(
            path for path in self._disk.seen.files if path.startswith(f"{folder}/")
        )


class MemoryLease:
    """The right to write to a disk in memory."""

    def __init__(self, disk: MemoryDisk) -> None:
        """Use this disk."""
        self._disk = disk

    def acquire(self) -> None:
        """Take it; TransientError if another one has it."""
        if self._disk.holder is not None:
            raise TransientError(f"log: {self._disk.holder!r} has it; end it first")
        self._disk.holder = self

    def release(self) -> None:
        """Give it back."""
        if self._disk.holder is self:
            self._disk.holder = None


def _report(name: str, fault: Fault) -> None:
    if fault is not Fault.NONE:
        raise OSError(f"{name}: failed as planned: {fault.value}")


def _begins_by(framed: bytes, size: int) -> bool:
    """Tell whether a record begins at or below `size`; a torn one begins nowhere."""
    records = read_segment(framed, "wal").records
    return bool(records) and records[0].first <= size
