"""Sequence evidence: whether a run of orders is still of the agent that was observed.

A detector bets on one way to differ. Its level is multiplied by every block's bet, plus
one to begin anew at every block (Shiryaev and Roberts): while nothing has changed, it
exceeds 100,000 once in 100,000 blocks at most. A block is ten minutes with an order.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from kya.core.attempt import Attempt
from kya.core.features import Cells
from kya.core.habits import POOLED
from kya.core.integer_log import decades
from kya.core.ladder import DECADES_MAX
from kya.core.sequence_bets import (
    DETECTORS,
    FIRST_RANKED,
    FIRST_WORD,
    NO_WORDS,
    PLAIN,
    STREAMS,
    Recent,
    Tally,
    Watch,
    bets_of,
    gains_of,
)
from kya.core.sequence_fit import plain_excess
from kya.core.sequence_terms import (
    ACTION,
    FAILED,
    HOUR_MILLIS,
    NOVEL,
    OUTCOME,
    PASSED,
    RANKED,
    WHOLE,
    WORDS,
    words_of,
)

BLOCK_MILLIS: Final = 600_000
LEVEL_MAX: Final = WHOLE * 10**9


class Sequence(NamedTuple):
    """What is known of the orders since the streams began.

    `block` is the open block, ten minutes counted from 1970, with a tally for each
    stream; `levels` are those of the detectors, in 1/65,536, at the end of the last
    block. `recent` and `gains` are by stream of words: what was seen, and what seeing
    each word is worth in this block. `evidence` is in 1/10,000 decades.
    """

    block: int
    tallies: tuple[Tally, ...]
    levels: tuple[int, ...]
    recent: tuple[Recent, ...]
    gains: tuple[Mapping[str, int], ...]
    sides: Mapping[str, str]
    hour_orders: int
    evidence: int

    @classmethod
    def begun(cls, watch: Watch) -> Self:
        """Return a sequence without orders."""
        recent = (NO_WORDS,) * len(WORDS)
        return cls(
            block=-1,
            tallies=_NO_TALLIES,
            levels=(0,) * len(DETECTORS),
            recent=recent,
            gains=gains_of(watch, recent),
            sides={},
            hour_orders=0,
            evidence=0,
        )


_NO_TALLIES: Final = ((0, 0),) * STREAMS


def with_order(
    watch: Watch, sequence: Sequence, cells: Cells, surprisals: tuple[int, ...]
) -> Sequence:
    """Return the sequence after an order, whose block is open."""
    terms = watch.terms
    tallies = list(sequence.tallies)
    total, count = tallies[PLAIN]
    tallies[PLAIN] = (total + watch.plain.bet(plain_excess(surprisals)), count + 1)
    for place, index in enumerate(RANKED, FIRST_RANKED):
        cell = cells[index]
        if isinstance(cell, int) and index in terms.slack:
            table = terms.ranks.get((index, cells.market))
            if table is None:
                table = terms.ranks[index, POOLED]
            total, count = tallies[place]
            tallies[place] = (total + table.of(cell), count + 1)
    recent = list(sequence.recent)
    sides = sequence.sides
    known = cells.market if cells.market in sequence.gains[0] else NOVEL
    last = sides.get(known)
    for stream, word in enumerate(words_of(cells, last)):
        _see(sequence, stream, word, tallies, recent)
    if last != cells.side:
        sides = {**sides, known: cells.side}
    return sequence._replace(
        tallies=tuple(tallies),
        recent=tuple(recent),
        sides=sides,
        hour_orders=sequence.hour_orders + 1,
    )


def with_word(sequence: Sequence, stream: int, word: str) -> Sequence:
    """Return the sequence after one word of one stream, whose block is open."""
    tallies, recent = list(sequence.tallies), list(sequence.recent)
    _see(sequence, stream, word, tallies, recent)
    return sequence._replace(tallies=tuple(tallies), recent=tuple(recent))


def with_action(sequence: Sequence, attempt: Attempt) -> Sequence:
    """Return the sequence after what the agent asked for, a cancel or an order."""
    return with_word(sequence, ACTION, attempt.action)


def with_outcome(sequence: Sequence, *, failed: bool) -> Sequence:
    """Return the sequence after what a venue said of an order."""
    return with_word(sequence, OUTCOME, FAILED if failed else PASSED)


def opened(watch: Watch, sequence: Sequence, at: int) -> Sequence:
    """Return the sequence with the block of this instant open, the last one closed."""
    block = at // BLOCK_MILLIS
    if block == sequence.block:
        return sequence
    if sequence.block < 0:
        return sequence._replace(block=block)
    hour = sequence.block * BLOCK_MILLIS // HOUR_MILLIS
    ends = at // HOUR_MILLIS != hour and sequence.hour_orders
    ratio = watch.terms.rates.ratio(hour, sequence.hour_orders) if ends else None
    levels = tuple(
        level if bet is None else min(LEVEL_MAX, (level + WHOLE) * bet // WHOLE)
        for level, bet in zip(
            sequence.levels, bets_of(watch, sequence.tallies, ratio), strict=True
        )
    )
    mean = max(WHOLE, sum(levels) // len(levels))
    return sequence._replace(
        block=block,
        tallies=_NO_TALLIES,
        levels=levels,
        gains=gains_of(watch, sequence.recent),
        hour_orders=0 if ends else sequence.hour_orders,
        evidence=min(DECADES_MAX, decades(mean, WHOLE)),
    )


def strongest(sequence: Sequence) -> str:
    """Return the name of the detector that has the highest level."""
    return DETECTORS[max(range(len(DETECTORS)), key=sequence.levels.__getitem__)]


def _see(
    sequence: Sequence,
    stream: int,
    word: str,
    tallies: list[Tally],
    recent: list[Recent],
) -> None:
    """Count a word of a stream in the lists that are being made."""
    gains = sequence.gains[stream]
    known = word if word in gains else NOVEL
    total, count = tallies[FIRST_WORD + stream]
    tallies[FIRST_WORD + stream] = (total + gains[known], count + 1)
    recent[stream] = recent[stream].adding(known)
