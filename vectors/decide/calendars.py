"""Which days are open, as spec/calendars.md §1 and §3 say it, and from nothing else.

Part of the second judge. Easter Sundays are the page's own; all else is counted off.
"""

from collections.abc import Iterator
from datetime import date, timedelta

EASTER_SUNDAYS = {
    2024: (3, 31),
    2025: (4, 20),
    2026: (4, 5),
    2027: (3, 28),
    2028: (4, 16),
    2029: (4, 1),
    2030: (4, 21),
    2031: (4, 13),
    2032: (3, 28),
    2033: (4, 17),
    2034: (4, 9),
    2035: (3, 25),
}


def is_known(calendar: str, day: date) -> bool:
    """Tell whether the calendar can be asked about the day."""
    return calendar not in CLOSED or day.year in EASTER_SUNDAYS


def is_open(calendar: str, day: date) -> bool:
    """Tell whether the calendar has the day open."""
    if calendar in CLOSED and is_known(calendar, day):
        return _is_weekday(day) and day not in set(CLOSED[calendar](day.year))
    return calendar == "every_day" or (
        calendar == "monday_to_friday" and _is_weekday(day)
    )


def _is_weekday(day: date) -> bool:
    return day.strftime("%a") not in ("Sat", "Sun")


def _easter(year: int, *offsets: int) -> Iterator[date]:
    sunday = date(year, *EASTER_SUNDAYS[year])
    yield from (sunday + timedelta(days=days) for days in offsets)


def _month(year: int, month: int, weekday: str) -> list[date]:
    """Return every such weekday of a month."""
    days = (date(year, month, 1) + timedelta(days=ahead) for ahead in range(31))
    return [d for d in days if d.month == month and d.strftime("%a") == weekday]


def _target(year: int) -> Iterator[date]:
    yield date(year, 1, 1)
    yield from _easter(year, -2, 1)
    yield date(year, 5, 1)
    yield date(year, 12, 25)
    yield date(year, 12, 26)


def _uk(year: int) -> Iterator[date]:
    january = [date(year, 1, day) for day in (1, 2, 3)]
    yield next(day for day in january if _is_weekday(day))
    yield from _easter(year, -2, 1)
    yield _month(year, 5, "Mon")[0]
    yield _month(year, 5, "Mon")[-1]
    yield _month(year, 8, "Mon")[-1]
    christmas = [date(year, 12, day) for day in range(25, 30)]
    yield from [day for day in christmas if _is_weekday(day)][:2]


def _nyse(year: int) -> Iterator[date]:
    for month, day in ((1, 1), (6, 19), (7, 4), (12, 25)):
        holiday = date(year, month, day)
        match holiday.strftime("%a"):
            case "Sun":
                yield holiday + timedelta(days=1)
            case "Sat" if month > 1:
                yield holiday - timedelta(days=1)
            case _:
                yield holiday
    yield _month(year, 1, "Mon")[2]
    yield _month(year, 2, "Mon")[2]
    yield from _easter(year, -2)
    yield _month(year, 5, "Mon")[-1]
    yield _month(year, 9, "Mon")[0]
    yield _month(year, 11, "Thu")[3]
    yield date(2025, 1, 9)


def _six(year: int) -> Iterator[date]:
    yield from _target(year)
    yield from _easter(year, 39, 50)
    for month, day in ((1, 2), (8, 1), (12, 24), (12, 31)):
        yield date(year, month, day)


CLOSED = {
    "target": _target,
    "uk_england_wales": _uk,
    "us_nyse": _nyse,
    "ch_six": _six,
}
