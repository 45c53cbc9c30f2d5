"""What a block of orders is worth to each detector: bets, and forecasts of a mix.

Each bet is one on average, or less, while the agent is as it was observed, within what
its history can tell.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from kya.core.features import FEATURES
from kya.core.sequence_terms import (
    RANKED,
    WHOLE,
    WORDS,
    SequenceTerms,
    Share,
    Steps,
    rate_cell,
)

# A sixth and a half of what there is to bet on a level
# on a mix, a fifth and nine tenths.
STAKES: Final = (10_923, 32_768)
WORD_STAKES: Final = (13_107, 58_982)

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

Levels = tuple[tuple[int, ...], ...]

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


def raised(
    watch: Watch, levels: Levels, tallies: tuple[Tally, ...], ratio: int | None
) -> Levels:
    """Return the levels after a block; those that have seen nothing of it stay."""
    found: list[tuple[int, ...]] = []
    for stream, ((total, count), group) in enumerate(
        zip(tallies, levels, strict=False)
    ):
        if not count:
            found.append(group)
            continue
        mean = total // count
        if stream >= FIRST_WORD:
            found.append(_both_raised(group, mean, WORD_STAKES))
        elif stream == PLAIN:
            found.append(((group[0] + WHOLE) * mean >> 16,))
        else:
            slack = watch.terms.slack[RANKED[stream - FIRST_RANKED]]
            found.append(_both_ways(group, mean, slack))
    group = levels[-1]
    if ratio is not None:
        rates = watch.terms.rates
        busy, quiet = watch.busy.bet(ratio), watch.quiet.bet(-ratio)
        rank = rates.ranks.of(rate_cell(ratio))
        group = (
            (group[0] + WHOLE) * busy >> 16,
            (group[1] + WHOLE) * quiet >> 16,
            *_both_ways(group[2:], rank, rates.slack),
        )
    return (*found, group)


def _both_ways(group: tuple[int, ...], rank: int, slack: int) -> tuple[int, ...]:
    """Return levels after bets that a rank is above, and below, beyond the slack."""
    whole = WHOLE + slack
    above = ((rank - slack) << 16) // whole
    below = ((-rank - slack) << 16) // whole
    one, two, three, four = group
    return (
        *_both_raised((one, two), above, STAKES),
        *_both_raised((three, four), below, STAKES),
    )


def _both_raised(
    group: tuple[int, ...], gain: int, stakes: tuple[int, int]
) -> tuple[int, int]:
    """Return two levels after a gain that each has its stake in."""
    small, large = group
    some, most = stakes
    return (
        (small + WHOLE) * (WHOLE + (some * gain >> 16)) >> 16,
        (large + WHOLE) * (WHOLE + (most * gain >> 16)) >> 16,
    )


def gains_of(
    shares: Mapping[str, Share], counts: Mapping[str, int], total: int, weight: int
) -> dict[str, int]:
    """Return what each word will be worth: its forecast over its share, less one.

    What the slack of the shares could make of that is taken off, so that no mix which
    the history cannot tell from its own makes a gain.
    """
    prior = PRIOR * weight
    whole = total + prior
    gains: dict[str, int] = {}
    lost = 0
    for word, (share, slack) in shares.items():
        forecast = ((counts.get(word, 0) << 16) + prior * share) // whole
        gain = ((forecast - share) << 16) // share
        gains[word] = gain
        lost += abs(gain) * slack >> 16
    rest = WHOLE + lost
    return {word: ((gain - lost) << 16) // rest for word, gain in gains.items()}


def _names() -> tuple[tuple[str, ...], ...]:
    """Return the names of the detectors, in the groups of their levels."""
    both = [f"{way} {stake}" for way in ("above", "below") for stake in (16, 50)]
    ranked = [
        tuple(f"{FEATURES[index].name} {how}" for how in both) for index in RANKED
    ]
    words = [tuple(f"{name} {stake}" for stake in (20, 90)) for name in WORDS]
    rates = ("rate busy", "rate quiet", *(f"rate {how}" for how in both))
    return (("orders",), *ranked, *words, rates)


DETECTORS: Final = _names()
DETECTOR_COUNT: Final = sum(map(len, DETECTORS))
NO_LEVELS: Final = tuple((0,) * len(group) for group in DETECTORS)
