"""A ladder: how rare a statistic is, by rank among held-out orders and by a tail.

Within what was seen the ranks alone speak. Beyond it, an exponential tail does, whose
scale is the upper bound that the outer values allow (spec/score.md §3).
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final, NamedTuple, Self

from kya.core.chance import OUTER_MAX, OUTER_MIN, count_bound, tail_factor
from kya.core.integer_log import DECADE, decades
from kya.core.known_numbers import SCALE

DECADES_MAX: Final = 8 * DECADE
"""What one order can be evidence of at most."""

RANKS_KEPT: Final = 400
"""Ranks that are kept one by one; from there on, one in every fiftieth part."""
_STEP: Final = 50

LN10: Final = 150_902  # of SCALE


class Rungs(NamedTuple):
    """What a document keeps of a ladder.

    `orders` were held out; `values` are those at the ladder's ranks, the largest first.
    Beyond `edge`, which `outer` values exceed, every `fall` is one more decade.
    """

    orders: int
    values: tuple[int, ...]
    edge: int
    outer: int
    fall: int

    @classmethod
    def of(cls, statistics: Iterable[int], unit: int) -> Self:
        """Return the ladder of the statistics; `unit` is the least fall."""
        ordered = sorted(statistics, reverse=True)
        number = len(ordered)
        outer = min(OUTER_MAX, max(OUTER_MIN, number // 10), number - 1)
        edge = ordered[outer]
        excess = sum(ordered[:outer]) - outer * edge
        scale = LN10 * excess * tail_factor(outer) // (outer * SCALE * SCALE)
        values = tuple(ordered[rank - 1] for rank in ranks(number))
        return cls(number, values, edge, outer, max(unit, scale))


class Ladder(NamedTuple):
    """A ladder to look up in: its values from below, and what each rank is worth."""

    rungs: Rungs
    rising: tuple[int, ...]
    worth: tuple[int, ...]
    sure: tuple[int, ...]
    base: int

    @classmethod
    def of(cls, rungs: Rungs) -> Self:
        """Return the ladder, ready."""
        number = rungs.orders
        falling = ranks(number)[::-1]
        # Below the lowest value there is no evidence: every order comes to as much.
        worth = (0, *(decades(number + 1, rank) for rank in falling))
        sure = (0, *(_sure(number, rank - 1) for rank in falling))
        base = decades(number + 1, rungs.outer + 1)
        return cls(rungs, rungs.values[::-1], worth, sure, base)

    def decades(self, value: int) -> int:
        """Return the evidence of a statistic, in 1/10,000 decades."""
        return self._evidence(value, bisect_left(self.rising, value))

    def held_out(self, value: int) -> int:
        """Return the evidence of one of the ladder's own values, were it not there.

        The largest value is beyond the others, as a new one would be that exceeds them.
        """
        return self._evidence(value, bisect_left(self.rising, value) + 1)

    def _evidence(self, value: int, place: int) -> int:
        """Return the evidence of a value above so many of those that are kept."""
        worth = self.worth[place]
        rungs = self.rungs
        if value <= rungs.edge:
            return worth
        tail = self.base + (value - rungs.edge) * DECADE // rungs.fall
        if place < len(self.rising):
            return min(worth, tail)
        return min(DECADES_MAX, max(worth, tail))

    def exceeds_all(self, value: int) -> bool:
        """Tell whether no held-out order came to as much."""
        return value > self.rising[-1]

    def sure_decades(self, value: int) -> int:
        """Return the evidence that the ranks alone bear out with 95 % confidence."""
        return self.sure[bisect_left(self.rising, value)]


def _sure(number: int, seen: int) -> int:
    """Return the evidence, so many of the orders having come to as much."""
    return decades(number * SCALE, min(number * SCALE, count_bound(seen)))


def ranks(number: int) -> tuple[int, ...]:
    """Return the ranks that a ladder of so many orders keeps; the last is the last."""
    kept = list(range(1, min(number, RANKS_KEPT) + 1))
    while kept[-1] < number:
        kept.append(min(number, kept[-1] + max(1, kept[-1] // _STEP)))
    return tuple(kept)
