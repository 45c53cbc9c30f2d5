from typing import Any

import pytest

from kya.core.errors import MalformedError
from kya.core.instant import Day, TimeOfDay
from kya.core.scope import Calendar, Mode, TradingWindow
from tests.builders import GBP, a_scope, eur, on

EIGHT = TimeOfDay.parse("08:00:00.000000")
MIDNIGHT = TimeOfDay(0)
END_OF_DAY = TimeOfDay.parse("24:00:00.000000")


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-05-15", True),
        ("2026-05-16", False),
        ("2026-05-17", False),
        ("2026-05-18", True),
        ("2026-05-25", True),
    ],
)
def test_the_week_is_monday_to_friday_without_holidays(
    day: str, *, is_open: bool
) -> None:
    assert Calendar.MONDAY_TO_FRIDAY.is_open(Day.parse(day)) is is_open
    assert Calendar.EVERY_DAY.is_open(Day.parse(day))


@pytest.mark.parametrize(
    ("calendar", "closed", "is_open"),
    [
        (Calendar.TARGET, "2026-05-01", "2026-05-14"),
        (Calendar.UK_ENGLAND_WALES, "2026-12-28", "2026-05-01"),
        (Calendar.US_NYSE, "2026-07-03", "2026-04-06"),
        (Calendar.CH_SIX, "2026-05-14", "2026-07-03"),
    ],
)
def test_an_exchange_closes_on_its_own_days(
    calendar: Calendar, closed: str, is_open: str
) -> None:
    assert calendar.covers(Day.parse(closed))
    assert not calendar.is_open(Day.parse(closed))
    assert calendar.is_open(Day.parse(is_open))
    assert not calendar.is_open(Day.parse("2026-05-16"))


@pytest.mark.parametrize("calendar", Calendar)
def test_an_exchange_covers_the_listed_years_alone(calendar: Calendar) -> None:
    beyond = [Day.parse(day) for day in ("2023-12-29", "2036-01-02")]
    within = [Day.parse(day) for day in ("2024-01-01", "2035-12-31")]
    assert all(calendar.covers(day) for day in within)
    for day in beyond:
        assert calendar.covers(day) is not calendar.is_of_an_exchange
        assert calendar.is_open(day) is not calendar.is_of_an_exchange


@pytest.mark.parametrize(
    ("opens", "closes"),
    [(EIGHT, EIGHT), (EIGHT, MIDNIGHT), (END_OF_DAY, END_OF_DAY)],
)
def test_refuses_a_window_that_is_empty_or_runs_over_midnight(
    opens: TimeOfDay, closes: TimeOfDay
) -> None:
    with pytest.raises(MalformedError, match="want opens before closes"):
        TradingWindow(opens, closes)


def test_a_window_can_last_all_day() -> None:
    window = TradingWindow(MIDNIGHT, END_OF_DAY)
    assert str(window) == "[00:00:00.000000, 24:00:00.000000)"


def test_an_order_is_paper_until_live_from() -> None:
    scope = a_scope(live_from=on("2026-05-15 09:00"))
    assert scope.mode_at(on("2026-05-15 08:59:59.999999")) is Mode.PAPER
    assert scope.mode_at(on("2026-05-15 09:00")) is Mode.LIVE


@pytest.mark.parametrize(
    "overrides",
    [
        {"order_max": eur("0")},
        {"daily_max": eur("0")},
        {"currency": GBP},
        {"markets": frozenset[str]()},
        {"venues": frozenset[str]()},
        {"regions": frozenset[str]()},
        {"markets": frozenset({"EURUSD"})},
        {"venues": frozenset({"sima"})},
        {"regions": frozenset({"EU"})},
        {"venues": frozenset({f"V{number}" for number in range(257)})},
    ],
    ids=lambda overrides: next(iter(overrides)),
)
def test_refuses_a_scope_that_grants_nothing_or_contradicts_itself(
    overrides: dict[str, Any],
) -> None:
    with pytest.raises(MalformedError, match="|".join((*overrides, "order_max"))):
        a_scope(**overrides)
