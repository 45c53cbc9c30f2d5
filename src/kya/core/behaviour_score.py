"""The score of one order: how unlike its agent's own past it is, and why.

The road is spec/score.md §2: thirteen surprisals, two statistics, one calibrated
probability, one number from 0 to 1. The contributions add up to the first statistic
exactly, and the largest of them is the second.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import pairwise
from typing import Final, NamedTuple, Self

from kya.core.attempt import Attempt
from kya.core.features import (
    FEATURES,
    NO_CELLS,
    TIME_OF_DAY,
    Cell,
    Cells,
    Pace,
    cells_of,
    day_of,
    is_weekend,
)
from kya.core.integer_log import BIT
from kya.core.ladder import Ladder
from kya.core.learned_baseline import FeatureTable, LearnedBaseline

ORDINARY: Final = 4 * BIT
"""Surprisal of a feature that says nothing yet: one order in sixteen has as much."""

WARN: Final = 7_500
"""A score of 0.75: one order in 400 of the agent's own comes to it."""
CRITICAL: Final = 8_500
"""A score of 0.85: one in 100,000, as far as the tail is as thin as was assumed."""

# Evidence in 1/10,000 decades, and the score there in 1/10,000; straight between.
SCORE_MAP: Final = ((0, 0), (26_020, WARN), (50_000, CRITICAL), (80_000, 9_200))
_PIECES: Final = tuple(
    (end, start, low, high - low, end - start)
    for (start, low), (end, high) in pairwise(SCORE_MAP)
)

Lookups = tuple[tuple[Mapping[Cell, int], FeatureTable], ...]
"""For each feature the cells that its table lists, and the table for any other."""


class Footing(Enum):
    """Whether ranks among the agent's own orders bear the score, or a tail beyond."""

    INSIDE = "inside_data"
    EXTRAPOLATED = "extrapolated"


class Score(NamedTuple):
    """How unlike the agent's past one order is; `value` and `low` in 1/10,000.

    `surprisals` are those of the features, in 1/1,024 bits. `evidence` is in 1/10,000
    decades: the share of the agent's own orders that come to as much is its tenth power
    below one. `low` is what the ranks alone bear out with 95 % confidence.
    """

    value: int
    low: int
    evidence: int
    surprisals: tuple[int, ...]
    excess: int
    peak: int
    footing: Footing
    cells: Cells

    @property
    def contributions(self) -> tuple[int, ...]:
        """What each feature adds to `excess`."""
        return tuple(contribution(bits) for bits in self.surprisals)


NOTHING_UNUSUAL: Final = Score(
    0, 0, 0, (0,) * len(FEATURES), 0, 0, Footing.INSIDE, NO_CELLS
)
"""The score of an order that is like most others."""


class Scorer(NamedTuple):
    """A baseline, ready to be looked up in."""

    weekend: int
    pooled: Lookups
    by_market: Mapping[str, Lookups]
    sums: Ladder
    peaks: Ladder
    both: Ladder

    @classmethod
    def of(cls, baseline: LearnedBaseline) -> Self:
        """Return the scorer of a baseline; made once, used for every order."""
        tables = baseline.tables
        return cls(
            baseline.weekend,
            _lookups(baseline.tables.pooled),
            {m: _lookups(tables.of_market(m)) for m in tables.own},
            Ladder.of(baseline.sums),
            Ladder.of(baseline.peaks),
            Ladder.of(baseline.both),
        )

    def surprisals(self, attempt: Attempt, cells: Cells) -> list[int]:
        """Return the surprisal of each feature."""
        bits: list[int] = []
        lookups = self.by_market.get(cells.market, self.pooled)
        for (known, table), cell in zip(lookups, cells, strict=True):
            found = known.get(cell)
            bits.append(table.bits(cell) if found is None else found)
        weekend = self.weekend
        if weekend > bits[TIME_OF_DAY] and is_weekend(day_of(attempt.at)):
            bits[TIME_OF_DAY] = weekend
        return bits


def score(scorer: Scorer, pace: Pace, attempt: Attempt) -> Score:
    """Return the score of an attempt that comes after those of the pace."""
    cells = cells_of(attempt, pace)
    bits = scorer.surprisals(attempt, cells)
    excess = 0
    for each in bits:
        if each > ORDINARY:
            excess += each - ORDINARY
    peak = max(bits)
    stronger = max(scorer.sums.decades(excess), scorer.peaks.decades(peak))
    both = scorer.both
    evidence = both.decades(stronger)
    return Score(
        score_of(evidence),
        score_of(min(evidence, both.sure_decades(stronger))),
        evidence,
        tuple(bits),
        excess,
        peak,
        Footing.EXTRAPOLATED if both.exceeds_all(stronger) else Footing.INSIDE,
        cells,
    )


def _lookups(tables: tuple[FeatureTable, ...]) -> Lookups:
    """Return the tables with what they list."""
    return tuple((table.listed, table) for table in tables)


def contribution(bits: int) -> int:
    """Return what a surprisal adds to the sum: what it has above the ordinary."""
    return max(0, bits - ORDINARY)


def excess_of(surprisals: Iterable[int]) -> int:
    """Return the sum of the contributions."""
    return sum(contribution(bits) for bits in surprisals)


def score_of(evidence: int) -> int:
    """Return the score of evidence, by the map; it never falls."""
    for end, start, low, rise, run in _PIECES:
        if evidence <= end:
            return low + rise * (evidence - start) // run
    return SCORE_MAP[-1][1]
