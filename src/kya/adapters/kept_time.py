"""A time in a file, which outlives its process."""

from pathlib import Path

from kya.adapters.durable_files import replace_file, sync_folder
from kya.core.errors import CorruptionError, MalformedError
from kya.core.instant import Instant


class FileTime:
    """One UTC time with microseconds in a file of its own, or no file."""

    def __init__(self, path: Path) -> None:
        """Keep it there; the folder exists."""
        self._path = path

    def load(self) -> Instant | None:
        """Return what was kept last; CorruptionError where the file is no time."""
        try:
            text = self._path.read_text("ascii")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise CorruptionError(f"{self._path}: want a UTC time") from error
        try:
            return Instant.parse(text.removesuffix("\n"))
        except MalformedError as error:
            raise CorruptionError(f"{self._path}: {error}") from error

    def keep(self, due: Instant | None) -> None:
        """Make the time durable, or that there is none."""
        if due is not None:
            replace_file(self._path, f"{due}\n".encode())
        elif self._path.exists():
            self._path.unlink()
            sync_folder(self._path.parent)
