"""A package as it was handed over: opened without believing a name, type or size."""

import os
import stat
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from kya.codec.package_layout import is_plain
from kya.core.errors import DistrustError, InputError, MalformedError, TransientError
from kya.verify.unpack import unpack

WHOLE_BYTES_MAX: Final = 1 << 20
"""Files up to this size are given out whole; larger ones are only hashed."""

READ_BYTES_MAX: Final = 128 << 20
"""Files that are read at once; the largest bundle of entries takes 17 MB."""

_EMPTY_SHOWN: Final = 10
_CHUNK: Final = 1 << 20
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a package may hold. The defaults fit ten million entries.

    So many processors may work on it, if it has more entries than `alone_max`.
    """

    files: int = 20_000_000
    file_bytes: int = 4 << 30
    total_bytes: int = 256 << 30
    processors: int = 1
    alone_max: int = 1_000


LIMITS: Final = Limits()


class File(NamedTuple):
    """One file of the package; `content` is empty if it is over a megabyte."""

    path: str
    digest: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Package:
    """The folder of a package. `require_shape` comes before anything is read."""

    root: Path
    limits: Limits

    def require_shape(self) -> tuple[str, ...]:
        """Return the empty folders; MalformedError unless all else is plain files."""
        total, empty = 0, list[str]()
        for count, (path, entry) in enumerate(self._entries("", empty), 1):
            size = entry.stat(follow_symlinks=False).st_size
            total += size
            if size > self.limits.file_bytes:
                msg = f"{path}: {size} bytes; at most {self.limits.file_bytes}"
                raise MalformedError(msg)
            if count > self.limits.files or total > self.limits.total_bytes:
                msg = f"package: more than {self.limits.files} files or too many bytes"
                raise MalformedError(msg)
        return tuple(empty[:_EMPTY_SHOWN])

    def read(self, path: str) -> bytes:
        """Return a file's bytes; FileNotFoundError if there is no such file."""
        with _opened(self.root, path) as (descriptor, size):
            if size > READ_BYTES_MAX:
                raise DistrustError(f"{path}: {size} bytes; at most {READ_BYTES_MAX}")
            return _all_of(descriptor, size)

    def lines(self, path: str, bytes_max: int) -> Iterator[bytes]:
        """Yield a file's lines, LF included, cut after so many bytes."""
        with (
            _opened(self.root, path) as (descriptor, _),
            os.fdopen(os.dup(descriptor), "rb") as file,
        ):
            while line := file.readline(bytes_max):
                yield line

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, sorted; none if it is not there."""
        try:
            return sorted(path.name for path in (self.root / folder).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def files(self) -> Iterator[File]:
        """Yield every file with its SHA-256, folder by folder, each sorted by name."""
        for path, _ in self._entries("", []):
            yield self.file(path)

    def file(self, path: str) -> File:
        """Return one file with its SHA-256; FileNotFoundError if there is none."""
        descriptor, size = _open(self.root, path)
        try:
            # One byte more than the size, not a megabyte: reading makes the buffer.
            content = os.read(descriptor, min(size, WHOLE_BYTES_MAX) + 1)
            digest = sha256(content)
            if len(content) > WHOLE_BYTES_MAX or size > WHOLE_BYTES_MAX:
                content = b""
                while chunk := os.read(descriptor, _CHUNK):
                    digest.update(chunk)
        finally:
            os.close(descriptor)
        return File(path, digest.digest(), content)

    def _entries(
        self, prefix: str, empty: list[str]
    ) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield path and entry of every file; MalformedError for what is none."""
        with os.scandir(self.root / prefix) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        if not entries:
            empty.append(prefix or ".")
        for entry in entries:
            path = prefix + entry.name
            if not is_plain(path):
                raise MalformedError(f"{path[:300]!a}: no package has such a path")
            if entry.is_dir(follow_symlinks=False):
                yield from self._entries(f"{path}/", empty)
            elif entry.is_file(follow_symlinks=False):
                yield path, entry
            else:
                raise MalformedError(f"{path}: a link or device, not a file")


@contextmanager
def opened(path: Path, limits: Limits = LIMITS) -> Generator[Package, None, None]:
    """Give the package at a folder or .tar.gz; InputError if neither is there.

    An archive is unpacked to a temporary folder that is gone afterwards.
    """
    if path.is_dir():
        yield Package(path, limits)
    elif path.is_file():
        with tempfile.TemporaryDirectory(prefix="kya-verify-") as folder:
            unpack(path, Path(folder), limits.files, limits.total_bytes)
            yield Package(Path(folder), limits)
    else:
        raise InputError(f"{path}: want a package: a folder or a .tar.gz")


@contextmanager
def _opened(root: Path, path: str) -> Generator[tuple[int, int], None, None]:
    """Give descriptor and size of a regular file, and close it in the end."""
    descriptor, size = _open(root, path)
    try:
        yield descriptor, size
    finally:
        os.close(descriptor)


def _open(root: Path, path: str) -> tuple[int, int]:
    """Return descriptor and size of a regular file, never of what a link points to."""
    try:
        # Joined as text: a Path costs more than the system call it is for.
        descriptor = os.open(f"{root}/{path}", _FLAGS)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(path) from error
    except OSError as error:
        raise TransientError(f"{path}: cannot be read: {error.strerror}") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise DistrustError(f"{path}: not a file")
    return descriptor, status.st_size


def _all_of(descriptor: int, size: int) -> bytes:
    """Return all of a file that had this size when it was opened."""
    content = os.read(descriptor, size + 1)
    rest = [content]
    while chunk := os.read(descriptor, _CHUNK):
        rest.append(chunk)
    return b"".join(rest)
