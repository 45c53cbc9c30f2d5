"""How surprising a number is, given those that are known: spec/baseline.md §3."""

from typing import Final, NamedTuple, Self

from kya.core.density import Counts, Density, Thresholds
from kya.core.integer_log import BIT, surprisal

BEYOND_MAX: Final = 30 * BIT
"""What distance from all that is known can add at most."""

SCALE: Final = 1 << 16
LN2: Final = 45_426  # of SCALE

# The outer twentieth on each side tells how fast the known values thin out.
_OUTER: Final = 20


class KnownNumbers(NamedTuple):
    """The numbers of some blocks; `falls` are cells for one more bit, below and above.

    `falls` are in units of 1/65,536 of a cell.
    """

    density: Density
    thresholds: Thresholds
    number: int
    falls: tuple[int, int]

    @classmethod
    def of(cls, density: Density, floor: int) -> Self:
        """Return what the density knows; `floor` is the least fall, in cells."""
        number = sum(sum(each.values()) for each in density.counts)
        thresholds = Thresholds.of(density.held_out())
        least = floor * SCALE
        if density.grid.ring:
            return cls(density, thresholds, number, (least, least))
        merged: dict[int, int] = {}
        for counts in density.counts:
            for cell, count in counts.items():
                merged[cell] = merged.get(cell, 0) + count
        above = max(least, _fall(merged))
        below = max(least, _fall({-cell: n for cell, n in merged.items()}))
        return cls(density, thresholds, number, (below, above))

    def bits(self, cell: int) -> int:
        """Return the surprisal of a cell, in 1/1,024 bits."""
        grid = self.density.grid
        place = cell - grid.low
        here = self.density.total[place] if 0 <= place < grid.size else 0
        known = self.thresholds.at_most(here)
        bits = surprisal(known + 1, self.number + 1)
        return bits if here else bits + self._beyond(place)

    def _beyond(self, place: int) -> int:
        """Return what the distance to the nearest cell with any density adds."""
        total, size = self.density.total, self.density.grid.size
        below, above = self.falls
        if self.density.grid.ring:
            apart = next(
                n for n in range(1, size) if total[place - n] or total[place + n - size]
            )
            return beyond(apart, above)
        lower = next((n for n in range(min(place, size - 1), -1, -1) if total[n]), None)
        upper = next((n for n in range(max(place, 0), size) if total[n]), None)
        found: list[int] = []
        if lower is not None:
            found.append(beyond(place - lower, above))
        if upper is not None:
            found.append(beyond(upper - place, below))
        return min(found)


def beyond(apart: int, fall: int) -> int:
    """Return what so many cells beyond the known add."""
    return min(BEYOND_MAX, apart * BIT * SCALE // fall)


def _fall(counts: Counts) -> int:
    """Return the cells for one more bit above, by the mean excess of the outer ones."""
    number = sum(counts.values())
    outer = max(1, number // _OUTER)
    excess = taken = 0
    ordered = sorted(counts, reverse=True)
    for cell in ordered:
        taken += counts[cell]
        if taken > outer:
            edge = cell
            break
    else:
        return 0
    left = outer
    for cell in ordered:
        if not left:
            break
        part = min(left, counts[cell])
        excess += part * (cell - edge)
        left -= part
    return LN2 * excess // outer
