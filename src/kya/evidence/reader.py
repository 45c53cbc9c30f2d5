"""Where a package's log comes from: a tile directory, read and never written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kya.codec.package_layout import STAMPS
from kya.tlog.policy import Policy


class LogReader(Protocol):
    """Reads a log's published files."""

    @property
    def witnesses(self) -> Policy:
        """The policy that names the log's witnesses; an empty one if it has none."""
        ...

    def __call__(self, path: str) -> bytes:
        """Return the file at this path; FileNotFoundError if there is none."""
        ...

    def checkpoint_sizes(self) -> Iterable[int]:
        """Return the sizes of the former checkpoints, in any order."""
        ...

    def witnessed_sizes(self) -> Iterable[int]:
        """Return the sizes of the cosigned checkpoints, in any order."""
        ...

    def stamp_names(self) -> Iterable[str]:
        """Return the names of the time stamps' files, in any order."""
        ...

    def text(self, digest: str) -> bytes | None:
        """Return a text that entries commit to; None if it is not kept."""
        ...


@dataclass(frozen=True, slots=True)
class LogDirectory:
    """A log on disk: `checkpoint`, `checkpoints/`, `witnessed/` and `tile/…`."""

    directory: Path
    witnesses: Policy = field(default_factory=Policy)
    texts: Path | None = None

    def __call__(self, path: str) -> bytes:
        """Return the file's bytes."""
        return (self.directory / path).read_bytes()

    def checkpoint_sizes(self) -> list[int]:
        """Return the sizes that file names tell."""
        return self._sizes("checkpoints")

    def witnessed_sizes(self) -> list[int]:
        """Return the sizes of the cosigned ones."""
        return self._sizes("witnessed")

    def stamp_names(self) -> list[str]:
        """Return the names below `stamps/`."""
        return [path.name for path in (self.directory / STAMPS).glob("*.tsr")]

    def text(self, digest: str) -> bytes | None:
        """Return the bytes of the text's file, kept outside the log."""
        path = None if self.texts is None else self.texts / f"{digest}.txt"
        return path.read_bytes() if path is not None and path.is_file() else None

    def _sizes(self, folder: str) -> list[int]:
        names = (path.stem for path in (self.directory / folder).glob("*.note"))
        return [int(name) for name in names if name.isascii() and name.isdigit()]
