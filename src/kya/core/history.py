"""An agent's observed attempts, put in order, cut into cells, days and blocks."""

from collections.abc import Iterable
from typing import Final, NamedTuple, Self

from kya.core.attempt import CANCEL, Attempt
from kya.core.features import NO_PACE, Cells, cells_of, day_of, is_weekend

BLOCKS_MAX: Final = 28
"""Blocks of a history: its days with orders, or runs of days where there are more."""


class Observed(NamedTuple):
    """One observed order: its cells, and the block that it is in."""

    attempt: Attempt
    cells: Cells
    block: int


class History(NamedTuple):
    """Observed orders by time; `days` are those with orders, in order.

    A cancel is no order: `cancels` are only counted, each with its day.
    Among orders of one instant, their contents decide, so that a history is the same in
    whatever order it was handed over.
    """

    orders: tuple[Observed, ...]
    days: tuple[int, ...]
    blocks: int
    cancels: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(cls, attempts: Iterable[Attempt]) -> Self:
        """Return the history of these attempts."""
        every = ordered(attempts)
        orders = [each for each in every if each.action != CANCEL]
        cancels = [(day_of(each.at), CANCEL) for each in every if each.action == CANCEL]
        days = sorted({day_of(each.at) for each in orders})
        blocks = min(BLOCKS_MAX, len(days))
        block_of = {day: n * blocks // len(days) for n, day in enumerate(days)}
        cut = cls.cut(orders, [block_of[day_of(each.at)] for each in orders])
        return cut._replace(cancels=tuple(cancels))

    @classmethod
    def cut(cls, attempts: list[Attempt], blocks: list[int]) -> Self:
        """Return the history of attempts in order, in blocks that are given."""
        pace = NO_PACE
        orders: list[Observed] = []
        for attempt, block in zip(attempts, blocks, strict=True):
            orders.append(Observed(attempt, cells_of(attempt, pace), block))
            pace = pace.after(attempt.at)
        days = tuple(sorted({day_of(each.at) for each in attempts}))
        return cls(tuple(orders), days, len(set(blocks)))

    def by_block(self) -> list[list[int]]:
        """Return the numbers of the orders of each block."""
        found: list[list[int]] = [[] for _ in range(self.blocks)]
        for number, order in enumerate(self.orders):
            found[order.block].append(number)
        return found

    @property
    def span(self) -> int:
        """The days from the first to the last order, both counted."""
        return self.days[-1] - self.days[0] + 1 if self.days else 0

    @property
    def weekend_days(self) -> int:
        """How many Saturdays and Sundays lie between the first and the last order."""
        if not self.days:
            return 0
        whole, rest = divmod(self.span, 7)
        last = range(self.days[-1] - rest + 1, self.days[-1] + 1)
        return 2 * whole + sum(is_weekend(day) for day in last)


def ordered(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Return attempts by time; at one instant, their contents decide."""
    return sorted(attempts, key=_sort_key)


def _sort_key(attempt: Attempt) -> tuple[int, tuple[str, ...], tuple[int, ...]]:
    """Return what attempts are put in order by; what is missing comes first."""
    at, market, side, venue, type_, region, size, deviation, aux, action, failed = (
        attempt
    )
    far = (0, 0) if deviation is None else (1, deviation)
    words = (market, side, venue, type_, region, action)
    return at, words, (size, *far, aux or 0, int(failed))
