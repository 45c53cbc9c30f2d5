"""How surprising a word is, given those that are known, seen or never seen."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Self

from kya.core.density import Thresholds
from kya.core.integer_log import BIT, log2, surprisal
from kya.core.known_numbers import LN2, SCALE

CLOSED_SET: Final = 3 * BIT
"""What a new word adds where no block has ever brought one: the set looks closed."""

_UNIT: Final = 1_024

WordCounts = Mapping[str, int]


class KnownWords(NamedTuple):
    """The words of some blocks; `novel` is the surprisal of any other word."""

    counts: tuple[WordCounts, ...]
    total: WordCounts
    thresholds: Thresholds
    number: int
    novel: int

    @classmethod
    def of(cls, counts: Sequence[WordCounts]) -> Self:
        """Return what is known from the blocks."""
        total: dict[str, int] = {}
        for each in counts:
            for word, count in each.items():
                total[word] = total.get(word, 0) + count
        number = sum(total.values())
        held_out: list[tuple[int, int]] = []
        for each in counts:
            others = number - sum(each.values())
            for word, count in each.items():
                held_out.append(((total[word] - count) * number // others, count))
        thresholds = Thresholds.of(held_out)
        novel = _novel(thresholds.at_most(0), len(total), number)
        return cls(tuple(counts), total, thresholds, number, novel)

    def without(self, block: int) -> Self:
        """Return what would be known if one block had never been."""
        return self.of([each for n, each in enumerate(self.counts) if n != block])

    def bits(self, word: str) -> int:
        """Return the surprisal of a word, in 1/1,024 bits."""
        count = self.total.get(word, 0)
        if not count:
            return self.novel
        return surprisal(self.thresholds.at_most(count) + 1, self.number + 1)


def _novel(alone: int, words: int, number: int) -> int:
    """Return the surprisal of a word that was never seen.

    `alone` orders had a word that no other block has; else the rate is that at which so
    many words came in so many orders (Ewens): words / ln(orders).
    """
    rate = (words << 10) * _UNIT // max(1, log2(number, 10) * LN2 // SCALE)
    bits = surprisal(alone * _UNIT + min(_UNIT, rate), (number + 1) * _UNIT)
    return bits if alone else bits + CLOSED_SET
