"""Bytes that nobody enrolled has signed: counted and slowed down, not logged.

Whoever signs well is never slowed down by this, not even beside a bad neighbour at the
same address: the limit applies to the answer to a bad request, after it proved bad.
"""

from collections.abc import Callable
from typing import Final

from kya.api.buckets import Buckets, Pace
from kya.core.limits import STRANGER_BURST_MAX, STRANGER_PER_SECOND_MAX, STRANGERS_MAX

_PACE: Final = Pace(
    burst=STRANGER_BURST_MAX,
    per_second=STRANGER_PER_SECOND_MAX,
    names_max=STRANGERS_MAX,
)


class Strangers:
    """One token bucket for each peer."""

    __slots__ = ("_buckets", "count")

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Measure time with a clock that only goes forward."""
        self._buckets = Buckets(seconds, _PACE)
        self.count = 0

    def may_be_told(self, peer: str) -> bool:
        """Count a bad request; tell whether its sender may hear what is wrong."""
        self.count += 1
        return self._buckets.take(peer).is_within
