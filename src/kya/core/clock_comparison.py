"""How far the gateway's clock was from UTC, as somebody who keeps time says."""

from dataclasses import dataclass
from enum import Enum

from kya.core.errors import MalformedError, shown
from kya.core.instant import Instant
from kya.core.limits import CLOCK_MICROS_MAX


class TimeKeeper(Enum):
    """Who was asked: the machine's kernel, or its chrony."""

    CHRONY = "chrony"
    KERNEL = "kernel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A clock is `offset_micros` ahead of UTC, within `bound_micros` either way."""

    offset_micros: int
    bound_micros: int

    def __post_init__(self) -> None:
        """Refuse what is no count of microseconds, or of more than a day."""
        _require("offset_micros", self.offset_micros, -CLOCK_MICROS_MAX)
        _require("bound_micros", self.bound_micros, 0)

    @property
    def micros_at_most(self) -> int:
        """The farthest that the clock can be from UTC."""
        return abs(self.offset_micros) + self.bound_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCompared:
    """The clock was compared; None where it is not synchronised, or nobody can tell."""

    keeper: TimeKeeper
    deviation: Deviation | None
    at: Instant


def _require(name: str, value: int, least: int) -> None:
    """Raise MalformedError unless the value is from `least` to a day."""
    if type(value) is not int or not least <= value <= CLOCK_MICROS_MAX:
        want = f"{least} to {CLOCK_MICROS_MAX}"
        raise MalformedError(f"{name}: want {want}, got {shown(value)}")
