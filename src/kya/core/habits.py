"""What is known of an agent: every feature, pooled and of each busy market alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Self

from kya.core.density import Counts, fitted
from kya.core.features import (
    FEATURES,
    MARKET,
    TIME_OF_DAY,
    ZEROS,
    Cell,
    day_of,
    is_weekend,
)
from kya.core.history import History
from kya.core.integer_log import BIT, surprisal
from kya.core.known_numbers import KnownNumbers
from kya.core.known_words import KnownWords, WordCounts

OWN_ORDERS_MIN: Final = 50
"""Orders of a market that has habits of its own; below, those of all markets count."""

WEEKEND: Final = 6 * BIT
"""What a weekend adds where weekends were covered and none had an order."""
WEEKEND_DAYS_MIN: Final = 2

BITS_PER_ZERO: Final = 3_401
"""log2(10): what it takes for a size to end in one more zero by chance."""

BLOCKS_MIN: Final = 3
"""Blocks with a value: one is tested, and two others must be there to tell."""

PRESENT: Final = "present"
ABSENT: Final = "absent"

Key = tuple[int, str]
POOLED: Final = ""
Table = tuple[dict[Cell, int], ...]


class Weekends(NamedTuple):
    """Orders on weekends, block by block, and how many days of weekends there were."""

    orders: tuple[int, ...]
    days: int


class Habits(NamedTuple):
    """Known values by feature and market; the empty market stands for all of them."""

    numbers: Mapping[Key, KnownNumbers]
    words: Mapping[Key, KnownWords]
    presence: Mapping[int, KnownWords]
    weekends: Weekends

    @classmethod
    def of(cls, history: History) -> Self:
        """Return what the history tells."""
        counted = _counted(history)
        numbers: dict[Key, KnownNumbers] = {}
        words: dict[Key, KnownWords] = {}
        presence: dict[int, KnownWords] = {}
        for (index, market), counts in counted.items():
            feature = FEATURES[index]
            if feature.optional and not market:
                presence[index] = KnownWords.of([_presence(each) for each in counts])
            values = [_present(each) for each in counts]
            if not _is_enough(values, market):
                continue
            if feature.is_word:
                words[index, market] = KnownWords.of(_as_words(values))
            else:
                known = fitted(_as_counts(values), feature.ring)
                numbers[index, market] = KnownNumbers.of(known, feature.floor)
        return cls(numbers, words, presence, _weekends(history))

    def without(self, block: int) -> Self:
        """Return what would be known if one block had never been."""
        numbers = {
            key: KnownNumbers.of(known.density.without(block), FEATURES[key[0]].floor)
            for key, known in self.numbers.items()
            if _is_left(
                [sum(each.values()) for each in known.density.counts], block, key
            )
        }
        words = {
            key: known.without(block)
            for key, known in self.words.items()
            if _is_left([sum(each.values()) for each in known.counts], block, key)
        }
        presence = {
            index: known.without(block) for index, known in self.presence.items()
        }
        orders = list(self.weekends.orders)
        del orders[block]
        weekends = self.weekends._replace(orders=tuple(orders))
        return self._replace(
            numbers=numbers, words=words, presence=presence, weekends=weekends
        )

    def bits(self, index: int, market: str, cell: Cell) -> int:
        """Return the surprisal of a feature's cell in a market, in 1/1,024 bits."""
        key = (index, market) if FEATURES[index].by_market else (index, POOLED)
        if FEATURES[index].is_word:
            return self._word_bits(key, str(cell))
        known = self.numbers.get(key) or self.numbers.get((index, POOLED))
        presence = self.presence.get(index)
        if presence is None or cell is None:
            if known is not None and isinstance(cell, int):
                return known.bits(cell)
            return 0 if presence is None else presence.bits(ABSENT)
        stated = presence.bits(PRESENT)
        return stated if known is None else max(stated, known.bits(int(cell)))

    def _word_bits(self, key: Key, word: str) -> int:
        """Return the surprisal of a word; one that no market has seen is new there."""
        pooled = self.words[key[0], POOLED]
        own = self.words.get(key)
        if key[0] == ZEROS:
            return _zeros_bits(pooled, word)
        if own is None:
            return pooled.bits(word)
        bits = own.bits(word)
        return bits if word in pooled.total else max(bits, pooled.novel)

    @property
    def weekend(self) -> int:
        """The surprisal of an order on a weekend as such; nothing where some were."""
        if self.weekends.days < WEEKEND_DAYS_MIN or any(self.weekends.orders):
            return 0
        number = self.words[MARKET, POOLED].number
        return surprisal(1, number + 1) + WEEKEND


