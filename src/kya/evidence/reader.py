"""Where a package's log comes from: a tile directory, read and never written."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class LogReader(Protocol):
    """Reads a log's published files."""

    def __call__(self, path: str) -> bytes:
        """Return the file at this path; FileNotFoundError if there is none."""
        ...

    def checkpoint_sizes(self) -> Iterable[int]:
        """Return the sizes of the former checkpoints, in any order."""
        ...


@dataclass(frozen=True, slots=True)
class LogDirectory:
    """A log on disk: `checkpoint`, `checkpoints/<size>.note` and `tile/…`."""

    directory: Path

    def __call__(self, path: str) -> bytes:
        """Return the file's bytes."""
        return (self.directory / path).read_bytes()

    def checkpoint_sizes(self) -> list[int]:
        """Return the sizes that file names tell."""
        names = (path.stem for path in (self.directory / "checkpoints").glob("*.note"))
        return [int(name) for name in names if name.isascii() and name.isdigit()]
