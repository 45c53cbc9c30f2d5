"""Time: a point in UTC, counted in microseconds since 1970-01-01."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Final, Self

from kya.core.errors import MalformedError, shown

MICROS_PER_SECOND: Final = 1_000_000
MICROS_PER_DAY: Final = 86_400 * MICROS_PER_SECOND
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  naive on purpose: UTC by definition
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH_UTC: Final = _EPOCH.replace(tzinfo=UTC)
_DAYS: Final = (date.max - _EPOCH.date()).days + 1
_LATEST: Final = _DAYS * MICROS_PER_DAY - 1
_END_OF_DAY: Final = "24:00:00.000000"
_INSTANT_CHARS: Final = len("2026-05-15T09:15:00.000000Z")
_TIME_OF_DAY_CHARS: Final = len("09:15:00.000000")


class Weekday(Enum):
    """Day of the week, numbered as ISO 8601 does."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


_WEEKDAYS: Final = tuple(Weekday)


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """Microseconds since 1970-01-01T00:00:00Z; never before it, never after 9999."""

    micros: int

    def __post_init__(self) -> None:
        """Refuse what no clock of ours can say."""
        if type(self.micros) is not int or not 0 <= self.micros <= _LATEST:
            got = shown(self.micros)
            msg = f"instant: want microseconds from 1970 to 9999, got {got}"
            raise MalformedError(msg)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-05-15T09:15:00.000000Z`, the one spelling accepted (RFC 3339)."""
        if len(text) == _INSTANT_CHARS and text[-1] == "Z" and text[10] == "T":
            spelt = text[:-1]
            try:
                moment = datetime.fromisoformat(spelt)
                if moment.isoformat(timespec="microseconds") == spelt:
                    return cls((moment - _EPOCH) // _MICROSECOND)
            except (ValueError, TypeError, MalformedError):
                pass
        msg = f"instant: want the form 2026-05-15T09:15:00.000000Z, got {shown(text)}"
        raise MalformedError(msg)

    @classmethod
    def from_datetime(cls, moment: datetime) -> Self:
        """Return the instant of a datetime that carries an offset."""
        if moment.utcoffset() is None:
            msg = "instant: want a datetime with an offset, got a naive one"
            raise MalformedError(msg)
        return cls((moment - _EPOCH_UTC) // _MICROSECOND)

    def to_datetime(self) -> datetime:
        """Return the same instant as a datetime in UTC."""
        return _EPOCH_UTC + timedelta(microseconds=self.micros)

    def __str__(self) -> str:
        """Render in the one spelling that `parse` accepts."""
        return _text(self.micros)

    def later(self, *, seconds: int = 0, days: int = 0) -> "Instant":
        """Return the instant this much later, or the last there is."""
        micros = seconds * MICROS_PER_SECOND + days * MICROS_PER_DAY
        return Instant(min(self.micros + micros, _LATEST))

    def plus(self, *, seconds: int = 0, micros: int = 0) -> "Instant":
        """Return the instant this much later, or earlier for negative figures."""
        return Instant(self.micros + seconds * MICROS_PER_SECOND + micros)

    @property
    def day(self) -> "Day":
        """The UTC day this instant lies in."""
        return _day(self.micros // MICROS_PER_DAY)

    @property
    def time_of_day(self) -> "TimeOfDay":
        """Microseconds since midnight UTC."""
        return TimeOfDay(self.micros % MICROS_PER_DAY)


@lru_cache(maxsize=256)
def _text(micros: int) -> str:
    """Return the instant's text and keep it: one is written several times over."""
    moment = _EPOCH + timedelta(0, 0, micros)
    return moment.isoformat(timespec="microseconds") + "Z"


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A UTC day, counted from 1970-01-01; never after 9999."""

    number: int

    def __post_init__(self) -> None:
        """Refuse a day that holds no instant."""
        if type(self.number) is not int or not 0 <= self.number < _DAYS:
            msg = f"day: want days from 1970 to 9999, got {shown(self.number)}"
            raise MalformedError(msg)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-05-15`, the one spelling accepted."""
        try:
            day = cls((date.fromisoformat(text) - _EPOCH.date()).days)
        except (ValueError, MalformedError):
            pass
        else:
            if str(day) == text:
                return day
        msg = f"day: want the form 2026-05-15, got {shown(text)}"
        raise MalformedError(msg)

    def __str__(self) -> str:
        """Render as `2026-05-15`."""
        return (_EPOCH.date() + timedelta(days=self.number)).isoformat()

    @property
    def weekday(self) -> Weekday:
        """Day of the week; 1970-01-01 was a Thursday."""
        return _WEEKDAYS[(self.number + 3) % len(_WEEKDAYS)]

    @property
    def start(self) -> Instant:
        """The first instant of the day."""
        return Instant(self.number * MICROS_PER_DAY)


@lru_cache(maxsize=256)
def _day(number: int) -> Day:
    """Return the day and keep it: an instant's day is asked for again and again."""
    return Day(number)


@dataclass(frozen=True, slots=True, order=True)
class TimeOfDay:
    """Microseconds since midnight UTC; 24 h is the end of a day, not in it."""

    micros: int

    def __post_init__(self) -> None:
        """Refuse what no day holds."""
        if type(self.micros) is not int or not 0 <= self.micros <= MICROS_PER_DAY:
            got = shown(self.micros)
            msg = f"time of day: want 0 to {MICROS_PER_DAY} microseconds, got {got}"
            raise MalformedError(msg)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `08:00:00.000000`, the one spelling accepted, or `24:00:00.000000`."""
        if text == _END_OF_DAY:
            return cls(MICROS_PER_DAY)
        if len(text) == _TIME_OF_DAY_CHARS:
            try:
                moment = datetime.fromisoformat(f"1970-01-01T{text}")
                time = cls((moment - _EPOCH) // _MICROSECOND)
            except (ValueError, TypeError, MalformedError):
                pass
            else:
                if str(time) == text:
                    return time
        msg = f"time of day: want the form 08:00:00.000000, got {shown(text)}"
        raise MalformedError(msg)

    def __str__(self) -> str:
        """Render as `08:00:00.000000`."""
        if self.micros == MICROS_PER_DAY:
            return _END_OF_DAY
        moment = _EPOCH + timedelta(microseconds=self.micros)
        return moment.time().isoformat(timespec="microseconds")