def _zeros_bits(known: KnownWords, word: str) -> int:
    """Return the surprisal of a number of zeros; a rounder size is no new word.

    Of sizes on a grid one in ten ends in one more zero, so one zero more than all that
    was seen is a tenth as likely as the most.
    """
    most = max(known.total, key=int)
    more = int(word) - int(most)
    if more <= 0:
        return known.bits(word)
    return min(known.novel, known.bits(most) + more * BITS_PER_ZERO)


def held_out_surprisals(history: History, habits: Habits) -> list[tuple[int, ...]]:
    """Return each order's surprisals, told by the other blocks alone."""
    found: list[tuple[int, ...]] = [()] * len(history.orders)
    for block, numbers in enumerate(history.by_block()):
        others = habits.without(block)
        weekend = others.weekend
        seen: dict[tuple[int, str, Cell], int] = {}
        for number in numbers:
            attempt, cells, _ = history.orders[number]
            row: list[int] = []
            for index, cell in enumerate(cells):
                key = (index, cells.market if FEATURES[index].by_market else "", cell)
                bits = seen.get(key)
                if bits is None:
                    bits = seen[key] = others.bits(index, cells.market, cell)
                row.append(bits)
            if weekend and is_weekend(day_of(attempt.at)):
                row[TIME_OF_DAY] = max(row[TIME_OF_DAY], weekend)
            found[number] = tuple(row)
    return found


def _counted(history: History) -> dict[Key, list[dict[Cell, int]]]:
    """Return how often each cell occurs in each block, by feature and market."""
    found: dict[Key, list[dict[Cell, int]]] = {}
    for _, cells, block in history.orders:
        for index, cell in enumerate(cells):
            markets = (POOLED, cells.market) if FEATURES[index].by_market else (POOLED,)
            for market in markets:
                counts = found.get((index, market))
                if counts is None:
                    counts = found[index, market] = _no_counts(history.blocks)
                here = counts[block]
                here[cell] = here.get(cell, 0) + 1
    return found


def _no_counts(blocks: int) -> list[dict[Cell, int]]:
    """Return no counts for so many blocks."""
    return [{} for _ in range(blocks)]


def _is_enough(counts: Sequence[Mapping[Cell, int]], market: str) -> bool:
    """Tell whether the values suffice to be known, and to be tested block by block."""
    filled = sum(1 for each in counts if each)
    number = sum(sum(each.values()) for each in counts)
    return filled >= BLOCKS_MIN and (market == POOLED or number >= OWN_ORDERS_MIN)


def _is_left(numbers: list[int], block: int, key: Key) -> bool:
    """Tell whether enough is left of the values without one block."""
    rest = numbers[:block] + numbers[block + 1 :]
    filled = sum(1 for each in rest if each)
    enough = key[1] == POOLED or sum(rest) >= OWN_ORDERS_MIN
    return filled >= BLOCKS_MIN - 1 and enough


def _present(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """Return the counts of what is there."""
    return {cell: count for cell, count in counts.items() if cell is not None}


def _presence(counts: Mapping[Cell, int]) -> WordCounts:
    """Return how often a value was there and how often it was missing."""
    missing = counts.get(None, 0)
    there = sum(counts.values()) - missing
    return {word: n for word, n in ((PRESENT, there), (ABSENT, missing)) if n}


def _as_words(counts: Iterable[Mapping[Cell, int]]) -> list[WordCounts]:
    """Return the counts of words."""
    return [{str(cell): count for cell, count in each.items()} for each in counts]


def _as_counts(counts: Iterable[Mapping[Cell, int]]) -> list[Counts]:
    """Return the counts of numbers."""
    return [
        {cell: count for cell, count in each.items() if isinstance(cell, int)}
        for each in counts
    ]


def _weekends(history: History) -> Weekends:
    """Return the orders on weekends."""
    orders = [0] * history.blocks
    for attempt, _, block in history.orders:
        orders[block] += is_weekend(day_of(attempt.at))
    return Weekends(tuple(orders), history.weekend_days)
