"""What is looked at in an attempt: thirteen features, each a cell of a grid or a word.

spec/baseline.md §2 says how each is made; the order here is the order there.
"""

from typing import Final, NamedTuple

from kya.core.attempt import Attempt
from kya.core.integer_log import log2

DAY_MILLIS: Final = 86_400_000
RECENT_MILLIS: Final = 300_000
RECENT_KEPT: Final = 64
"""Attempts of the last five minutes that are counted one by one; more look alike."""

_SIZE_BITS: Final = 6
_AUX_BITS: Final = 4
_OCTAVE_BITS: Final = 3
_TIME_CELL_MILLIS: Final = 300_000
_SATURDAY: Final = 5
_THURSDAY: Final = 3  # 1970-01-01


class Feature(NamedTuple):
    """One feature: whether its cells are words, and whether each market has its own.

    Cells of a `ring` are so many and the last is beside the first. `floor` is how many
    cells beyond the known at least make one more bit. `remembers` says that the feature
    looks at earlier attempts; one that is `optional` may be missing.
    """

    name: str
    is_word: bool = False
    by_market: bool = False
    ring: int = 0
    floor: int = 0
    remembers: bool = False
    optional: bool = False


FEATURES: Final = (
    Feature("market", is_word=True),
    Feature("region", is_word=True),
    Feature("zeros", is_word=True),
    Feature("side", is_word=True, by_market=True),
    Feature("venue", is_word=True, by_market=True),
    Feature("type", is_word=True, by_market=True),
    Feature("size", by_market=True, floor=8),
    Feature("aux", by_market=True, floor=4, optional=True),
    Feature("deviation", floor=2, optional=True),
    Feature("gap", floor=8, remembers=True),
    Feature("recent", floor=2, remembers=True),
    Feature("time_of_day", ring=288, floor=3),
    Feature("second", ring=60, floor=4),
)
MARKET, REGION, ZEROS, SIDE, VENUE, TYPE, SIZE, AUX, DEVIATION = range(9)
GAP, RECENT, TIME_OF_DAY, SECOND = range(9, 13)

_SMALL: Final = tuple(log2(max(1, number), _OCTAVE_BITS) for number in range(1_024))

Cell = int | str | None


class Cells(NamedTuple):
    """An attempt's cell of each feature, as in `FEATURES`; None where it is missing."""

    market: str
    region: str
    zeros: str
    side: str
    venue: str
    type: str
    size: int
    aux: int | None
    deviation: int | None
    gap: int
    recent: int
    time_of_day: int
    second: int


NO_CELLS: Final = Cells("", "", "0", "", "", "", 0, None, None, 0, 0, 0, 0)
"""The cells of no attempt at all."""


class Pace(NamedTuple):
    """When the agent tried before: the instants of the last five minutes, and the last.

    `last` is None before the first attempt.
    """

    last: int | None = None
    recent: tuple[int, ...] = ()

    def after(self, at: int) -> "Pace":
        """Return the pace after an attempt at this instant, in milliseconds."""
        recent = self.recent
        since = at - RECENT_MILLIS
        if recent and (recent[0] <= since or len(recent) == RECENT_KEPT):
            kept = [each for each in recent[1 - RECENT_KEPT :] if each > since]
            return Pace(at, (*kept, at))
        return Pace(at, (*recent, at))


NO_PACE: Final = Pace()


def cells_of(attempt: Attempt, pace: Pace) -> Cells:
    """Return the cells of an attempt that comes after those of the pace."""
    at, market, side, venue, type_, region, size, deviation, aux, _, _ = attempt
    last, recent = pace
    gap = DAY_MILLIS if last is None else min(max(0, at - last), DAY_MILLIS)
    since = at - RECENT_MILLIS
    count = len(recent)
    digits = str(size)
    if count and recent[0] <= since:
        count = sum(1 for each in recent if each > since)
    if deviation is not None:
        far = _octaves(abs(deviation) + 1)
        deviation = far if deviation >= 0 else -far
    return Cells(
        market,
        region,
        str(len(digits) - len(digits.rstrip("0"))),
        side,
        venue,
        type_,
        log2(size, _SIZE_BITS),
        None if aux is None else log2(aux, _AUX_BITS),
        deviation,
        _octaves(gap + 1),
        _SMALL[count + 1],
        at % DAY_MILLIS // _TIME_CELL_MILLIS,
        at // 1_000 % 60,
    )


def _octaves(number: int) -> int:
    """Return log2 of a number, in eighths."""
    return _SMALL[number] if number < len(_SMALL) else log2(number, _OCTAVE_BITS)


def day_of(at: int) -> int:
    """Return the UTC day of an instant in milliseconds, counted from 1970."""
    return at // DAY_MILLIS


def is_weekend(day: int) -> bool:
    """Tell whether the day is a Saturday or a Sunday."""
    return (day + _THURSDAY) % 7 >= _SATURDAY
