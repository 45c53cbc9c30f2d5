"""From a history to what later sequences are held against (spec/baseline.md §6)."""

from collections.abc import Iterable, Mapping, Sequence
from math import isqrt
from typing import Final

from kya.core.behaviour_score import ORDINARY
from kya.core.density import Counts
from kya.core.features import FEATURES, day_of
from kya.core.habits import POOLED, Habits
from kya.core.history import History
from kya.core.ladder import ranks
from kya.core.sequence_terms import (
    FAILED,
    HOUR_MILLIS,
    HOURS,
    NOVEL,
    PASSED,
    RANKED,
    WHOLE,
    WORDS,
    Ranks,
    Rates,
    SequenceTerms,
    Share,
    rate_cell,
    words_of,
)

SLACK_MIN: Final = WHOLE // 32
SHARE_SLACK_MIN: Final = WHOLE // 50

_PLAIN_FEATURES: Final = tuple(
    index for index, feature in enumerate(FEATURES) if not feature.remembers
)

Tables = Mapping[tuple[int, str], Ranks]
Dated = tuple[int, int]
"""A day and a value of it."""


def sequence_terms(
    history: History, habits: Habits, held_out: Iterable[tuple[int, ...]]
) -> SequenceTerms:
    """Return what the history says of sequences."""
    plain = sorted(map(plain_excess, held_out), reverse=True)
    tables = {
        key: _ranks(known.density.counts)
        for key, known in sorted(habits.numbers.items())
        if key[0] in RANKED
    }
    slack = {
        index: _rank_slack(_daily_ranks(history, tables, index))
        for index in RANKED
        if (index, POOLED) in tables
    }
    return SequenceTerms(
        plain=_at_ranks(plain),
        ranks=tables,
        slack=slack,
        shares=tuple(_shares(words) for words in _streams(history)),
        rates=_rates(history),
    )


def plain_excess(surprisals: Sequence[int]) -> int:
    """Return the sum of the contributions of features that remember nothing."""
    excess = 0
    for index in _PLAIN_FEATURES:
        if surprisals[index] > ORDINARY:
            excess += surprisals[index] - ORDINARY
    return excess


def _at_ranks(falling: Sequence[int]) -> tuple[int, ...]:
    """Return the values at the ranks of a ladder."""
    return tuple(falling[rank - 1] for rank in ranks(len(falling)))


def _ranks(blocks: Iterable[Counts]) -> Ranks:
    """Return the ranks of all cells from below the lowest to above the highest."""
    counts: dict[int, int] = {}
    for each in blocks:
        for cell, count in each.items():
            counts[cell] = counts.get(cell, 0) + count
    number = sum(counts.values())
    low, below = min(counts) - 1, 0
    cells: list[int] = []
    for cell in range(low, max(counts) + 2):
        here = counts.get(cell, 0)
        cells.append((2 * below + here - number) * WHOLE // (number + 1))
        below += here
    return Ranks(low, tuple(cells))


def _daily_ranks(history: History, tables: Tables, index: int) -> list[Dated]:
    """Return each order's rank in its market, with its day."""
    found: list[Dated] = []
    for attempt, cells, _ in history.orders:
        cell = cells[index]
        if isinstance(cell, int):
            table = tables.get((index, cells.market)) or tables[index, POOLED]
            found.append((day_of(attempt.at), table.of(cell)))
    return found


def _rank_slack(dated: Iterable[Dated]) -> int:
    """Return the slack of a mean rank."""
    sums: dict[int, list[int]] = {}
    for day, value in dated:
        sums.setdefault(day, []).append(value)
    means = [sum(values) // len(values) for values in sums.values()]
    return min(WHOLE, max(SLACK_MIN, _slack(means)))


def _slack(daily: Sequence[int]) -> int:
    """Return two and a half standard errors of the mean of daily values."""
    days = len(daily)
    if days == 1:
        return WHOLE
    mean = sum(daily) // days
    squares = sum((value - mean) ** 2 for value in daily)
    return 5 * isqrt(squares // ((days - 1) * days)) // 2


def _streams(history: History) -> list[list[tuple[int, str]]]:
    """Return the words of each stream, with their days."""
    found: list[list[tuple[int, str]]] = [[] for _ in WORDS]
    last: dict[str, str] = {}
    for attempt, cells, _ in history.orders:
        day = day_of(attempt.at)
        words = words_of(cells, last.get(cells.market))
        last[cells.market] = cells.side
        outcome = FAILED if attempt.failed else PASSED
        for stream, word in zip(found, (*words, attempt.action, outcome), strict=True):
            stream.append((day, word))
    found[WORDS.index("action")] += history.cancels
    return found


def _shares(words: Sequence[tuple[int, str]]) -> dict[str, Share]:
    """Return the share of each word of a stream, and that of any new one."""
    days: dict[int, dict[str, int]] = {}
    for day, word in words:
        here = days.setdefault(day, {})
        here[word] = here.get(word, 0) + 1
    number = len(words)
    alone = 0
    shares: dict[str, Share] = {}
    for word in sorted({word for _, word in words}):
        counts = [each.get(word, 0) for each in days.values()]
        daily = [
            count * WHOLE // sum(each.values())
            for count, each in zip(counts, days.values(), strict=True)
        ]
        slack = max(SHARE_SLACK_MIN, _slack(daily))
        shares[word] = Share(max(1, sum(counts) * WHOLE // number), slack)
        if sum(map(bool, counts)) == 1:
            alone += sum(counts)
    new = max(1, (alone + 1) * WHOLE // (number + 1))
    shares[NOVEL] = Share(new, new + SHARE_SLACK_MIN)
    return shares


def _rates(history: History) -> Rates:
    """Return how many orders each hour with orders has."""
    hours: dict[int, int] = {}
    for attempt, _, _ in history.orders:
        hour = attempt.at // HOUR_MILLIS
        hours[hour] = hours.get(hour, 0) + 1
    by_hour: list[list[int]] = [[] for _ in range(HOURS)]
    for hour, orders in hours.items():
        by_hour[hour % HOURS].append(orders)
    mean = (sum(hours.values()) << 8) // len(hours)
    means = tuple((sum(of) << 8) // len(of) if of else mean for of in by_hour)
    ratios = {hour: (n << 16) // means[hour % HOURS] for hour, n in hours.items()}
    cells: dict[int, int] = {}
    for ratio in ratios.values():
        cells[rate_cell(ratio)] = cells.get(rate_cell(ratio), 0) + 1
    table = _ranks([cells])
    return Rates(
        means=means,
        hours=len(hours),
        busiest=_at_ranks(sorted(ratios.values(), reverse=True)),
        quietest=_at_ranks(sorted((-each for each in ratios.values()), reverse=True)),
        ranks=table,
        slack=_rank_slack(
            (hour // HOURS, table.of(rate_cell(r))) for hour, r in ratios.items()
        ),
    )
