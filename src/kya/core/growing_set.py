"""A set that only grows, as a value: adding returns a new one and shares the rest."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, eq=False)
class GrowingSet:
    """Text seen so far, in blocks of falling size.

    Adding costs O(log n) on average and membership O(log n) set look-ups, so that a
    day of a million client order ids is neither copied per order nor kept mutable.
    """

    blocks: tuple[frozenset[str], ...] = ()

    def __contains__(self, item: object) -> bool:
        """Tell whether the item was added."""
        for block in self.blocks:  # noqa: SIM110  any() and its generator take twice as long
            if item in block:
                return True
        return False

    def adding(self, item: str) -> Self:
        """Return the set that also holds `item`; itself when it already does."""
        if item in self:
            return self
        blocks = self.blocks
        newest = frozenset((item,))
        while blocks and len(blocks[-1]) <= len(newest):
            newest |= blocks[-1]
            blocks = blocks[:-1]
        return type(self)((*blocks, newest))

    def __len__(self) -> int:
        """Count the items."""
        return sum(len(block) for block in self.blocks)

    def __eq__(self, other: object) -> bool:
        """Tell whether both hold the same items, in whatever order they were added."""
        if not isinstance(other, GrowingSet):
            return NotImplemented
        return self._items() == other._items()

    def __hash__(self) -> int:
        """Return the hash of the items."""
        return hash(self._items())

    def _items(self) -> frozenset[str]:
        """Return all items as one set."""
        return frozenset[str]().union(*self.blocks)
