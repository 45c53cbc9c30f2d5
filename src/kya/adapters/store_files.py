"""One log in one folder: `log/` for readers, `wal/`, `checkpoints.sqlite`, `lock`.

Trusted with: `wal/` and `checkpoints.sqlite`. What is in `log/` is hashed again
whenever it matters.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from kya.adapters.durable_files import make_folder, replace_file
from kya.adapters.store_sqlite import SqliteCheckpointStore
from kya.adapters.store_wal import FileEntryStore
from kya.core.errors import CorruptionError, InputError, TransientError
from kya.sequencer.ports import Stores


def directory_stores(folder: Path) -> Stores:
    """Return the stores of the log that is, or will be, in this folder."""
    make_folder(folder)
    return Stores(
        lease=FileLease(folder / "lock"),
        entries=FileEntryStore(folder / "wal"),
        checkpoints=SqliteCheckpointStore(folder / "checkpoints.sqlite"),
        tiles=FileTileStore(folder / "log"),
    )


class FileTileStore:
    """The log's public files, under their C2SP paths."""

    def __init__(self, folder: Path) -> None:
        """Look at nothing yet."""
        self._folder = folder

    def read(self, path: str) -> bytes:
        """Return a file; FileNotFoundError if there is none."""
        try:
            return self._place(path).read_bytes()
        except (IsADirectoryError, NotADirectoryError) as error:
            raise FileNotFoundError(path) from error

    def write(self, path: str, content: bytes) -> None:
        """Store a file for ever; CorruptionError if it exists with other content."""
        place = self._place(path)
        if place.exists() and place.read_bytes() != content:
            raise CorruptionError(f"{path}: exists with other content")
        # The same content is written again: a sync before a crash may have failed.
        make_folder(place.parent)
        replace_file(place, content)

    def replace(self, path: str, content: bytes) -> None:
        """Store a file that changes, in one step for every reader."""
        place = self._place(path)
        make_folder(place.parent)
        replace_file(place, content)

    def paths(self, folder: str) -> Iterator[str]:
        """Yield the path of every file below a folder, sorted within each folder."""
        for place in sorted(self._place(folder).glob("*")):
            path = f"{folder}/{place.name}"
            if place.is_dir():
                yield from self.paths(path)
            elif not place.name.startswith("."):  # else a draft that a crash left
                yield path

    def _place(self, path: str) -> Path:
        parts = path.split("/")
        if any(part.startswith(".") or not part or "\0" in part for part in parts):
            raise InputError(f"log path {path[:80]!r}: want names between slashes")
        return self._folder.joinpath(*parts)


class FileLease:
    """A lock that the system gives back when its holder ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take nothing yet."""
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock; TransientError, naming the holder, if it is taken."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise TransientError(
                f"log: process {holder or 'unknown'} has {self._path}; end it first"
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
