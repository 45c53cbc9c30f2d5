"""A file of JSON lines that only grows: one for each thing that happened.

It is not synced: a machine that loses power may forget the last lines, and then what
they say never happened.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from kya.core.errors import CorruptionError, MalformedError, TransientError

T = TypeVar("T")


class LineJournal(Generic[T]):
    """The file: what an earlier run has left in it, and lines behind that."""

    def __init__(
        self,
        path: Path,
        what: str,
        read: Callable[[bytes], T],
        render: Callable[[T], bytes],
    ) -> None:
        """Read what is there, drop a torn last line, and append from here on.

        `what` names the journal in a message.
        """
        self._what = what
        self._render = render
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        written = path.read_bytes()
        whole = written.rfind(b"\n") + 1
        # A torn line was never answered: what it says did not happen.
        os.ftruncate(self._descriptor, whole)
        self._lines: list[T] = []
        for number, line in enumerate(written[:whole].splitlines(), start=1):
            try:
                self._lines.append(read(line))
            except MalformedError as error:
                raise CorruptionError(f"{path}: line {number}: {error}") from error
        self._failure: OSError | None = None

    def taken(self) -> list[T]:
        """Return what an earlier run has left, once: nobody holds it here any more."""
        lines, self._lines = self._lines, []
        return lines

    def keep(self, line: T) -> None:
        """Append the line; a fault ends the journal, for it must not have holes."""
        self.require_whole()
        try:
            view = memoryview(self._render(line))
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self._failure = error
        self.require_whole()

    def require_whole(self) -> None:
        """Raise TransientError if the file may lack a line."""
        if self._failure is not None:
            raise TransientError(f"{self._what}: its list failed: {self._failure}")

    def close(self) -> None:
        """Give back the file."""
        os.close(self._descriptor)
