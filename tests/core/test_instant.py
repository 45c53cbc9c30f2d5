from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from kya.core.errors import MalformedError
from kya.core.instant import MICROS_PER_DAY, Day, Instant, TimeOfDay, Weekday
from tests.strategies import LAST, days, instants, times_of_day

HUGE = pytest.param(10**5000, id="5001 digits")
FIRST_LIVE = "2026-05-15T09:15:00.000000Z"


@given(instants)
def test_an_instant_is_read_as_it_is_written(instant: Instant) -> None:
    assert Instant.parse(str(instant)) == instant


@given(instants)
def test_an_instant_survives_the_way_through_a_datetime(instant: Instant) -> None:
    assert Instant.from_datetime(instant.to_datetime()) == instant


@given(instants)
def test_an_instant_is_its_day_and_its_time_of_day(instant: Instant) -> None:
    assert instant.day.start.plus(micros=instant.time_of_day.micros) == instant
    assert str(instant) == f"{instant.day}T{instant.time_of_day}Z"


@given(instants, instants)
def test_instants_sort_as_their_texts_do(one: Instant, other: Instant) -> None:
    assert (one < other) is (str(one) < str(other))


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (1_778_836_500_000_001, "2026-05-15T09:15:00.000001Z"),
        (LAST.micros, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_has_one_spelling(micros: int, text: str) -> None:
    assert str(Instant(micros)) == text
    assert Instant.parse(text) == Instant(micros)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-05-15",
        "2026-05-15T09:15:00Z",
        "2026-05-15T09:15:00.000Z",
        "2026-05-15T09:15:00.0000000Z",
        "2026-05-15T10:30:00.000000+09:00",
        "2026-05-15T10:30+09:00",
        "2026-05-15T10:30:00.00+09:00Z",
        "2026-05-15T09:15:00.000000+00:00",
        "2026-05-15T09:15:00.000000-00:00",
        "2026-05-15T09:15:00.000000z",
        "2026-05-15t09:15:00.000000Z",
        "2026-05-15 09:15:00.000000Z",
        "2026-05-15T09:15:00,000000Z",
        "2026-05-15T09:15:60.000000Z",
        "2026-05-15T24:00:00.000000Z",
        "2026-02-29T09:15:00.000000Z",
        "2026-13-01T09:15:00.000000Z",
        "1969-12-31T23:59:59.999999Z",
        "0000-01-01T00:00:00.000000Z",
        "-026-05-15T09:15:00.000000Z",
        "+026-05-15T09:15:00.000000Z",
        "2026-W20-5T09:15:00.000000Z",
        "2026-05-15T09:15:00.00000٠Z",
        "２026-05-15T09:15:00.000000Z",
        " 2026-05-15T09:15:00.00000Z",
        "2026-05-15T09:15:00.000000Z\n",
        "2026-05-15T09:15:00.000_00Z",
        "20260515T091500.0000000000Z",
    ],
)
def test_refuses_every_second_spelling_of_an_instant(text: str) -> None:
    with pytest.raises(MalformedError, match="want the form 2026-05-15T09:15:00"):
        Instant.parse(text)


@pytest.mark.parametrize(
    "micros", [-1, LAST.micros + 1, HUGE, True, 0.0, 1e15, "0", None]
)
def test_refuses_what_no_clock_can_say(micros: int) -> None:
    with pytest.raises(MalformedError, match="from 1970 to 9999"):
        Instant(micros)


def test_time_cannot_be_moved_out_of_its_range() -> None:
    with pytest.raises(MalformedError):
        Instant(0).plus(micros=-1)
    with pytest.raises(MalformedError):
        LAST.plus(micros=1)


def test_moves_by_seconds_and_microseconds() -> None:
    moved = Instant.parse(FIRST_LIVE).plus(seconds=-1, micros=1)
    assert str(moved) == "2026-05-15T09:14:59.000001Z"


def test_half_past_ten_in_tokyo_is_half_past_one() -> None:
    tokyo = timezone(timedelta(hours=9))
    moment = datetime(2026, 5, 15, 10, 30, tzinfo=tokyo)
    assert str(Instant.from_datetime(moment)) == "2026-05-15T01:30:00.000000Z"


