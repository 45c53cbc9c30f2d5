"""The figures of the evidence, as its own report derived them from the log."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from rich.table import Table

from kya.demo.stage import AGENT, Stage

_COLUMNS: Final = {"paper": "on paper", "live": "live", "all": "in all"}


class _Count(msgspec.Struct, frozen=True):
    count: int


class _Sizes(msgspec.Struct, frozen=True):
    median: str
    maximum: str


class _Bucket(msgspec.Struct, frozen=True):
    """Orders of one mode, counted."""

    attempts: _Count
    outcomes: dict[str, _Count]
    sizes: dict[str, dict[str, _Sizes]]
    answered_at_first_attempt: _Count
    first_attempt_percent: str
    unknown_then_resolved: _Count

    def median_allowed(self) -> str:
        """Return the median of what was allowed, in each currency."""
        return ", ".join(
            f"{currency} {sizes.median}"
            for currency, sizes in self.sizes["allowed"].items()
        )


class _Agent(msgspec.Struct, frozen=True):
    figures: dict[str, _Bucket]


class _Report(msgspec.Struct, frozen=True):
    agents: dict[str, _Agent]


class _Execution(msgspec.Struct, frozen=True):
    """A line of a venue's own list."""

    arrival: int


def figures_table(stage: Stage) -> Table:
    """Return the figures of report.json, and what the venues' lists say beside them."""
    raw = (stage.package / "report.json").read_bytes()
    buckets = msgspec.json.decode(raw, type=_Report).agents[AGENT].figures
    table = Table(box=None, padding=(0, 3, 0, 0))
    table.add_column("orders", no_wrap=True)
    for name in _COLUMNS.values():
        table.add_column(name, justify="right")
    shown = [buckets[mode] for mode in _COLUMNS]
    table.add_row("attempts", *(_grouped(b.attempts.count) for b in shown))
    for outcome in ("allowed", "denied", "refused"):
        table.add_row(
            outcome, *(_grouped(_outcome(b.outcomes, outcome)) for b in shown)
        )
    table.add_row("median allowed", *(b.median_allowed() for b in shown))
    table.add_row("venue answered at once", *(_at_once(b) for b in shown))
    resolved = (_grouped(b.unknown_then_resolved.count) for b in shown)
    table.add_row("venue asked again", *resolved)
    twice = _sent_twice(stage.installation / "venues")
    table.add_row("sent twice (venues' lists)", "", "", _grouped(twice))
    return table


def _outcome(outcomes: Mapping[str, _Count], outcome: str) -> int:
    """Return how many orders had this outcome."""
    found = outcomes.get(outcome)
    return found.count if found else 0


def _at_once(bucket: _Bucket) -> str:
    """Return how many orders the venue answered at once, and their share."""
    share = bucket.first_attempt_percent
    return f"{_grouped(bucket.answered_at_first_attempt.count)} ({share} %)"


def _grouped(count: int) -> str:
    """Return `1,022`."""
    return f"{count:,}"


def _sent_twice(venues: Path) -> int:
    """Return how many arrivals the venues saw that were not the first."""
    lines = [
        msgspec.json.decode(raw, type=_Execution)
        for path in sorted(venues.glob("*.jsonl"))
        for raw in path.read_bytes().splitlines()
    ]
    return sum(line.arrival > 1 for line in lines)
