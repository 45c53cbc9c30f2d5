"""The gate before a baseline: enough orders, over enough days, of an agent at rest.

A history that is refused makes no baseline, for a score by it would mean nothing. Each
refusal names the rule, what was found, and what would satisfy it.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final, NamedTuple

from kya.core.features import Cells, day_of
from kya.core.habits import OWN_ORDERS_MIN
from kya.core.history import History
from kya.core.integer_log import BIT

ORDERS_MIN: Final = 399
"""With one more order, one in 400 is the rarest that ranks alone can tell."""

ORDERS_MAX: Final = 1_000_000
SPAN_DAYS_MIN: Final = 12
DAYS_MIN: Final = 9
BUSIEST_PERCENT_MAX: Final = 25
SINGLE_DAY_PERCENT_MAX: Final = 2
OUTLIER_BITS: Final = 12
OUTLIER_PERCENT_MAX: Final = 1
FAR_OUTLIER_BITS: Final = 22

# Mann and Kendall's statistic, squared: three sigmas, and more where more is tested.
_SQUARES: Final = ((6, 9), (20, 12), (1 << 30, 16))
_TREND_DAYS_MIN: Final = 5
_MEAN_PARTS: Final = 1_024


class GateRule(Enum):
    """What a history must satisfy."""

    ORDERS = "orders"
    SPAN = "span"
    DAYS = "days"
    BUSIEST_DAY = "busiest_day"
    TREND = "trend"
    SINGLE_DAY = "single_day"
    OUTLIERS = "outliers"
    FAR_OUTLIERS = "far_outliers"


class Refusal(NamedTuple):
    """One rule that a history breaks: what was found, and what would satisfy it."""

    rule: GateRule
    found: str
    wanted: str

    def __str__(self) -> str:
        """Render as a sentence."""
        return f"{self.rule.value}: {self.found}; want {self.wanted}"


def history_refusals(history: History) -> Iterator[Refusal]:
    """Yield what speaks against a history before anything is learned from it."""
    number = len(history.orders)
    if number > ORDERS_MAX:
        wanted = f"at most {ORDERS_MAX}: take fewer days"
        yield Refusal(GateRule.ORDERS, f"{number} orders", wanted)
        return
    yield from _amounts(history)
    if history.orders:
        yield from _days(history)
        yield from _trends(history)
        yield from _single_days(history)


def outlier_refusals(excesses: Iterable[int]) -> Iterator[Refusal]:
    """Yield what speaks against orders by how the other days' orders tell them."""
    found = sorted(excesses, reverse=True)
    far = sum(1 for each in found if each > FAR_OUTLIER_BITS * BIT)
    if far:
        yield Refusal(
            GateRule.FAR_OUTLIERS,
            f"{far} orders are more than {FAR_OUTLIER_BITS} bits unlike the others",
            "none: review the most unusual orders, and strike what was not the agent",
        )
    outliers = sum(1 for each in found if each > OUTLIER_BITS * BIT)
    if outliers * 100 > len(found) * OUTLIER_PERCENT_MAX:
        yield Refusal(
            GateRule.OUTLIERS,
            f"{outliers} of {len(found)} orders are more than {OUTLIER_BITS} bits"
            " unlike the others",
            f"at most {OUTLIER_PERCENT_MAX} %: review the most unusual orders",
        )


def _amounts(history: History) -> Iterator[Refusal]:
    """Yield what speaks against how much there is."""
    number = len(history.orders)
    if number < ORDERS_MIN:
        wanted = f"at least {ORDERS_MIN}: observe {ORDERS_MIN - number} more"
        yield Refusal(GateRule.ORDERS, f"{number} orders", wanted)
    if history.span < SPAN_DAYS_MIN:
        wanted = (
            f"at least {SPAN_DAYS_MIN}: observe {SPAN_DAYS_MIN - history.span} more"
        )
        yield Refusal(GateRule.SPAN, f"{history.span} days", wanted)
    if len(history.days) < DAYS_MIN:
        found = f"{len(history.days)} days with orders"
        wanted = f"at least {DAYS_MIN}: observe {DAYS_MIN - len(history.days)} more"
        yield Refusal(GateRule.DAYS, found, wanted)


