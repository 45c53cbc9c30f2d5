"""How far one baseline lies from another, feature by feature, for people who renew one.

A distance is a share, in thousandths: 0 where nothing has moved, 1,000 where nothing is
as before. Of words it is half of what their shares differ by, of numbers the widest gap
between the shares of orders up to a value, and of the day and the minute that between
any two of their times.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Final, NamedTuple, TypeVar

from kya.authority.baseline_reading import reading_of, unit_text
from kya.codec.baselines import baseline_digest
from kya.core.features import (
    FEATURES,
    GAP,
    RECENT,
    REGION,
    SECOND,
    TIME_OF_DAY,
    ZEROS,
    Cell,
    Feature,
)
from kya.core.instant import Day
from kya.core.integer_log import BIT
from kya.core.learned_baseline import FeatureTable, LearnedBaseline
from kya.core.sequence_terms import NOVEL, WHOLE, WORDS, Ranks, Share

K = TypeVar("K")

ALL: Final = 1_000
"""The distance of what is not there at all in one of both."""

_TABLES: Final = (REGION, ZEROS, GAP, RECENT, TIME_OF_DAY, SECOND)
_SHOWN: Final = 8


class Moved(NamedTuple):
    """How far a feature has moved, and what it was like before and after."""

    what: str
    distance: int
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """Return it as one line."""
        return (
            f"{self.distance / ALL:5.3f}  {self.what}: {self.before}  →  {self.after}"
        )


class Drift(NamedTuple):
    """What has moved from one baseline to another, the farthest first."""

    first: LearnedBaseline
    second: LearnedBaseline
    moved: tuple[Moved, ...]

    @classmethod
    def between(cls, first: LearnedBaseline, second: LearnedBaseline) -> "Drift":
        """Return the drift; where both are the same, every distance is 0."""
        found = [*_levels(first, second), *_mixes(first, second), *_rest(first, second)]
        ordered = sorted(found, key=lambda each: (-each.distance, each.what))
        return cls(first, second, tuple(ordered))

    def sentences(self) -> Iterator[str]:
        """Yield the report, a line each."""
        for name, one in (("before", self.first), ("after", self.second)):
            yield f"{name:>6}  {baseline_digest(one)}  {_extent(one)}"
        for each in self.moved:
            yield each.sentence

    def document(self) -> dict[str, object]:
        """Return it for programs, distances in thousandths."""
        return {
            "before": {
                "digest": baseline_digest(self.first),
                "orders": self.first.orders,
                "days": self.first.days,
                "last_day": str(Day(self.first.last_day)),
            },
            "after": {
                "digest": baseline_digest(self.second),
                "orders": self.second.orders,
                "days": self.second.days,
                "last_day": str(Day(self.second.last_day)),
            },
            "moved": [each._asdict() for each in self.moved],
        }


def _extent(baseline: LearnedBaseline) -> str:
    first, last = Day(baseline.first_day), Day(baseline.last_day)
    return f"{baseline.orders} orders on {baseline.days} days, {first} to {last}"


def _levels(first: LearnedBaseline, second: LearnedBaseline) -> Iterator[Moved]:
    """Yield how far sizes and the like have moved, in each busy market and in all."""
    for key in _keys(first.sequence.ranks, second.sequence.ranks):
        index, market = key
        one, other = (each.sequence.ranks.get(key) for each in (first, second))
        name = FEATURES[index].name
        yield Moved(
            f"{name} in {market}" if market else name,
            ALL if one is None or other is None else _gap(one, other),
            _median(index, one),
            _median(index, other),
        )


def _gap(one: Ranks, other: Ranks) -> int:
    """Return the widest gap between two distributions, in thousandths.

    A rank is the share below less the share above, so twice as far apart.
    """
    cells = [*range(one.low, one.low + len(one.cells))]
    cells += range(other.low, other.low + len(other.cells))
    widest = max(abs(one.of(cell) - other.of(cell)) for cell in cells)
    return min(ALL, round(widest * ALL / (2 * WHOLE)))


def _median(index: int, ranks: Ranks | None) -> str:
    """Return the value that half of all orders are below."""
    if ranks is None:
        return "none"
    found = (cell for cell, rank in enumerate(ranks.cells, ranks.low) if rank >= 0)
    return f"median {unit_text(index, next(found, ranks.low))}"


def _mixes(first: LearnedBaseline, second: LearnedBaseline) -> Iterator[Moved]:
    """Yield how far each mix of words has moved."""
    streams = zip(WORDS, first.sequence.shares, second.sequence.shares, strict=True)
    for name, one, other in streams:
        apart = sum(
            abs(_share(one, word) - _share(other, word))
            for word in _keys(one, other)
            if word != NOVEL
        )
        distance = min(ALL, round(apart * ALL / (2 * WHOLE)))
        yield Moved(name, distance, _mix(one), _mix(other))


def _share(shares: Mapping[str, Share], word: str) -> int:
    return shares[word].share if word in shares else 0


def _mix(shares: Mapping[str, Share]) -> str:
    """Return the words with their percentages, the most frequent first."""
    words = sorted(
        (word for word in shares if word != NOVEL), key=lambda w: -shares[w].share
    )
    told = [f"{word} {100 * shares[word].share / WHOLE:.1f} %" for word in words]
    more = [] if len(told) <= _SHOWN else [f"{len(told) - _SHOWN} more"]
    return ", ".join(told[:_SHOWN] + more)


def _rest(first: LearnedBaseline, second: LearnedBaseline) -> Iterator[Moved]:
    """Yield how far the features have moved of which only the tables are kept."""
    before, after = (reading_of(each).lines for each in (first, second))
    for index in _TABLES:
        feature = FEATURES[index]
        one, other = (
            _orders(each.tables.pooled[index], each.orders) for each in (first, second)
        )
        apart = {c: one.get(c, 0) - other.get(c, 0) for c in _keys(one, other)}
        yield Moved(
            feature.name,
            min(ALL, round(_distance(feature, apart) * ALL)),
            *(lines[feature.name].split("  ")[0] for lines in (before, after)),
        )


def _distance(feature: Feature, apart: Mapping[Cell, float]) -> float:
    """Return how far two distributions lie apart, of which this is the difference."""
    if feature.is_word:
        return sum(map(abs, apart.values())) / 2
    sums = [0.0, *accumulate(apart[cell] for cell in sorted(apart, key=_number))]
    if feature.ring:  # From any hour on a day is a day: nothing is first.
        return max(sums) - min(sums)
    return max(map(abs, sums))


def _orders(table: FeatureTable, orders: int) -> dict[Cell, float]:
    """Return the share of orders that each cell had, as its surprisal gives it away.

    A surprisal says how many orders are as unusual or more; what it adds to those that
    are more unusual still is divided among the cells that are alike.
    """
    alike: dict[int, list[Cell]] = {}
    for cell, bits in table.listed.items():
        if cell is not None:
            alike.setdefault(bits, []).append(cell)
    found: dict[Cell, float] = {}
    rarer = 0.0
    for bits in sorted(alike, reverse=True):
        known = 2.0 ** (-bits / BIT) - 1 / (orders + 1)
        for cell in alike[bits]:
            found[cell] = max(0.0, known - rarer) / len(alike[bits])
        rarer = max(rarer, known)
    return {cell: share / rarer for cell, share in found.items()} if rarer else found


def _number(cell: Cell) -> int:
    return int(cell or 0)


def _keys(one: Iterable[K], other: Iterable[K]) -> list[K]:
    """Return what is in either, each once."""
    return list(dict.fromkeys([*one, *other]))
