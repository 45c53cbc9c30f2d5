import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.figures import Runs, Sizes, percent


def _read(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split():
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        found += range(int(first), int(last or first) + 1, int(step or 1))
    return found


@given(st.sets(st.integers(0, 10**9)))
def test_runs_say_exactly_the_indexes_they_were_given(indexes: set[int]) -> None:
    runs = Runs()
    for index in sorted(indexes):
        runs.add(index)
    assert _read(str(runs)) == sorted(indexes)
    assert runs.count == len(indexes)


def test_runs_are_short_where_entries_are_regular() -> None:
    runs = Runs()
    for index in [3, *range(12, 3_000, 3), 3_001, 3_002, 3_003]:
        runs.add(index)
    assert str(runs) == "3 12-2997/3 3001-3003"


@given(st.lists(st.integers(1, 2**70), min_size=1))
def test_the_median_is_exact(amounts: list[int]) -> None:
    sizes = Sizes()
    for index, amount in enumerate(amounts):
        sizes.add(index, amount)
    exact = statistics.median([Fraction(amount, 100) for amount in amounts])
    assert Fraction(sizes.median(2)) == exact
    assert sizes.largest == max(amounts)
    assert sizes.largest_entry == amounts.index(max(amounts))


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (476, 480, "99.2"),
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 2000, "0.0"),
        (3, 2000, "0.2"),
        (0, 5, "0.0"),
        (5, 5, "100.0"),
        (0, 0, ""),
    ],
)
def test_a_share_has_one_decimal_half_to_even(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text
