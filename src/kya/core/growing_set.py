"""A set that only grows, as a value: adding returns a new one and shares the rest."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class GrowingSet:
    """Text seen so far, in blocks of falling size.

    Adding costs O(log n) on average and membership O(log n) set look-ups, so that a
    day of a million client order ids is neither copied per order nor kept mutable.
    """

    blocks: tuple[frozenset[str], ...] = ()

    def __contains__(self, item: object) -> bool:
        """Tell whether the item was added."""
        return any(item in block for block in self.blocks)

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
