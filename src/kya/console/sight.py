"""How much of the log the console has seen, since when, and what speaks against it."""

from dataclasses import dataclass

from kya.console.limits import LATE_SECONDS
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.state import BEFORE_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """The largest tree that the policy's witnesses have seen, by whom and when."""

    size: int
    names: tuple[str, ...]
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The last look at the log.

    `checkpoint` is the signed note under everything shown, `read_at` when it was read
    last, `total` the size that is being read up to. `fault` says why nothing newer is
    known; `is_distrusted` if that is a contradiction, which no wait heals.
    """

    checkpoint: bytes = b""
    size: int = 0
    total: int = 0
    read_at: Instant = BEFORE_ALL
    fault: str = ""
    is_distrusted: bool = False
    is_ready: bool = False
    witnessed: Witnessed | None = None

    def seconds_since(self, now: Instant) -> int:
        """Return how long ago the log was read."""
        return max(0, now.micros - self.read_at.micros) // MICROS_PER_SECOND

    def is_late(self, now: Instant) -> bool:
        """Tell whether what is shown may be old."""
        return bool(self.fault) or self.seconds_since(now) > LATE_SECONDS
