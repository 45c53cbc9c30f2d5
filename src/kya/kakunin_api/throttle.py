"""Too many requests are answered with when to come again."""

from collections.abc import Callable

from kya.api.buckets import Buckets, Pace
from kya.kakunin_api.envelope import RefusedError
from kya.kakunin_api.limits import PEERS_MAX


class Throttle:
    """One token bucket for each name, and what is said where it is empty."""

    def __init__(self, burst: tuple[int, int], seconds: Callable[[], float]) -> None:
        """Let so many requests pass in so many seconds of a clock that only goes on."""
        most, within = burst
        pace = Pace(burst=most, per_second=most / within, names_max=PEERS_MAX)
        self._buckets = Buckets(seconds, pace)

    def require_room(self, name: str) -> None:
        """Count a request; RefusedError with the seconds to wait if it is too many."""
        left = self._buckets.take(name)
        if not left.is_within:
            message = f"Too many requests; come again in {left.seconds} s."
            headers = {"retry-after": str(left.seconds)}
            raise RefusedError(429, message, code="rate_limited", headers=headers)
