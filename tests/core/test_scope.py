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
