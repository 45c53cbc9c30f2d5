"""Where each order of an agent stands in the log, in sixteen bytes an order."""

from array import array
from bisect import bisect_left


class Places:
    """Entries by `seq`, as they came; nearly always in order, and never sorted."""

    __slots__ = ("_entries", "_seqs")

    def __init__(self) -> None:
        """Know none yet."""
        self._seqs, self._entries = array("Q"), array("Q")

    def __len__(self) -> int:
        """How many there are."""
        return len(self._seqs)

    def add(self, seq: int, entry: int) -> None:
        """Know one more."""
        self._seqs.append(seq)
        self._entries.append(entry)

    def first(self, seq: int) -> int | None:
        """Return the first entry of this number, None if there is none."""
        place = bisect_left(self._seqs, seq)
        if place < len(self._seqs) and self._seqs[place] == seq:
            return self._entries[place]
        return next(iter(self.all(seq)), None)

    def all(self, seq: int) -> list[int]:
        """Return every entry of this number, in the order of the log."""
        found: list[int] = []
        place = -1
        try:
            while True:
                place = self._seqs.index(seq, place + 1)
                found.append(self._entries[place])
        except ValueError:
            return found