def _days(history: History) -> Iterator[Refusal]:
    """Yield a day that outweighs the others."""
    per_day = _orders_by_day(history)
    number = len(history.orders)
    busiest = max(per_day.values())
    if busiest * 100 > number * BUSIEST_PERCENT_MAX:
        yield Refusal(
            GateRule.BUSIEST_DAY,
            f"{busiest} of {number} orders on one day",
            f"at most {BUSIEST_PERCENT_MAX} %: observe more days",
        )


def _trends(history: History) -> Iterator[Refusal]:
    """Yield every daily mean that rises or falls, day after day."""
    series = _daily_series(history)
    limit = next(square for tests, square in _SQUARES if len(series) <= tests)
    for name, means in sorted(series.items()):
        if _is_trend([means[day] for day in sorted(means)], limit):
            yield Refusal(
                GateRule.TREND,
                f"{name} rises or falls over {len(means)} days",
                "a steady one: observe until the agent has settled",
            )


def _is_trend(means: list[int], limit: int) -> bool:
    """Tell whether Mann and Kendall's statistic squared is above the limit."""
    days = len(means)
    if days < _TREND_DAYS_MIN:
        return False
    rising = sum(
        (later > earlier) - (later < earlier)
        for n, earlier in enumerate(means)
        for later in means[n + 1 :]
    )
    variance = days * (days - 1) * (2 * days + 5)  # 18 times it
    return 18 * max(0, abs(rising) - 1) ** 2 > limit * variance


def _daily_series(history: History) -> dict[str, dict[int, int]]:
    """Return the daily means that must be steady, by what they are of."""
    sums: dict[str, dict[int, tuple[int, int]]] = {}
    markets: dict[str, int] = {}
    for attempt, cells, _ in history.orders:
        day = day_of(attempt.at)
        markets[cells.market] = markets.get(cells.market, 0) + 1
        for name, value in _values(cells):
            here = sums.setdefault(name, {})
            total, count = here.get(day, (0, 0))
            here[day] = (total + value, count + 1)
    rare = {f"size in {m}" for m, n in markets.items() if n < OWN_ORDERS_MIN}
    series = {
        name: {day: t * _MEAN_PARTS // n for day, (t, n) in days.items()}
        for name, days in sums.items()
        if name not in rare
    }
    series["orders a day"] = _orders_by_day(history)
    return series


def _values(cells: Cells) -> Iterator[tuple[str, int]]:
    """Yield the cells of an order that must not drift, with what they are of."""
    yield f"size in {cells.market}", cells.size
    if cells.deviation is not None:
        yield "distance from the reference price", abs(cells.deviation)
    if cells.aux is not None:
        yield "aux", cells.aux


def _single_days(history: History) -> Iterator[Refusal]:
    """Yield markets and venues that came on one day alone, where they carry weight."""
    days: dict[tuple[str, str], set[int]] = {}
    for attempt, cells, _ in history.orders:
        for name, word in (("market", cells.market), ("venue", cells.venue)):
            days.setdefault((name, word), set()).add(day_of(attempt.at))
    number = len(history.orders)
    for name in ("market", "venue"):
        lone = sum(
            len(days[name, getattr(cells, name)]) == 1 for _, cells, _ in history.orders
        )
        if lone * 100 > number * SINGLE_DAY_PERCENT_MAX:
            yield Refusal(
                GateRule.SINGLE_DAY,
                f"{lone} of {number} orders have a {name} of one day alone",
                f"at most {SINGLE_DAY_PERCENT_MAX} %: observe more days",
            )


def _orders_by_day(history: History) -> dict[int, int]:
    """Return how many orders each day has."""
    found: dict[int, int] = {}
    for attempt, _, _ in history.orders:
        day = day_of(attempt.at)
        found[day] = found.get(day, 0) + 1
    return found
