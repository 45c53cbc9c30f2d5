import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.instant import Instant
from kya.core.money import Currency, Money
from kya.report.wording import amount, counted, listed, moment, separated, span

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0 s"),
        (284_000, "0.284 s"),
        (999, "0.000 s"),
        (59 * SECOND, "59 s"),
        (60 * SECOND, "1 min"),
        (80 * SECOND, "1 min 20 s"),
        (3_600 * SECOND, "1 h"),
        (88_200 * SECOND, "24 h 30 min"),
        (3_600_000 * SECOND, "1,000 h"),
    ],
)
def test_a_span_is_its_two_largest_units(micros: int, text: str) -> None:
    assert span(micros) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], "none"),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
    ],
)
def test_names_are_listed(names: list[str], text: str) -> None:
    assert listed(names) == text


def test_counts_have_their_noun() -> None:
    assert counted(1, "order") == "1 order"
    assert counted(1_020, "order") == "1,020 orders"
    assert counted(2, "entry", "entries") == "2 entries"


def test_an_instant_loses_no_digit_that_counts() -> None:
    assert moment(Instant.parse("2026-05-22T10:30:00.000000Z")) == "2026-05-22 10:30:00"
    late = Instant.parse("2026-05-22T10:30:00.000001Z")
    assert moment(late) == "2026-05-22 10:30:00.000001"


@given(st.integers(0, 10**15), st.sampled_from(["EUR", "JPY", "BTC"]))
def test_an_amount_is_the_same_number(minor_units: int, code: str) -> None:
    money = Money(minor_units, Currency(code))
    text = amount(money)
    assert text.replace(",", "") == f"{code} {money}"
    assert separated(str(money)) == text.removeprefix(f"{code} ")
