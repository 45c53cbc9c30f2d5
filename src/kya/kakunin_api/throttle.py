"""Too many requests are answered with when to come again."""

import math
from collections import OrderedDict
from collections.abc import Callable

from kya.kakunin_api.envelope import RefusedError
from kya.kakunin_api.limits import PEERS_MAX


class Throttle:
    """One token bucket for each name; the one that was silent longest is forgotten."""

    def __init__(self, burst: tuple[int, int], seconds: Callable[[], float]) -> None:
        """Let so many requests pass in so many seconds of a clock that only goes on."""
        self._room, self._per_second = float(burst[0]), burst[0] / burst[1]
        self._seconds = seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def require_room(self, name: str) -> None:
        """Count a request; RefusedError with the seconds to wait if it is too many."""
        now = self._seconds()
        left, since = self._buckets.pop(name, (self._room, now))
        left = min(self._room, left + (now - since) * self._per_second)
        is_within = left >= 1
        self._buckets[name] = (left - 1 if is_within else left, now)
        if len(self._buckets) > PEERS_MAX:
            self._buckets.popitem(last=False)
        if not is_within:
            wait = max(1, math.ceil((1 - left) / self._per_second))
            message = f"Too many requests; come again in {wait} s."
            raise RefusedError(
                429, message, code="rate_limited", headers={"retry-after": str(wait)}
            )
