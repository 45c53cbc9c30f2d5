"""The lists that the gateway goes by, and the rules that the plain scan goes by."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from kya.core.closed_days import CLOSED_DAYS
from kya.core.instant import Day
from kya.core.scope import Calendar
from kya.verify import plain_calendars
from kya.verify.plain_calendars import easter, is_open
from tests.surface.blocks import ROOT
from vectors.decide import calendars

PAGE: Final = ROOT / "spec" / "calendars.md"
DAYS: Final = [
    (date(2023, 11, 1) + timedelta(days=each)).isoformat() for each in range(4600)
]


@pytest.mark.parametrize("calendar", Calendar)
def test_the_rules_and_the_lists_come_to_the_same_days(calendar: Calendar) -> None:
    assert DAYS[-1] > "2036-06-01"
    by_rule = [day for day in DAYS if is_open(calendar.value, day)]
    by_list = [day for day in DAYS if calendar.is_open(Day.parse(day))]
    assert by_rule == by_list


def test_a_day_that_is_wrong_in_a_list_would_be_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def closes_never(_year: int) -> set[date]:
        return set()

    rules = dict.fromkeys(plain_calendars.CLOSED, closes_never)
    monkeypatch.setattr(plain_calendars, "CLOSED", rules)
    assert is_open("target", "2026-12-25")
    assert not Calendar.TARGET.is_open(Day.parse("2026-12-25"))


def test_easter_is_the_day_that_the_specification_names() -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    for year in plain_calendars.YEARS:
        assert f"{easter(year):%-d %B %Y}" in page


def test_easter_falls_where_the_almanac_has_it() -> None:
    """The earliest and the latest day of all, and years beyond the lists."""
    days = {1818: "03-22", 1943: "04-25", 2000: "04-23", 2038: "04-25", 2285: "03-22"}
    assert {year: f"{easter(year):%m-%d}" for year in days} == days


def test_the_specification_lists_the_very_days_that_the_gateway_goes_by() -> None:
    assert listed(PAGE) == CLOSED_DAYS


def listed(page: Path) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    name = ""
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("### `"):
            name = line.split("`")[1]
        elif line.startswith("| 20"):
            year, days = line.strip("| ").split(" | ")
            found.setdefault(name, {})[int(year)] = days
    return found


@pytest.mark.parametrize("calendar", Calendar)
def test_the_second_judge_comes_to_the_same_days(calendar: Calendar) -> None:
    for day in DAYS:
        asked = date.fromisoformat(day)
        ours = (calendar.covers(Day.parse(day)), calendar.is_open(Day.parse(day)))
        theirs = calendars.is_known(calendar.value, asked)
        assert (theirs, calendars.is_open(calendar.value, asked)) == ours, day
