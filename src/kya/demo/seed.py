"""Which seed the demonstration runs with, and what was asked of it.

The story tells of a median, of busy hours, of caps that hold, and of orders that are
like the bot's past but for one. Some seeds give a flow of which all of that is true,
others do not; we run one that does, and say so: it is a selection among honest runs.
Nothing downstream reads the expected values below.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from statistics import median
from typing import Final

from kya.core.instant import Day
from kya.core.order import Side
from kya.demo.flow import INVENTORY_MAX, Flow, PlannedOrder, draw_flow
from kya.demo.scores import scores_fit, scores_of

SEED: Final = 4
"""The smallest that fits. Of the first sixty, 38 have the figures, ten the scores."""

MEDIAN_EUROS: Final = 18_500
BUSIEST_HOURS: Final = frozenset({10, 11})
DAILY_MAX_EUROS: Final = 500_000
LITERAL_ALLOWED: Final = range(525, 541)

_CENTS: Final = 100
_HOUR_MICROS: Final = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFigures:
    """What a flow measures, in whole euros; the demonstration prints some of it."""

    median_observed: int
    busiest_hours: frozenset[int]
    side_total_max: int
    allowed_literally: int
    inventory_max: int


def figures_of(flow: Flow) -> FlowFigures:
    """Return what the flow measures."""
    hours = Counter(
        order.at.time_of_day.micros // _HOUR_MICROS for order in flow.observed
    )
    return FlowFigures(
        median_observed=int(median(map(_euros, flow.observed))),
        busiest_hours=frozenset(hour for hour, _ in hours.most_common(2)),
        side_total_max=max(side_totals(flow.within_scope).values()),
        allowed_literally=allowed_per_agent(flow.within_scope),
        inventory_max=_inventory_max(flow.within_scope),
    )


def seed_fits(seed: int) -> bool:
    """Tell whether the seed's flow is one of which all that is told is true."""
    flow = draw_flow(seed)
    return flow_fits(flow) and scores_fit(scores_of(flow))


def flow_fits(flow: Flow) -> bool:
    """Tell whether the flow is one of which the story's figures are true."""
    figures = figures_of(flow)
    return (
        figures.median_observed == MEDIAN_EUROS
        and figures.busiest_hours == BUSIEST_HOURS
        and figures.side_total_max <= DAILY_MAX_EUROS
        and figures.allowed_literally in LITERAL_ALLOWED
        and figures.inventory_max <= INVENTORY_MAX
    )


def side_totals(
    orders: Iterable[PlannedOrder],
) -> Counter[tuple[Day, str, Side]]:
    """Return the euros of each day, market and side."""
    totals: Counter[tuple[Day, str, Side]] = Counter()
    for order in orders:
        totals[order.at.day, order.market, order.side] += _euros(order)
    return totals


def allowed_per_agent(orders: Iterable[PlannedOrder]) -> int:
    """Return how many orders a daily maximum over everything would let through."""
    spent: Counter[Day] = Counter()
    allowed = 0
    for order in orders:
        if spent[order.at.day] + _euros(order) <= DAILY_MAX_EUROS:
            spent[order.at.day] += _euros(order)
            allowed += 1
    return allowed


def _inventory_max(orders: tuple[PlannedOrder, ...]) -> int:
    """Return the most euros that any market was long or short."""
    markets = {order.market for order in orders}
    return max(
        abs(held)
        for market in markets
        for held in accumulate(
            _euros(order) if order.side is Side.BUY else -_euros(order)
            for order in orders
            if order.market == market
        )
    )


def _euros(order: PlannedOrder) -> int:
    """Return the order's amount in whole euros."""
    return order.amount.minor_units // _CENTS
