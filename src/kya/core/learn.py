"""From observed orders to a baseline: the same orders give the same one, or none."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from kya.core.attempt import Attempt
from kya.core.behaviour_gate import (
    ORDERS_MAX,
    Refusal,
    history_refusals,
    outlier_refusals,
)
from kya.core.behaviour_score import excess_of
from kya.core.habits import BLOCKS_MIN, Habits, held_out_surprisals
from kya.core.history import History
from kya.core.integer_log import BIT, DECADE
from kya.core.known_numbers import LN2
from kya.core.ladder import LN10, Ladder, Rungs
from kya.core.learned_baseline import LearnedBaseline, Subject, Tables
from kya.core.sequence_fit import sequence_terms

BITS_PER_DECADE: Final = BIT * LN10 // LN2
"""log2(10), in 1/1,024 bits: the least fall of a sum or peak of surprisals."""

TESTED_MIN: Final = 50
"""Orders from which on it can be told how unlike the others each of them is."""

REVIEWED_PART: Final = 20
"""One order in so many is shown to the people who review a history."""


class Unusual(NamedTuple):
    """An observed order, and how unlike those of the other days it is."""

    attempt: Attempt
    excess: int
    surprisals: tuple[int, ...]


class Learning(NamedTuple):
    """What came of learning: a baseline, or what speaks against one.

    `unusual` are the orders that people should look at, the most unusual first.
    """

    baseline: LearnedBaseline | None
    refusals: tuple[Refusal, ...]
    unusual: tuple[Unusual, ...]


def learn(attempts: Iterable[Attempt], subject: Subject) -> Learning:
    """Return the baseline of these attempts, or why there is none."""
    history = History.of(attempts)
    refusals = list(history_refusals(history))
    if (
        history.blocks < BLOCKS_MIN
        or not TESTED_MIN <= len(history.orders) <= ORDERS_MAX
    ):
        return Learning(None, tuple(refusals), ())
    habits = Habits.of(history)
    held_out = held_out_surprisals(history, habits)
    refusals += outlier_refusals(map(excess_of, held_out))
    baseline = None if refusals else baseline_of(history, habits, held_out, subject)
    return Learning(baseline, tuple(refusals), _unusual(history, held_out))


def baseline_of(
    history: History,
    habits: Habits,
    held_out: list[tuple[int, ...]],
    subject: Subject,
) -> LearnedBaseline:
    """Return the baseline of a history that has passed the gate."""
    excesses, heights = [excess_of(row) for row in held_out], [max(r) for r in held_out]
    sums = Rungs.of(excesses, BITS_PER_DECADE)
    peaks = Rungs.of(heights, BITS_PER_DECADE)
    sum_ladder, peak_ladder = Ladder.of(sums), Ladder.of(peaks)
    both = Rungs.of(
        [
            max(sum_ladder.held_out(excess), peak_ladder.held_out(peak))
            for excess, peak in zip(excesses, heights, strict=True)
        ],
        DECADE,
    )
    return LearnedBaseline(
        subject=subject,
        orders=len(history.orders),
        first_day=history.days[0],
        last_day=history.days[-1],
        days=len(history.days),
        tables=Tables.of(habits),
        weekend=habits.weekend,
        sums=sums,
        peaks=peaks,
        both=both,
        sequence=sequence_terms(history, habits, held_out),
    )


def _unusual(history: History, held_out: list[tuple[int, ...]]) -> tuple[Unusual, ...]:
    """Return the orders most unlike the others; of equals, the earliest first."""
    found = [
        Unusual(order.attempt, excess_of(row), row)
        for order, row in zip(history.orders, held_out, strict=True)
    ]
    found.sort(key=lambda each: (-each.excess, -max(each.surprisals)))
    return tuple(found[: -(-len(found) // REVIEWED_PART)])
