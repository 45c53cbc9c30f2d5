"""Where past values lie, block by block: triangular kernels over a grid, exactly.

A block is a day, or several where there are many. An order's own block never counts as
evidence for it: that is what makes the surprisals hold for days to come.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple, Self

from kya.core.integer_log import log2

WIDTHS: Final = (1, 2, 4, 8, 16, 32)
"""Half-widths of a kernel that are tried, in cells."""

Counts = Mapping[int, int]


class Thresholds(NamedTuple):
    """How dense the known orders lie, each without its own block; sorted, with counts.

    `densities` are distinct, and `up_to[i]` orders have at most `densities[i]`.
    """

    densities: tuple[int, ...]
    up_to: tuple[int, ...]

    @classmethod
    def of(cls, found: Iterable[tuple[int, int]]) -> Self:
        """Return the thresholds of densities, each with its number of orders."""
        merged: dict[int, int] = {}
        for density, count in found:
            merged[density] = merged.get(density, 0) + count
        ordered = sorted(merged)
        return cls(tuple(ordered), tuple(accumulate(merged[each] for each in ordered)))

    def at_most(self, density: int) -> int:
        """Return how many known orders lie no denser than this."""
        place = bisect_right(self.densities, density)
        return self.up_to[place - 1] if place else 0


class Grid(NamedTuple):
    """The cells from `low` on, `size` of them; in a ring the last is beside the first.

    Outside a ring there is room for a kernel on both sides of what was seen.
    """

    low: int
    size: int
    ring: bool

    @classmethod
    def over(cls, cells: Iterable[int], ring: int, width: int) -> Self:
        """Return the grid of these cells for kernels of this half-width."""
        if ring:
            return cls(0, ring, ring=True)
        seen = list(cells)
        low = min(seen) - width
        return cls(low, max(seen) + width - low + 1, ring=False)

    def smooth(self, counts: Counts, width: int) -> list[int]:
        """Return each cell's density: the kernel max(0, width + 1 - distance), summed.

        A triangle is a box twice: its second difference has three places, and adding up
        twice gives it back.
        """
        reach = width + 1
        span = self.size + 2 * reach
        bends = [0] * (span + 1)
        for cell, count in counts.items():
            place = cell - self.low + reach
            bends[place - reach] += count
            bends[place] -= 2 * count
            bends[place + reach] += count
        heights = [0, *accumulate(accumulate(bends))][: span + 1]
        line = heights[reach : reach + self.size]
        if not self.ring:
            return line
        for place in range(reach):
            line[(place - reach) % self.size] += heights[place]
            line[place % self.size] += heights[reach + self.size + place]
        return line


class Density(NamedTuple):
    """The density of all blocks and of each, over one grid."""

    grid: Grid
    width: int
    counts: tuple[Counts, ...]
    blocks: tuple[list[int], ...]
    total: list[int]

    @classmethod
    def of(cls, counts: Sequence[Counts], ring: int, width: int) -> Self:
        """Return the density of the blocks under a kernel."""
        grid = Grid.over((cell for each in counts for cell in each), ring, width)
        blocks = tuple(grid.smooth(each, width) for each in counts)
        total = [sum(column) for column in zip(*blocks, strict=True)]
        return cls(grid, width, tuple(counts), blocks, total)

    def without(self, block: int) -> Self:
        """Return the density as if one block had never been."""
        gone = self.blocks[block]
        total = [all_ - own for all_, own in zip(self.total, gone, strict=True)]
        counts, blocks = list(self.counts), list(self.blocks)
        del counts[block], blocks[block]
        return self._replace(counts=tuple(counts), blocks=tuple(blocks), total=total)

    def held_out(self) -> Iterable[tuple[int, int]]:
        """Yield for each block and cell the density that other blocks give it.

        It is scaled to as many orders as there are, and comes with how many lie there.
        """
        number = sum(sum(each.values()) for each in self.counts)
        low = self.grid.low
        for counts, own in zip(self.counts, self.blocks, strict=True):
            others = number - sum(counts.values())
            for cell, count in counts.items():
                place = cell - low
                rest = self.total[place] - own[place]
                yield rest * number // others, count


def fitted(counts: Sequence[Counts], ring: int) -> Density:
    """Return the density under the kernel that tells held-out blocks best.

    Of kernels that are equally good, the narrowest.
    """
    found = [Density.of(counts, ring, width) for width in WIDTHS]
    return max(found, key=_likelihood)


def _likelihood(density: Density) -> int:
    """Return how well the blocks tell each other, as a sum of logarithms.

    1/1,024 of an order in a cell is as good as nothing.
    """
    mass = (density.width + 1) ** 2
    return sum(
        count * log2(1 + rest * 1_024 // mass, 10) for rest, count in density.held_out()
    )
