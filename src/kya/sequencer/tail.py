"""The entries that are not published yet, in memory."""

from typing import Final

from kya.core.errors import TransientError

UNPUBLISHED_BYTES_MAX: Final = 256 * 1024 * 1024
"""Minutes of full load: if publishing is that far behind, taking more only hides it."""


class Tail:
    """The log's newest entries, from index `start` on."""

    def __init__(self, start: int) -> None:
        """Begin after `start` published entries."""
        self.start = start
        self._entries: list[bytes] = []
        self._bytes = 0

    @property
    def end(self) -> int:
        """Return the index after the last entry."""
        return self.start + len(self._entries)

    def require_room(self) -> None:
        """Raise TransientError if too much waits to be published."""
        if self._bytes > UNPUBLISHED_BYTES_MAX:
            raise TransientError(
                f"log: {self._bytes} bytes are not published yet; publish first"
            )

    def add(self, entry: bytes) -> None:
        """Hold one more entry."""
        self._entries.append(entry)
        self._bytes += len(entry)

    def entry(self, index: int) -> bytes:
        """Return the entry; LookupError if it is not held."""
        if not self.start <= index < self.end:
            raise LookupError(f"log: entry {index} is not in the tail")
        return self._entries[index - self.start]

    def until(self, end: int) -> list[bytes]:
        """Return the entries before index `end`."""
        return self._entries[: end - self.start]

    def forget(self, end: int) -> None:
        """Let go of the entries before index `end`."""
        gone = self.until(end)
        del self._entries[: len(gone)]
        self._bytes -= sum(map(len, gone))
        self.start += len(gone)
