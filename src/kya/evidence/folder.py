"""The folder that becomes a package: written aside, then renamed once, complete."""

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from os import scandir
from pathlib import Path

from kya.codec.package_layout import SUMS, sums_line
from kya.core.errors import InputError

_CHUNK = 1 << 20


class Folder:
    """Writes files below one directory, each once."""

    def __init__(self, root: Path) -> None:
        """Write below this directory, which exists and is empty."""
        self._root = root
        self._made: set[str] = set()

    def write(self, path: str, content: bytes) -> None:
        """Write one file; FileExistsError if the package has it already."""
        parent, _, _ = path.rpartition("/")
        if parent not in self._made:
            (self._root / parent).mkdir(parents=True, exist_ok=True)
            self._made.add(parent)
        with (self._root / path).open("xb") as file:
            file.write(content)

    def write_sums(self) -> None:
        """Write SHA256SUMS over what is on disk now, in the order of the folders."""
        with (self._root / SUMS).open("xb") as sums:
            for path in files_below(self._root):
                if path != SUMS:
                    digest = _digest_of(self._root / path)
                    sums.write(sums_line(digest, path))


@contextmanager
def appearing(out: Path) -> Generator[Folder, None, None]:
    """Give a folder that appears as `out` at the end; nothing appears on an error.

    InputError if something is there already: evidence is never overwritten.
    """
    if out.exists():
        raise InputError(f"{out}: exists already; evidence is never overwritten")
    part = out.with_name(f".{out.name}.part")
    if part.exists():
        shutil.rmtree(part)  # Left over by a build that did not finish.
    part.mkdir(parents=True)
    try:
        yield Folder(part)
        part.rename(out)  # Commit point: from here on the package exists.
    finally:
        if part.exists():
            shutil.rmtree(part)


def files_below(root: Path, prefix: str = "") -> Iterator[str]:
    """Yield every file's path, folder by folder, each sorted by name."""
    with scandir(root / prefix) as found:
        names = sorted((entry.name, entry.is_dir()) for entry in found)
    for name, is_directory in names:
        if is_directory:
            yield from files_below(root, f"{prefix}{name}/")
        else:
            yield prefix + name


def _digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
