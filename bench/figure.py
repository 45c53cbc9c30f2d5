"""A figure: what was measured, what it is held against, and whether it is enough."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value; `is_met` is None where nothing is demanded of it."""

    name: str
    value: float
    unit: str
    budget: str = ""
    is_met: bool | None = None
    runs: str = ""

    def row(self) -> str:
        """Return the figure as a row of a Markdown table."""
        verdict = {None: "", True: "met", False: "MISSED"}[self.is_met]
        value = f"{self.value:,.{_digits(self.value)}f} {self.unit}"
        if not self.unit:
            value = "no figure"
        return f"| {self.name} | {value} | {self.budget} | {verdict} | {self.runs} |"

    def fields(self) -> dict[str, object]:
        """Return the figure for JSON."""
        return asdict(self)


def at_most(name: str, value: float, unit: str, limit: float, runs: str) -> Figure:
    """Return a figure that must not be above its limit."""
    budget = f"at most {limit:,.{_digits(limit)}f} {unit}"
    return Figure(
        name=name, value=value, unit=unit, budget=budget, is_met=value <= limit,
        runs=runs,
    )  # fmt: skip


def at_least(name: str, value: float, unit: str, limit: float, runs: str) -> Figure:
    """Return a figure that must not be below its limit."""
    budget = f"at least {limit:,.{_digits(limit)}f} {unit}"
    return Figure(
        name=name, value=value, unit=unit, budget=budget, is_met=value >= limit,
        runs=runs,
    )  # fmt: skip


def missing(name: str, why: str) -> Figure:
    """Return what stands in the table where nothing could be measured."""
    return Figure(name=name, value=0, unit="", runs=why)


def shown(name: str, value: float, unit: str, runs: str) -> Figure:
    """Return a figure that others are measured by."""
    return Figure(name=name, value=value, unit=unit, runs=runs)


def p50(samples: Sequence[float]) -> float:
    """Return the median."""
    return median(samples)


def p99(samples: Sequence[float]) -> float:
    """Return the value that one sample in a hundred exceeds."""
    return quantiles(samples, n=100)[98]


def _digits(value: float) -> int:
    """Return how many decimals to show: about three figures in all."""
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