def test_refuses_a_datetime_without_an_offset() -> None:
    with pytest.raises(MalformedError, match="with an offset"):
        Instant.from_datetime(datetime(2026, 5, 15, 10, 30))  # noqa: DTZ001  on purpose


@pytest.mark.parametrize("hours", [-14, 0, 14])
def test_refuses_a_datetime_out_of_range(hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    with pytest.raises(MalformedError, match="from 1970 to 9999"):
        Instant.from_datetime(datetime.min.replace(tzinfo=zone))


def test_refuses_a_datetime_whose_instant_has_five_digits_of_year() -> None:
    west = timezone(timedelta(hours=-14))
    with pytest.raises(MalformedError, match="from 1970 to 9999"):
        Instant.from_datetime(datetime.max.replace(tzinfo=west))


def test_knows_the_last_instant_in_another_zone() -> None:
    west = timezone(timedelta(hours=-14))
    last = datetime.max.replace(tzinfo=UTC)
    assert Instant.from_datetime(last.astimezone(west)) == LAST


# --------------------------------------------------------------------------- days


@given(days)
def test_a_day_is_read_as_it_is_written(day: Day) -> None:
    assert Day.parse(str(day)) == day


@given(days)
def test_a_day_begins_at_its_first_instant(day: Day) -> None:
    assert day.start.day == day
    assert day.start.micros == 0 or day.start.plus(micros=-1).day.number == (
        day.number - 1
    )


@given(days)
def test_weekdays_are_those_of_the_calendar(day: Day) -> None:
    assert day.weekday.value == day.start.to_datetime().isoweekday()


def test_the_first_live_day_is_a_friday() -> None:
    assert Day.parse("2026-05-15").weekday is Weekday.FRIDAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20260515",
        "2026-W20-5",
        "2026-5-15",
        "1969-12-31",
        "2026-02-30",
        "2026-05-15Z",
        " 2026-05-15",
        "２026-05-15",
        "10000-01-01",
    ],
)
def test_refuses_every_second_spelling_of_a_day(text: str) -> None:
    with pytest.raises(MalformedError, match="want the form 2026-05-15"):
        Day.parse(text)


@pytest.mark.parametrize("number", [-1, LAST.day.number + 1, True, 1.0, HUGE])
def test_refuses_a_day_that_holds_no_instant(number: int) -> None:
    with pytest.raises(MalformedError, match="from 1970 to 9999"):
        Day(number)


# ------------------------------------------------------------------- times of day


@given(times_of_day)
def test_a_time_of_day_is_read_as_it_is_written(time: TimeOfDay) -> None:
    assert TimeOfDay.parse(str(time)) == time


@given(times_of_day, times_of_day)
def test_times_of_day_sort_as_their_texts_do(one: TimeOfDay, other: TimeOfDay) -> None:
    assert (one < other) is (str(one) < str(other))


def test_the_end_of_a_day_has_a_name_but_is_no_instant_of_it() -> None:
    end = TimeOfDay.parse("24:00:00.000000")
    assert end.micros == MICROS_PER_DAY
    assert LAST.time_of_day < end


@pytest.mark.parametrize(
    "text",
    [
        "",
        "08:00",
        "08:00:00",
        "8:00:00.000000",
        "08:00:00.00000٠",
        "24:00:00.000001",
        "25:00:00.000000",
        "08:60:00.000000",
        "08:00:60.000000",
        "08:00:00.0+0100",
        "08:00:00,000000",
        "-8:00:00.000000",
        "08:00:00.000000\n",
    ],
)
def test_refuses_every_second_spelling_of_a_time_of_day(text: str) -> None:
    with pytest.raises(MalformedError, match="want the form 08:00:00"):
        TimeOfDay.parse(text)


@pytest.mark.parametrize("micros", [-1, MICROS_PER_DAY + 1, False, 0.0, HUGE])
def test_refuses_a_time_that_no_day_holds(micros: int) -> None:
    with pytest.raises(MalformedError, match="time of day"):
        TimeOfDay(micros)
