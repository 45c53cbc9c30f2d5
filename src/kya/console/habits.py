"""An agent's baseline against today, as the numbers of a small picture."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from kya.console.reading import OrderRow
from kya.core.baseline import Baseline
from kya.core.features import TIME_OF_DAY
from kya.core.instant import MICROS_PER_DAY, MICROS_PER_SECOND

HOURS: Final = 24
_CELLS_AN_HOUR: Final = 12
_BIT: Final = 1_024
_HIGH_BITS: Final = 12 * _BIT
_HOUR_MICROS: Final = 3_600 * MICROS_PER_SECOND
_TALL: Final = 100


class Hour(NamedTuple):
    """One hour of the UTC day: how usual it is, from 0 to 100, and today's orders."""

    hour: int
    usual: int | None
    orders: int
    tall: int


def hours(baseline: Baseline | None, today: Iterable[OrderRow]) -> list[Hour]:
    """Return the day hour by hour; without a baseline nothing is usual or not."""
    counts = [0] * HOURS
    for row in today:
        counts[row.received_at.micros % MICROS_PER_DAY // _HOUR_MICROS] += 1
    most = max(1, *counts)
    usual = [None] * HOURS if baseline is None else _usual(baseline)
    return [
        Hour(hour, usual[hour], count, count * _TALL // most)
        for hour, count in enumerate(counts)
    ]


def _usual(baseline: Baseline) -> list[int]:
    """Return how usual each hour is: full height for what is no surprise at all."""
    listed, table = baseline.reference.scorer.pooled[TIME_OF_DAY]
    found: list[int] = []
    for hour in range(HOURS):
        cells = range(hour * _CELLS_AN_HOUR, (hour + 1) * _CELLS_AN_HOUR)
        bits = min(listed.get(cell, table.bits(cell)) for cell in cells)
        found.append(_TALL * max(0, _HIGH_BITS - bits) // _HIGH_BITS)
    return found
