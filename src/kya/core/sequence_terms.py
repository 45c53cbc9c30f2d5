"""What a sequence of orders is held against: ranks, shares and rates, with their slack.

A baseline of two weeks knows an average only so well. The slack is what it cannot tell:
two and a half standard errors, by how far its days lie apart.
"""

from bisect import bisect_left
from collections.abc import Mapping
from math import isqrt
from typing import Final, NamedTuple, Self

from kya.core.features import AUX, DEVIATION, SIZE, Cells
from kya.core.integer_log import log2
from kya.core.known_numbers import SCALE
from kya.core.ladder import ranks

WHOLE: Final = SCALE
"""One, in the unit of shares, ranks and bets."""

HOUR_MILLIS: Final = 3_600_000
HOURS: Final = 24

RANKED: Final = (SIZE, AUX, DEVIATION)
"""Features whose level is watched, by the rank of each value among the known ones."""

WORDS: Final = ("market", "side", "venue", "type", "repeat", "action", "outcome")
"""Streams whose mix is watched.

`repeat` says whether the side is that of the last order of its market. `action` counts
cancels too, and `outcome` what venues have said.
"""
ACTION: Final = 5
OUTCOME: Final = 6
NOVEL: Final = ""
"""Stands in a stream of words for every word that the history does not have."""

SAME: Final = "same"
TURN: Final = "turn"
PASSED: Final = "passed"
FAILED: Final = "failed"

_RATE_BITS: Final = 3


class Ranks(NamedTuple):
    """Where a cell lies among the known: the share below it less the share above.

    From `low` on by cell, in 1/65,536; the first and the last stand for all beyond.
    """

    low: int
    cells: tuple[int, ...]

    def of(self, cell: int) -> int:
        """Return the rank of a cell, from minus one to plus one."""
        place = cell - self.low
        return self.cells[min(max(place, 0), len(self.cells) - 1)]


class Share(NamedTuple):
    """A word's share of its stream, and what the history cannot tell of it."""

    share: int
    slack: int


class Rates(NamedTuple):
    """How many orders an hour has, against the mean of that hour of the day.

    `means` are in 1/256 orders. `busiest` and `quietest` are ratios in 1/256, those to
    be compared negated, of `hours` hours at the ranks of a ladder. `ranks` are those of
    the ratio's logarithm.
    """

    means: tuple[int, ...]
    hours: int
    busiest: tuple[int, ...]
    quietest: tuple[int, ...]
    ranks: Ranks
    slack: int

    def ratio(self, hour: int, orders: int) -> int:
        """Return the orders of an hour since 1970 against the mean, in 1/256."""
        return (orders << 16) // self.means[hour % HOURS]


class SequenceTerms(NamedTuple):
    """All that a sequence of orders is held against.

    `plain` are, at the ranks of a ladder, the excess surprisals of the features that
    remember nothing. `ranks` are by feature and market, the empty market standing for
    all; `slack` is by feature; `shares` are by stream of words.
    """

    plain: tuple[int, ...]
    ranks: Mapping[tuple[int, str], Ranks]
    slack: Mapping[int, int]
    shares: tuple[Mapping[str, Share], ...]
    rates: Rates


class Steps(NamedTuple):
    """A statistic's values at the ranks of a ladder, and the bet that each rank is."""

    rising: tuple[int, ...]
    bets: tuple[int, ...]

    @classmethod
    def of(cls, number: int, falling: tuple[int, ...]) -> Self:
        """Return the steps of a statistic of which there were so many values."""
        bets = (bet_of(rank, number) for rank in ranks(number)[::-1])
        return cls(falling[::-1], (bet_of(number + 1, number), *bets))

    def bet(self, value: int) -> int:
        """Return what a value is worth."""
        return self.bets[bisect_left(self.rising, value)]


def bet_of(rank: int, number: int) -> int:
    """Return half the root of one over p, which is one on average where p is uniform.

    Two and a half roots of the rank are added to it, for it is only known so well.
    """
    return isqrt(((number + 1) << 32) // (4 * rank + 2 * isqrt(25 * rank)))


def words_of(cells: Cells, last_side: str | None) -> tuple[str, ...]:
    """Return an order's words by stream, up to those of its action and outcome."""
    repeat = SAME if last_side == cells.side else TURN
    return (cells.market, cells.side, cells.venue, cells.type, repeat)


def rate_cell(ratio: int) -> int:
    """Return the cell of a ratio in 1/256."""
    return log2(ratio + 1, _RATE_BITS)
