import subprocess
import sys

from kya.core.closed_days import CLOSED_DAYS, YEARS
from kya.core.instant import Day, Weekday
from tests.surface.blocks import ROOT


def test_the_table_is_what_the_package_has() -> None:
    printed = subprocess.run(
        [sys.executable, ROOT / "scripts" / "render-closed-days"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (ROOT / "src/kya/core/closed_days.py").read_text("utf-8") == printed


def test_each_year_of_each_calendar_is_listed_in_order_and_without_weekends() -> None:
    assert (YEARS.start, YEARS.stop) == (2024, 2036)
    for name, years in CLOSED_DAYS.items():
        assert list(years) == list(YEARS), name
        for year, listed in years.items():
            days = [Day.parse(f"{year}-{each}") for each in listed.split(" ")]
            assert days == sorted(set(days)), name
            weekdays = {day.weekday for day in days}
            assert weekdays.isdisjoint({Weekday.SATURDAY, Weekday.SUNDAY}), name


def test_each_year_has_as_many_closing_days_as_are_usual() -> None:
    """A row that was cut or doubled by mistake would stand out."""
    for name, fewest, most in (
        ("target", 3, 6),
        ("uk_england_wales", 8, 8),
        ("us_nyse", 9, 11),
        ("ch_six", 6, 12),
    ):
        counts = {len(listed.split(" ")) for listed in CLOSED_DAYS[name].values()}
        assert (min(counts), max(counts)) == (fewest, most), name
