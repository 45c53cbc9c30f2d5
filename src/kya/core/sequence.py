"""Sequence evidence: whether a run of orders is still of the agent that was observed.

A detector bets on one way to differ. Its level is multiplied by every block's bet, plus
one to begin anew at every block (Shiryaev and Roberts): while nothing has changed, it
exceeds 100,000 once in 100,000 blocks at most. A block is ten minutes with an order.
"""

from collections.abc import Mapping
from itertools import chain
from operator import itemgetter
from typing import Final, NamedTuple, Self

from kya.core.attempt import CANCEL
from kya.core.behaviour_score import Score
from kya.core.habits import POOLED
from kya.core.integer_log import decades
from kya.core.ladder import DECADES_MAX
from kya.core.sequence_bets import (
    DETECTOR_COUNT,
    DETECTORS,
    FIRST_RANKED,
    FIRST_WORD,
    NO_LEVELS,
    NO_WORDS,
    PLAIN,
    STREAMS,
    Levels,
    Recent,
    Tally,
    Watch,
    gains_of,
    raised,
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
_BLOCKS_OF_HOUR: Final = HOUR_MILLIS // BLOCK_MILLIS
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
    levels: Levels
    recent: tuple[Recent, ...]
    gains: tuple[Mapping[str, int], ...]
    sides: Mapping[str, str]
    hour_orders: int
    evidence: int

    @classmethod
    def begun(cls, watch: Watch) -> Self:
        """Return a sequence without orders."""
        recent = (NO_WORDS,) * len(WORDS)
        gains = tuple(gains_of(shares, *NO_WORDS) for shares in watch.terms.shares)
        return cls(-1, _NO_TALLIES, NO_LEVELS, recent, gains, {}, 0, 0)


_NO_TALLIES: Final = ((0, 0),) * STREAMS


def with_order(watch: Watch, sequence: Sequence, action: str, found: Score) -> Sequence:
    """Return the sequence after an order that asked for this, whose block is open."""
    cells = found.cells
    block, before, levels, recent, gains, sides, hour_orders, evidence = sequence
    tallies = list(before)
    total, count = tallies[PLAIN]
    tallies[PLAIN] = (
        total + watch.plain.bet(plain_excess(found.surprisals)),
        count + 1,
    )
    ranks = watch.terms.ranks
    for place, index in enumerate(RANKED, FIRST_RANKED):
        cell = cells[index]
        table = ranks.get((index, cells.market)) or ranks.get((index, POOLED))
        if isinstance(cell, int) and table is not None:
            total, count = tallies[place]
            tallies[place] = (total + table.of(cell), count + 1)
    known = cells.market if cells.market in gains[0] else NOVEL
    last = sides.get(known)
    if last != cells.side:
        sides = {**sides, known: cells.side}
    seen = list(recent)
    for stream, word in enumerate((*words_of(cells, last), action)):
        _see(gains[stream], stream, word, tallies, seen)
    return Sequence(
        block,
        tuple(tallies),
        levels,
        tuple(seen),
        gains,
        sides,
        hour_orders + 1,
        evidence,
    )


def with_word(sequence: Sequence, stream: int, word: str) -> Sequence:
    """Return the sequence after one word of one stream, whose block is open."""
    tallies, recent = list(sequence.tallies), list(sequence.recent)
    _see(sequence.gains[stream], stream, word, tallies, recent)
    return sequence._replace(tallies=tuple(tallies), recent=tuple(recent))


def with_cancel(sequence: Sequence) -> Sequence:
    """Return the sequence after a cancel, whose block is open."""
    return with_word(sequence, ACTION, CANCEL)


def with_outcome(sequence: Sequence, *, failed: bool) -> Sequence:
    """Return the sequence after what a venue said of an order."""
    return with_word(sequence, OUTCOME, FAILED if failed else PASSED)


def opened(watch: Watch, sequence: Sequence, at: int) -> Sequence:
    """Return the sequence with the block of this instant open, the last one closed."""
    last, tallies, levels, recent, gains, sides, hour_orders, _ = sequence
    block = at // BLOCK_MILLIS
    if block == last:
        return sequence
    if last < 0:
        return sequence._replace(block=block)
    hour, ratio = last // _BLOCKS_OF_HOUR, None
    if hour_orders and hour != block // _BLOCKS_OF_HOUR:
        ratio = watch.terms.rates.ratio(hour, hour_orders)
        hour_orders = 0
    levels = raised(watch, levels, tallies, ratio)
    total = sum([sum(group) for group in levels])
    if total > LEVEL_MAX:
        levels = tuple(
            tuple(min(level, LEVEL_MAX) for level in group) for group in levels
        )
        total = sum(map(sum, levels))
    mean = max(WHOLE, total // DETECTOR_COUNT)
    renewed = tuple([
        gains_of(shares, *words) if tally[1] else before
        for shares, words, before, tally in zip(
            watch.terms.shares, recent, gains, tallies[FIRST_WORD:], strict=True
        )
    ])  # fmt: skip
    evidence = min(DECADES_MAX, decades(mean, WHOLE))
    return Sequence(
        block, _NO_TALLIES, levels, recent, renewed, sides, hour_orders, evidence
    )


def strongest(sequence: Sequence) -> str:
    """Return the name of the detector that has the highest level."""
    pairs = zip(chain(*DETECTORS), chain(*sequence.levels), strict=True)
    return max(pairs, key=itemgetter(1))[0]


def _see(
    gains: Mapping[str, int],
    stream: int,
    word: str,
    tallies: list[Tally],
    recent: list[Recent],
) -> None:
    """Count a word of a stream in the lists that are being made."""
    if word not in gains:
        word = NOVEL
    total, count = tallies[FIRST_WORD + stream]
    tallies[FIRST_WORD + stream] = (total + gains[word], count + 1)
    recent[stream] = recent[stream].adding(word)
