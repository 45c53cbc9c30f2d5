"""Figures of a package's report, counted from the log's entries as they pass.

Nothing is typed in: each figure keeps the indexes of the entries behind it. Medians
and shares are exact.
"""

from array import array
from dataclasses import dataclass, field

from kya.core.fixed_point import render_padded
from kya.core.money import Money
from kya.core.order_events import VenueStatus

_SMALL_MAX = 2**64 - 1


class Runs:
    """Entry indexes in rising order, kept as runs: `12 15-45/3 50`."""

    __slots__ = ("_done", "_last", "_start", "_step", "count")

    def __init__(self) -> None:
        """Begin without any index."""
        self.count = 0
        self._done: list[str] = []
        self._start = self._last = self._step = 0

    def add(self, index: int) -> None:
        """Take the next index; a run goes on while the distance stays the same."""
        self.count += 1
        if self.count == 1:
            self._start = index
        elif self._step == 0:
            self._step = index - self._last
        elif index - self._last != self._step:
            if self._last - self._start == self._step:
                # Two indexes make no run: the second may begin a better one.
                self._done.append(str(self._start))
                self._start, self._step = self._last, index - self._last
            else:
                self._done.append(self._run())
                self._start, self._step = index, 0
        self._last = index

    def __str__(self) -> str:
        """Render as single indexes and `first-last/step`; a step of 1 goes unsaid."""
        return " ".join([*self._done, self._run()] if self.count else [])

    def _run(self) -> str:
        """Return the run under way."""
        if self._last == self._start:
            return str(self._start)
        if self._last - self._start == self._step:
            return f"{self._start} {self._last}"
        step = "" if self._step == 1 else f"/{self._step}"
        return f"{self._start}-{self._last}{step}"


class Sizes:
    """The sizes of orders in one currency: how many, exact median, largest."""

    __slots__ = ("_large", "_small", "largest", "largest_entry")

    def __init__(self) -> None:
        """Begin without any size."""
        self._small = array("Q")
        self._large: list[int] = []
        self.largest = 0
        self.largest_entry = 0

    def add(self, index: int, minor_units: int) -> None:
        """Take the size of the order at this entry."""
        if minor_units <= _SMALL_MAX:
            self._small.append(minor_units)
        else:
            self._large.append(minor_units)
        if minor_units > self.largest:
            self.largest, self.largest_entry = minor_units, index

    @property
    def count(self) -> int:
        """How many sizes were taken."""
        return len(self._small) + len(self._large)

    def median(self, decimals: int) -> str:
        """Return the median as text, with one more decimal where it needs it."""
        ordered = sorted(self._small) + sorted(self._large)
        doubled = ordered[(self.count - 1) // 2] + ordered[self.count // 2]
        if doubled % 2 == 0:
            return render_padded(doubled // 2, decimals)
        return render_padded(doubled * 5, decimals + 1)


def percent(part: int, whole: int) -> str:
    """Return the share with one decimal, half to even; empty of nothing."""
    if whole == 0:
        return ""
    tenths, rest = divmod(1000 * part, whole)
    if 2 * rest > whole or (2 * rest == whole and tenths % 2):
        tenths += 1
    return render_padded(tenths, 1)


@dataclass(slots=True)
class Bucket:
    """What is counted of one agent's orders, once for all and once for each mode.

    Attempts, outcomes and sizes point to order entries, reasons to decision entries,
    venue outcomes to the venue reports that settled them.
    """

    attempts: Runs = field(default_factory=Runs)
    outcomes: dict[str, Runs] = field(
        default_factory=lambda: {
            name: Runs() for name in ("allowed", "denied", "refused")
        }
    )
    reasons: dict[str, Runs] = field(default_factory=dict[str, Runs])
    sizes: dict[str, dict[str, Sizes]] = field(
        default_factory=lambda: {"attempted": {}, "allowed": {}}
    )
    venue: dict[str, Runs] = field(
        default_factory=lambda: {
            status.value: Runs() for status in VenueStatus if status.is_final
        }
    )
    unknown_then_resolved: Runs = field(default_factory=Runs)
    answered_at_first_attempt: Runs = field(default_factory=Runs)
    decimals: dict[str, int] = field(default_factory=dict[str, int])

    def take_order(self, index: int, amount: Money | None, outcome: str) -> None:
        """Count an order and what was decided; a cancel has no size of its own."""
        self.attempts.add(index)
        self.outcomes[outcome].add(index)
        if amount is None:
            return
        self._take_size("attempted", index, amount)
        if outcome == "allowed":
            self._take_size("allowed", index, amount)

    def take_reasons(self, index: int, reasons: list[str]) -> None:
        """Count a decision's reasons, each once."""
        for reason in sorted(set(reasons)):
            self.reasons.setdefault(reason, Runs()).add(index)

    def take_answer(self, index: int, status: str, *, asked_again: bool) -> None:
        """Count the final answer of the venue."""
        self.venue[status].add(index)
        if asked_again:
            self.unknown_then_resolved.add(index)
        else:
            self.answered_at_first_attempt.add(index)

    @property
    def answered(self) -> int:
        """How many allowed orders have a final answer of the venue."""
        return sum(runs.count for runs in self.venue.values())

    def _take_size(self, which: str, index: int, amount: Money) -> None:
        """Count a size in its own currency."""
        code = amount.currency.code
        self.decimals[code] = amount.currency.decimals
        sizes = self.sizes[which]
        if code not in sizes:
            sizes[code] = Sizes()
        sizes[code].add(index, amount.minor_units)
