"""A learned baseline: look-up tables, and nothing that has to be fitted again."""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from kya.core.features import FEATURES, ZEROS, Cell
from kya.core.habits import ABSENT, POOLED, PRESENT, Habits
from kya.core.integer_log import surprisal
from kya.core.known_numbers import KnownNumbers, beyond
from kya.core.ladder import Rungs
from kya.core.sequence_terms import SequenceTerms


class WordTable(NamedTuple):
    """Surprisal by word, in 1/1,024 bits; `novel` is that of any other."""

    words: Mapping[str, int]
    novel: int

    @property
    def listed(self) -> dict[Cell, int]:
        """The words that the table lists."""
        listed: dict[Cell, int] = {}
        listed.update(self.words)
        return listed

    def bits(self, cell: Cell) -> int:
        """Return the surprisal of a word."""
        return self.words.get(str(cell), self.novel)


class NumberTable(NamedTuple):
    """Surprisal by cell from `low` on, in 1/1,024 bits.

    Beyond the table it is `far` and what the distance adds, one bit for every `fall`
    (1/65,536 cells) `below` or `above`. A missing value has `absent`, one that is there
    has `present` at least. An empty table has no more to say than that.
    """

    low: int
    cells: tuple[int, ...]
    far: int
    below: int
    above: int
    absent: int
    present: int

    @property
    def listed(self) -> dict[Cell, int]:
        """The cells that the table lists, and a missing one."""
        return {None: self.absent, **dict(enumerate(self.cells, self.low))}

    def bits(self, cell: Cell) -> int:
        """Return the surprisal of a cell."""
        if cell is None:
            return self.absent
        cells = self.cells
        place = int(cell) - self.low
        if 0 <= place < len(cells):
            return cells[place]
        if not cells:
            return self.present
        if place < 0:
            bits = self.far + beyond(-place, self.below)
        else:
            bits = self.far + beyond(place - len(cells) + 1, self.above)
        return max(bits, self.present)


FeatureTable = WordTable | NumberTable


class Tables(NamedTuple):
    """The tables of each feature: `pooled`, and the `own` ones of busy markets."""

    pooled: tuple[FeatureTable, ...]
    own: Mapping[str, Mapping[int, FeatureTable]]

    @classmethod
    def of(cls, habits: Habits) -> Self:
        """Return what the habits say of every cell."""
        pooled = tuple(_table(habits, index, POOLED) for index in range(len(FEATURES)))
        own: dict[str, dict[int, FeatureTable]] = {}
        for index, market in sorted({*habits.numbers, *habits.words}):
            if market != POOLED:
                own.setdefault(market, {})[index] = _table(habits, index, market)
        return cls(pooled, own)

    def of_market(self, market: str) -> tuple[FeatureTable, ...]:
        """Return the tables that an order of this market is looked up in."""
        own = self.own.get(market, {})
        return tuple(own.get(n, table) for n, table in enumerate(self.pooled))


class Subject(NamedTuple):
    """Whose baseline it is, and the digest of what it was learned from."""

    agent: str
    history: str


class LearnedBaseline(NamedTuple):
    """All that scoring an order of the agent needs.

    Days count from 1970. `weekend` is the surprisal of an order on a weekend as such.
    `sums`, `peaks` and `both` are the ladders of excess surprisal, of the largest
    surprisal, and of the stronger of the two.
    """

    subject: Subject
    orders: int
    first_day: int
    last_day: int
    days: int
    tables: Tables
    weekend: int
    sums: Rungs
    peaks: Rungs
    both: Rungs
    sequence: SequenceTerms


ROUNDER_WORDS: Final = 4
"""Rounder sizes than any known that a table lists; from there on they are new."""

_ROUGH: Final = 1 << 16


def _table(habits: Habits, index: int, market: str) -> FeatureTable:
    """Return the table of one feature in one market."""
    if FEATURES[index].is_word:
        return _word_table(habits, index, market)
    known = habits.numbers.get((index, market))
    presence = habits.presence.get(index)
    absent = 0 if presence is None else presence.bits(ABSENT)
    present = 0 if presence is None else presence.bits(PRESENT)
    if known is None:
        return NumberTable(0, (), 0, _ROUGH, _ROUGH, absent, present)
    return _number_table(known, absent, present)


def _word_table(habits: Habits, index: int, market: str) -> WordTable:
    """Return the table of words; those that other markets know are no news to all."""
    pooled = habits.words[index, POOLED]
    own = habits.words[index, market]
    known = set(pooled.total)
    if index == ZEROS:
        most = int(max(known, key=int))
        known |= {str(zeros) for zeros in range(most + 1, most + 1 + ROUNDER_WORDS)}
    words = {word: habits.bits(index, market, word) for word in known}
    return WordTable(words, max(own.novel, pooled.novel))


def _number_table(known: KnownNumbers, absent: int, present: int) -> NumberTable:
    """Return the table of numbers."""
    low, size, _ = known.density.grid
    cells = tuple(max(present, known.bits(cell)) for cell in range(low, low + size))
    far = surprisal(known.thresholds.at_most(0) + 1, known.number + 1)
    return NumberTable(low, cells, far, *known.falls, absent, present)
