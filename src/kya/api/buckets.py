"""Token buckets by name: so many at once, and then so many a second."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple


class Left(NamedTuple):
    """Whether one was left, how many still are, and in how many seconds the next is."""

    is_within: bool
    rest: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """At most `burst` at once, then `per_second`; so many names are remembered."""

    burst: int
    per_second: float
    names_max: int


class Buckets:
    """One bucket for each name; the one that was silent longest is forgotten."""

    __slots__ = ("_buckets", "_seconds", "pace")

    def __init__(self, seconds: Callable[[], float], pace: Pace) -> None:
        """Measure time with a clock that only goes forward."""
        self.pace = pace
        self._seconds = seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many names are remembered."""
        return len(self._buckets)

    def take(self, name: str) -> Left:
        """Take one out of the bucket of this name, if there is one."""
        pace, now = self.pace, self._seconds()
        held, since = self._buckets.pop(name, (float(pace.burst), now))
        held = min(float(pace.burst), held + (now - since) * pace.per_second)
        is_within = held >= 1
        held -= is_within
        self._buckets[name] = (held, now)
        if len(self._buckets) > pace.names_max:
            self._buckets.popitem(last=False)
        wait = max(0.0, 1 - held) / pace.per_second
        return Left(is_within, int(held), ceil(wait))
