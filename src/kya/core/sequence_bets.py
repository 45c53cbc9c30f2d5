"""What a block of orders is worth to each detector: bets, and forecasts of a mix.

Each bet is one on average, or less, while the agent is as it was observed, within what
its history can tell.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Final, NamedTuple, Self

from kya.core.sequence_terms import (
    RANKED,
    WHOLE,
    WORDS,
    SequenceTerms,
    Share,
    Steps,
    rate_cell,
)

# A tenth, a quarter, a half and nine tenths of what there is to bet.
STAKES: Final = (6_554, 16_384, 32_768)
WORD_STAKES: Final = (*STAKES, 58_982)

PRIOR: Final = 25
"""Orders that a forecast of the mix gives the history, against the recent ones."""
HALF_LIFE_PART: Final = 144
"""Of a hundred orders, the first counts half as much as the last."""
_WEIGHT_MAX: Final = 1 << 40
_WEIGHT_SHIFT: Final = 24

# Streams of a block: plain orders, ranked features, words.
PLAIN: Final = 0
FIRST_RANKED: Final = 1
FIRST_WORD: Final = FIRST_RANKED + len(RANKED)
STREAMS: Final = FIRST_WORD + len(WORDS)

Tally = tuple[int, int]
"""A sum, and of how many."""


class Recent(NamedTuple):
    """Recent words, each order counting a little more than the one before it."""

    counts: Mapping[str, int]
    total: int
    weight: int

    def adding(self, word: str) -> "Recent":
        """Return these with one more word."""
        counts, total, weight = self
        counts = {**counts, word: counts.get(word, 0) + weight}
        total += weight
        weight += weight // HALF_LIFE_PART
        if weight <= _WEIGHT_MAX:
            return Recent(counts, total, weight)
        shifted = {each: n >> _WEIGHT_SHIFT for each, n in counts.items()}
        return Recent(shifted, sum(shifted.values()), weight >> _WEIGHT_SHIFT)


NO_WORDS: Final = Recent({}, 0, WHOLE)


class Watch(NamedTuple):
    """The terms, ready to be looked up in."""

    terms: SequenceTerms
    plain: Steps
    busy: Steps
    quiet: Steps

    @classmethod
    def of(cls, terms: SequenceTerms, orders: int) -> Self:
        """Return the watch of a baseline of so many orders."""
        rates = terms.rates
        return cls(
            terms,
            Steps.of(orders, terms.plain),
            Steps.of(rates.hours, rates.busiest),
            Steps.of(rates.hours, rates.quietest),
        )


def bets_of(
    watch: Watch, tallies: tuple[Tally, ...], ratio: int | None
) -> list[int | None]:
    """Return each detector's bet on a block; None where it has seen nothing."""
    total, count = tallies[PLAIN]
    bets: list[int | None] = [total // count if count else None]
    for index, (total, count) in zip(RANKED, tallies[FIRST_RANKED:], strict=False):
        slack = watch.terms.slack.get(index, WHOLE)
        bets += _both_ways(total // count if count else None, slack)
    for total, count in tallies[FIRST_WORD:]:
        gain = total // count if count else None
        bets += [
            None if gain is None else WHOLE + stake * gain // WHOLE
            for stake in WORD_STAKES
        ]
    if ratio is None:
        return bets + [None] * (2 + 2 * len(STAKES))
    rates = watch.terms.rates
    bets += [watch.busy.bet(ratio), watch.quiet.bet(-ratio)]
    return bets + _both_ways(rates.ranks.of(rate_cell(ratio)), rates.slack)


def _both_ways(rank: int | None, slack: int) -> list[int | None]:
    """Return the bets that a rank is above, and that it is below, beyond the slack."""
    if rank is None:
        return [None] * (2 * len(STAKES))
    return [
        WHOLE + stake * (way * rank - slack) // (WHOLE + slack)
        for way in (1, -1)
        for stake in STAKES
    ]


def gains_of(watch: Watch, recent: tuple[Recent, ...]) -> tuple[dict[str, int], ...]:
    """Return what each word will be worth: its forecast over its share, less one.

    What the slack of the shares could make of that is taken off, so that no mix which
    the history cannot tell from its own makes a gain.
    """
    return tuple(
        _stream_gains(shares, *each)
        for shares, each in zip(watch.terms.shares, recent, strict=True)
    )


def _stream_gains(
    shares: Mapping[str, Share], counts: Mapping[str, int], total: int, weight: int
) -> dict[str, int]:
    """Return the gains of one stream."""
    prior = PRIOR * weight
    whole = total + prior
    gains: dict[str, int] = {}
    lost = 0
    for word, (share, slack) in shares.items():
        forecast = (counts.get(word, 0) * WHOLE + prior * share) // whole
        gains[word] = forecast * WHOLE // share - WHOLE
        lost += abs(forecast - share) * slack // share
    rest = WHOLE + lost
    return {word: (gain - lost) * WHOLE // rest for word, gain in gains.items()}


def _detectors() -> tuple[str, ...]:
    """Return the names of the detectors, in the order of their bets."""
    both = [f"{way} {stake}" for way in ("above", "below") for stake in (10, 25, 50)]
    ranked = [f"{name} {how}" for name in ("size", "aux", "deviation") for how in both]
    words = [f"{name} {stake}" for name in WORDS for stake in (10, 25, 50, 90)]
    rates = ["rate busy", "rate quiet", *(f"rate {how}" for how in both)]
    return ("orders", *chain(ranked, words, rates))


DETECTORS: Final = _detectors()
