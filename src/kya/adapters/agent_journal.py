"""What an agent has signed, in a file: it survives a crash at any moment.

    adopt | note | settle      frames of kind, length, SHA-256, content

Trusted with: the agent's place in its chain. An older copy of the file is found when
the gateway's chain is compared (`Agent.resume`), before another order is signed.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, Self

from kya.adapters.agent_journal_memory import MemoryJournal
from kya.agent.chain import Head, SignedOrder
from kya.core.errors import CorruptionError, MalformedError, TransientError
from kya.core.tokens import DIGEST, require

COMPACT_BYTES: Final = 4_194_304
"""Some 5,000 orders; a longer file is rewritten when it is opened."""

_FRAME: Final = struct.Struct(">cI32s")
_ADOPT: Final = b"A"
_NOTE: Final = b"N"
_SETTLE: Final = b"S"


class FileJournal:
    """A journal in one file, held by one process at a time."""

    def __init__(self, path: Path, lock: BinaryIO) -> None:
        """Read what the file holds; use `open`."""
        self._lock = lock
        self._index = MemoryJournal()
        whole = 0
        content = path.read_bytes() if path.exists() else b""
        for kind, payload, end in _frames(content, path):
            self._replay(kind, payload)
            whole = end
        if whole > COMPACT_BYTES:
            whole = self._compact(path)
        self._file = _open_at(path, whole)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return the journal in this file, a new one if missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            lock = stack.enter_context(path.with_name(path.name + ".lock").open("wb"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise TransientError(f"journal {path}: is in use") from error
            journal = cls(path, lock)
            stack.pop_all()
        return journal

    def close(self) -> None:
        """Let another process have the file."""
        self._file.close()
        self._lock.close()

    @property
    def head(self) -> Head | None:
        """The end of the chain as recorded; None before anything is."""
        return self._index.head

    @property
    def unanswered(self) -> tuple[SignedOrder, ...]:
        """The recorded orders that are not settled, in the order of their `seq`."""
        return self._index.unanswered

    def adopt(self, head: Head) -> None:
        """Continue from a chain that began elsewhere; durable on return."""
        self._index.require_empty()
        self._append(_ADOPT, _head_text(head))
        self._sync()
        self._index.adopt(head)

    def record(self, signed: SignedOrder) -> None:
        """Keep the order; durable on return, or TransientError."""
        self._index.require_next(signed)
        self._append(_NOTE, signed.note)
        self._sync()
        self._index.record(signed)

    def settle(self, seq: int) -> None:
        """Note that the order is answered; not synced, for asking again is harmless."""
        self._append(_SETTLE, str(seq).encode())
        self._index.settle(seq)

    def _append(self, kind: bytes, payload: bytes) -> None:
        """Write a frame at the end; TransientError if it cannot be written whole."""
        if self._file.closed:
            raise TransientError("journal: given up after a fault; open it again")
        frame = _frame(kind, payload)
        try:
            if self._file.write(frame) != len(frame):
                raise OSError(errno.ENOSPC, "short write")
        except OSError as error:
            self._file.close()
            raise TransientError(f"journal: cannot be written: {error}") from error

    def _sync(self) -> None:
        """Return when all that was written is on the disk."""
        try:
            os.fdatasync(self._file.fileno())
        except OSError as error:
            # Nobody knows now what is on the disk, so nothing more is written to it.
            self._file.close()
            raise TransientError(f"journal: cannot be synced: {error}") from error

    def _replay(self, kind: bytes, payload: bytes) -> None:
        """Take one frame of an earlier run into the index."""
        try:
            if kind == _ADOPT:
                self._index.adopt(_head_of(payload))
            elif kind == _NOTE:
                self._index.record(SignedOrder.read(payload))
            else:
                self._index.settle(int(payload))
        except (MalformedError, ValueError) as error:
            raise CorruptionError(f"journal: {error}") from error

    def _compact(self, path: Path) -> int:
        """Replace the file by a short one that says the same; return its length."""
        left = self._index.unanswered
        first = left[0].order if left else None
        head = self._index.head or Head()
        start = Head(seq=first.seq - 1, prev=first.prev) if first else head
        content = _frame(_ADOPT, _head_text(start))
        content += b"".join([_frame(_NOTE, signed.note) for signed in left])
        draft = path.with_name(path.name + ".new")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Commit point: either file says the same, and one of them has the name.
        draft.replace(path)
        _sync_directory(path.parent)
        return len(content)


def _frames(content: bytes, path: Path) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield kind, content and end of each frame, but for a torn last one.

    A torn one was never synced, so nothing was sent on its strength.
    """
    start = 0
    while start + _FRAME.size <= len(content):
        kind, length, digest = _FRAME.unpack_from(content, start)
        end = start + _FRAME.size + length
        payload = content[start + _FRAME.size : end]
        if end > len(content):
            return
        if sha256(kind + payload).digest() != digest:
            if end == len(content):
                return
            raise CorruptionError(f"journal {path}: damaged at byte {start}")
        yield kind, payload, end
        start = end


def _frame(kind: bytes, payload: bytes) -> bytes:
    """Return one frame."""
    return _FRAME.pack(kind, len(payload), sha256(kind + payload).digest()) + payload


def _head_text(head: Head) -> bytes:
    """Return a head as it stands in its frame."""
    return f"{head.seq} {head.prev}".encode()


def _head_of(payload: bytes) -> Head:
    """Return the head that a frame holds."""
    seq, _, prev = payload.decode().partition(" ")
    require(DIGEST, "prev", prev)
    return Head(seq=int(seq), prev=prev)


def _open_at(path: Path, whole: int) -> BinaryIO:
    """Return the file open at the end of its last whole frame, its name durable."""
    file = path.open("r+b" if path.exists() else "w+b", buffering=0)
    file.truncate(whole)
    file.seek(whole)
    _sync_directory(path.parent)
    return file


def _sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
