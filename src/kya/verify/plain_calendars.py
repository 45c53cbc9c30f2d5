"""Which days are open, once more: by the rules of the exchanges, without any list.

Shares nothing with `kya.core`, on purpose: the lists there and the rules here must
come to the same days (spec/calendars.md §3).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

YEARS: Final = range(2024, 2036)
"""The only years of which anybody may say that a day was open at an exchange."""

MONDAY: Final = 1
THURSDAY: Final = 4
SATURDAY: Final = 6
SUNDAY: Final = 7


def is_open(calendar: str, day: str) -> bool:
    """Tell whether orders may be sent on the day, given as `2026-05-15`."""
    if calendar == "every_day":
        return True
    asked = date.fromisoformat(day)
    if asked.isoweekday() >= SATURDAY:
        return False
    if calendar == "monday_to_friday":
        return True
    return covers(calendar, day) and asked not in CLOSED[calendar](asked.year)


def covers(calendar: str, day: str) -> bool:
    """Tell whether anybody may say of the day if it is open."""
    return calendar not in CLOSED or int(day[:4]) in YEARS


def easter(year: int) -> date:
    """Return Easter Sunday (the anonymous Gregorian algorithm of 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - moon + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _after_easter(year: int, days: int) -> date:
    return easter(year) + timedelta(days=days)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    """Return the first, second and so on of a weekday in a month."""
    first = date(year, month, 1)
    ahead = (weekday - first.isoweekday()) % 7
    return first + timedelta(days=ahead + 7 * (nth - 1))


def _last_monday(year: int, month: int) -> date:
    """Return the last Monday of a month that has 31 days."""
    last = date(year, month, 31)
    return last - timedelta(days=last.isoweekday() - MONDAY)


def _weekdays_from(day: date) -> Iterator[date]:
    """Yield the days from this one on that are no weekend days."""
    while True:
        if day.isoweekday() < SATURDAY:
            yield day
        day += timedelta(days=1)


def _target(year: int) -> set[date]:
    fixed = {date(year, *each) for each in ((1, 1), (5, 1), (12, 25), (12, 26))}
    return fixed | {_after_easter(year, -2), _after_easter(year, 1)}


def _england_and_wales(year: int) -> set[date]:
    christmas = _weekdays_from(date(year, 12, 25))
    return {
        next(_weekdays_from(date(year, 1, 1))),
        _after_easter(year, -2),
        _after_easter(year, 1),
        _nth(year, 5, MONDAY, 1),
        _last_monday(year, 5),
        _last_monday(year, 8),
        next(christmas),
        next(christmas),
    }


def _new_york(year: int) -> set[date]:
    kept = {_kept(date(year, *each)) for each in ((6, 19), (7, 4), (12, 25))}
    new_year = date(year, 1, 1)
    if new_year.isoweekday() != SATURDAY:
        kept.add(_kept(new_year))
    mourning = date(2025, 1, 9)  # For President Carter.
    return kept | {
        mourning,
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        _after_easter(year, -2),
        _last_monday(year, 5),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 11, THURSDAY, 4),
    }


def _kept(day: date) -> date:
    """Return the day on which New York keeps a holiday that falls on this one."""
    moved = {SATURDAY: -1, SUNDAY: 1}.get(day.isoweekday(), 0)
    return day + timedelta(days=moved)


def _zurich(year: int) -> set[date]:
    of_the_year = ((1, 2), (8, 1), (12, 24), (12, 31))
    fixed = {date(year, *each) for each in of_the_year}
    moving = {_after_easter(year, 39), _after_easter(year, 50)}
    return _target(year) | fixed | moving


CLOSED: Final[Mapping[str, Callable[[int], set[date]]]] = MappingProxyType(
    {
        "target": _target,
        "uk_england_wales": _england_and_wales,
        "us_nyse": _new_york,
        "ch_six": _zurich,
    }
)
"""The closing days of a year, weekends aside, by the calendar's name."""
