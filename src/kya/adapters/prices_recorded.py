"""Recorded prices, shifted in date: real quotes of May 2014 for May 2026.

A directory holds one zip of ticks a day, `eurusd_YYYYMMDD_quote.zip` (milliseconds
since midnight UTC, bid, ask), and the hourly bars `eurgbp_h1_2014q2.csv` (prices times
100,000). GBP/EUR is their inverse, with a seeded path between the hours; whoever
recorded the bars did not say in which time zone, so UTC is assumed. Every source
text says which day was used, and flags one that is used twice or on another weekday.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from kya.adapters.seeded_path import bridge, round_half_even
from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Day, Instant
from kya.core.money import PRICE_DECIMALS, Price
from kya.core.price import ReferencePrice

AGE_MICROS_MAX: Final = 300 * MICROS_PER_SECOND
"""An older price is none."""

_WEEK: Final = 7
_SHIFT: Final = 628 * _WEEK
_FIRST: Final = Day.parse("2026-05-15").number
_LAST: Final = Day.parse("2026-05-28").number
_REUSE_FIRST: Final = Day.parse("2026-05-01").number
_REUSE_SHIFT: Final = 626 * _WEEK
_ODD_DAY: Final = Day.parse("2026-05-29").number
_ODD_SOURCE: Final = Day.parse("2014-05-01")

_MILLI: Final = 1_000
_HOUR_MICROS: Final = 3_600 * MICROS_PER_SECOND
_POINT_MICROS: Final = _HOUR_MICROS // 64
_SCALE: Final = 100_000
_UNIT: Final = 10**PRICE_DECIMALS // _SCALE
_HALF_SPREAD: Final = 10  # bars have no spread: 2 pips are assumed, and said
_BAR: Final = re.compile(
    rb"(\d{4}-\d\d-\d\d) (\d\d):00:00,(\d+)\.0,(\d+)\.0,(\d+)\.0,(\d+)\.0,"
)
_TICK: Final = re.compile(rb"(\d+),(\d+)\.(\d{1,10}),(\d+)\.(\d{1,10})")
_DAY_BYTES_MAX: Final = 64 * 2**20  # the busiest day of the set has 2 MiB


@dataclass(frozen=True, slots=True)
class _Recorded:
    """The recorded day that stands for another, and what is to be said of it."""

    day: Day
    note: str


@dataclass(frozen=True, slots=True)
class _Bar:
    """One hour of EUR/GBP, in units of 10**-5."""

    opened: int
    high: int
    low: int
    closed: int


class RecordedPrices:
    """EUR/USD by the tick and GBP/EUR by the hour, from a directory."""

    def __init__(self, directory: Path, seed: int) -> None:
        """Read from this directory, a day when it is first asked for."""
        if not any(directory.glob("eurusd_*_quote.zip")):
            raise InputError(
                f"prices {directory}: want eurusd_YYYYMMDD_quote.zip files"
            )
        self._directory = directory
        self._seed = seed

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        """Return the newest price at the instant, if it is at most 300 s old."""
        recorded = _recorded_day(instant.day)
        if recorded is None:
            return None
        if market == "EUR/USD":
            return self._tick_at(recorded, instant)
        if market == "GBP/EUR":
            return self._point_at(recorded, instant)
        return None

    def _tick_at(self, recorded: _Recorded, instant: Instant) -> ReferencePrice | None:
        """Return the last quote at or before the instant."""
        lines = _ticks(self._directory, recorded.day)
        millis = instant.time_of_day.micros // _MILLI
        index = bisect_right(lines, millis, key=_millis_of) - 1
        if index < 0:
            return None  # the day's first quote is still to come
        match = _TICK.fullmatch(lines[index])
        if match is None:
            raise InputError(
                f"prices of {recorded.day}: want time,bid,ask in line {index + 1}"
            )
        at = instant.day.start.plus(micros=int(match[1]) * _MILLI)
        if instant.micros - at.micros > AGE_MICROS_MAX:
            return None
        return ReferencePrice(
            market="EUR/USD",
            bid=_price_of(match[2], match[3]),
            ask=_price_of(match[4], match[5]),
            at=at,
            source=f"recorded quotes of {recorded.day}, {recorded.note}",
        )

    def _point_at(self, recorded: _Recorded, instant: Instant) -> ReferencePrice | None:
        """Return the inverse of the hour's seeded path at the instant."""
        micros = instant.time_of_day.micros
        hour = micros // _HOUR_MICROS
        bar = _bars(self._directory).get((str(recorded.day), hour))
        if bar is None:
            return None
        path = _path(f"{self._seed} {recorded.day} {hour}", bar)
        point = micros % _HOUR_MICROS // _POINT_MICROS
        middle = round_half_even(_SCALE * _SCALE, path[point])
        return ReferencePrice(
            market="GBP/EUR",
            bid=Price((middle - _HALF_SPREAD) * _UNIT),
            ask=Price((middle + _HALF_SPREAD) * _UNIT),
            at=instant.day.start.plus(
                micros=hour * _HOUR_MICROS + point * _POINT_MICROS
            ),
            source=(
                f"hourly EUR/GBP bars of {recorded.day} inverted, seeded path between, "
                f"spread assumed, {recorded.note}"
            ),
        )


def _recorded_day(day: Day) -> _Recorded | None:
    """Return which recorded day stands for this one, if any does."""
    if _FIRST <= day.number <= _LAST:
        return _Recorded(Day(day.number - _SHIFT), "shifted by 628 weeks")
    if _REUSE_FIRST <= day.number < _FIRST:
        source = Day(day.number - _REUSE_SHIFT)
        return _Recorded(source, "shifted by 626 weeks, a day that is used twice")
    if day.number == _ODD_DAY:
        return _Recorded(_ODD_SOURCE, "another weekday, for lack of its own")
    return None


@lru_cache(maxsize=2)
def _ticks(directory: Path, day: Day) -> list[bytes]:
    """Return the lines of one day's quotes, none where the day has no file."""
    stamp = str(day).replace("-", "")
    path = directory / f"eurusd_{stamp}_quote.zip"
    if not path.exists():
        return []
    try:
        with ZipFile(path) as archive:
            (member,) = archive.infolist()
            if member.file_size > _DAY_BYTES_MAX:
                raise InputError(f"prices {path}: above {_DAY_BYTES_MAX} bytes")
            return archive.read(member).split()
    except (OSError, ValueError, BadZipFile) as error:
        raise InputError(f"prices {path}: want a zip of one file: {error}") from error


@lru_cache(maxsize=2)
def _bars(directory: Path) -> dict[tuple[str, int], _Bar]:
    """Return the hourly bars by day and hour, none where there is no file."""
    path = directory / "eurgbp_h1_2014q2.csv"
    if not path.exists():
        return {}
    return {
        (match[1].decode(), int(match[2])): _Bar(
            int(match[3]), int(match[4]), int(match[5]), int(match[6])
        )
        for match in _BAR.finditer(path.read_bytes())
    }


@lru_cache(maxsize=64)
def _path(seed: str, bar: _Bar) -> list[int]:
    """Return the hour's path from its open to its close, within its high and low."""
    return bridge(seed, (bar.opened, bar.closed), (bar.low, bar.high))


def _millis_of(line: bytes) -> int:
    """Return the milliseconds since midnight that a quote begins with."""
    return int(line.partition(b",")[0])


def _price_of(whole: bytes, fraction: bytes) -> Price:
    """Return the price of its digits before and after the point."""
    return Price(int(whole + fraction.ljust(PRICE_DECIMALS, b"0")))
