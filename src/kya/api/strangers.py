"""Bytes that nobody enrolled has signed: counted and slowed down, not logged.

Whoever signs well is never slowed down by this, not even beside a bad neighbour at the
same address: the limit applies to the answer to a bad request, after it proved bad.
"""

from collections import OrderedDict
from collections.abc import Callable

from kya.core.limits import STRANGER_BURST_MAX, STRANGER_PER_SECOND_MAX, STRANGERS_MAX


class Strangers:
    """One token bucket for each peer; the one that was silent longest is forgotten."""

    __slots__ = ("_buckets", "_seconds", "count")

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Measure time with a clock that only goes forward."""
        self._seconds = seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.count = 0

    def may_be_told(self, peer: str) -> bool:
        """Count a bad request; tell whether its sender may hear what is wrong."""
        self.count += 1
        now = self._seconds()
        tokens, since = self._buckets.pop(peer, (float(STRANGER_BURST_MAX), now))
        gained = (now - since) * STRANGER_PER_SECOND_MAX
        tokens = min(float(STRANGER_BURST_MAX), tokens + gained)
        is_within = tokens >= 1
        self._buckets[peer] = (tokens - 1 if is_within else tokens, now)
        if len(self._buckets) > STRANGERS_MAX:
            self._buckets.popitem(last=False)
        return is_within
