import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.chance import COUNT_BOUNDS, OUTER_MIN, TAIL_FACTORS, count_bound
from kya.core.density import Density, Thresholds, fitted
from kya.core.integer_log import decades, log2, surprisal
from kya.core.known_numbers import KnownNumbers
from kya.core.known_words import KnownWords
from kya.core.ladder import Ladder, Rungs, ranks

CELLS = st.dictionaries(st.integers(0, 59), st.integers(1, 9), max_size=8)


@given(st.integers(1, 10**30), st.integers(0, 20))
def test_a_logarithm_is_never_too_large_and_hardly_too_small(
    number: int, fraction_bits: int
) -> None:
    exact = math.log2(number) * 2**fraction_bits
    assert -1 - 2 ** (fraction_bits - 26) <= log2(number, fraction_bits) - exact <= 1e-6


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_rarer_part_is_more_surprising(part: int, more: int) -> None:
    whole = part + more + 1
    assert surprisal(part, whole) >= surprisal(part + 1, whole)
    assert decades(whole, part) >= decades(whole, part + 1) >= 0


def test_one_in_four_hundred_is_the_score_maps_first_corner() -> None:
    assert decades(400, 1) == 26_020


@pytest.mark.parametrize("outer", [10, 11, 60, 200])
def test_tail_factors_are_quantiles_of_chi_square(outer: int) -> None:
    quantile = 2 * _mean_with(outer - 1, 0.95)
    factor = TAIL_FACTORS[outer - OUTER_MIN] / 65_536
    assert 0 <= factor - 2 * outer / quantile < 1e-4
    assert len(TAIL_FACTORS) == 191


@pytest.mark.parametrize("seen", [0, 1, 7, 100])
def test_count_bounds_are_upper_bounds_of_a_poisson_mean(seen: int) -> None:
    assert 0 <= COUNT_BOUNDS[seen] / 65_536 - _mean_with(seen, 0.05) < 1e-4
    assert count_bound(1_000) > 65_536 * 1_100


def _mean_with(seen: int, chance: float) -> float:
    """The Poisson mean under which at most so many come with this chance."""
    low, high = 0.0, 4.0 * seen + 60
    for _ in range(80):
        mean = (low + high) / 2
        terms = (
            math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
            for k in range(seen + 1)
        )
        low, high = (mean, high) if sum(terms) > chance else (low, mean)
    return high


@given(CELLS.filter(bool), st.sampled_from([1, 2, 4, 8]), st.sampled_from([0, 60]))
def test_a_density_is_the_kernel_summed_over_the_orders(
    counts: dict[int, int], width: int, ring: int
) -> None:
    density = Density.of([counts], ring, width)
    low, size, _ = density.grid

    def apart(one: int, other: int) -> int:
        plain = abs(one - other)
        return min(plain, ring - plain) if ring else plain

    assert density.total == [
        sum(n * max(0, width + 1 - apart(low + at, c)) for c, n in counts.items())
        for at in range(size)
    ]


@given(st.lists(CELLS.filter(bool), min_size=3, max_size=5), st.integers(0, 2))
def test_a_density_without_a_block_never_knew_it(
    blocks: list[dict[int, int]], gone: int
) -> None:
    density = fitted(blocks, 60)
    others = [each for number, each in enumerate(blocks) if number != gone]
    fresh = Density.of(others, 60, density.width)
    assert density.without(gone) == fresh


@given(st.lists(CELLS.filter(bool), min_size=2, max_size=5), st.integers(70, 10_000))
def test_farther_from_all_that_is_known_is_never_less_surprising(
    blocks: list[dict[int, int]], cell: int
) -> None:
    known = KnownNumbers.of(fitted(blocks, 0), 4)
    assert known.bits(cell) <= known.bits(cell + 1)
    assert known.bits(-cell) <= known.bits(-cell - 1)


def test_a_gap_between_known_cells_is_told_by_its_nearer_end() -> None:
    known = KnownNumbers.of(Density.of([{0: 9, 100: 9}, {0: 9, 100: 9}], 0, 1), 4)
    assert known.bits(0) == 0
    assert known.bits(10) == known.bits(90) < known.bits(50)


def test_beyond_a_ring_there_is_no_end() -> None:
    known = KnownNumbers.of(Density.of([{0: 9, 59: 2}, {0: 9}], 60, 1), 4)
    assert known.bits(10) < known.bits(20) < known.bits(30)
    assert known.bits(30) > known.bits(45)


def test_a_new_word_in_a_closed_set_weighs_more_than_where_words_come_and_go() -> None:
    closed = KnownWords.of([{"a": 20, "b": 10}] * 10)
    opened = KnownWords.of([{"a": 20, f"only day {n}": 10} for n in range(10)])
    assert closed.bits("c") == closed.novel > 10 * 1_024
    assert opened.bits("c") == opened.novel < 3 * 1_024
    assert closed.bits("a") == 0 < closed.bits("b") + 1


def test_words_without_a_block_were_never_in_it() -> None:
    known = KnownWords.of([{"a": 5, "b": 1}, {"a": 5}, {"a": 6}])
    assert known.without(0) == KnownWords.of([{"a": 5}, {"a": 6}])


def test_thresholds_count_orders_and_not_cells() -> None:
    thresholds = Thresholds.of([(3, 2), (0, 1), (3, 4)])
    assert [thresholds.at_most(n) for n in (-1, 0, 2, 3, 9)] == [0, 1, 1, 7, 7]


STATISTICS = st.lists(st.integers(0, 20_000), min_size=11, max_size=600)


@given(STATISTICS, st.integers(0, 40_000))
def test_a_larger_statistic_is_never_less_evidence(found: list[int], at: int) -> None:
    ladder = Ladder.of(Rungs.of(found, 3_401))
    assert ladder.decades(at) <= ladder.decades(at + 1)
    assert ladder.sure_decades(at) <= ladder.sure_decades(at + 1)


@given(STATISTICS, st.integers(0, 19_999))
def test_evidence_within_the_orders_is_never_above_their_ranks(
    found: list[int], at: int
) -> None:
    ladder = Ladder.of(Rungs.of(found, 3_401))
    at = min(at, max(found))
    as_much = sum(1 for each in found if each >= at)
    assert ladder.decades(at) <= decades(len(found) + 1, as_much + 1)
    assert not ladder.exceeds_all(at)
    assert ladder.exceeds_all(max(found) + 1)


def test_one_order_in_four_hundred_is_told_by_ranks_alone() -> None:
    ladder = Ladder.of(Rungs.of(range(399), 3_401))
    assert ladder.decades(398) < 26_020 == ladder.decades(399)
    assert ladder.sure_decades(399) == decades(399 * 65_536, COUNT_BOUNDS[0]) < 26_020


@given(STATISTICS)
def test_a_value_is_no_less_evidence_for_not_being_there(found: list[int]) -> None:
    ladder = Ladder.of(Rungs.of(found, 3_401))
    assert all(ladder.held_out(each) >= ladder.decades(each) for each in found)
    if found.count(max(found)) == 1:
        assert ladder.held_out(max(found)) >= decades(len(found) + 1, 1)


def test_of_two_ladders_exceeding_one_by_a_hair_is_not_beyond_both() -> None:
    # Each ladder's largest is another order: two of 401 exceed, and not one.
    ladder = Ladder.of(Rungs.of(range(400), 1))
    both = Ladder.of(Rungs.of(map(ladder.held_out, range(400)), 10_000))
    barely = ladder.decades(400)
    assert barely == decades(401, 1)
    assert not both.exceeds_all(barely)
    assert both.decades(barely) < 26_020
    assert both.exceeds_all(ladder.decades(1_000))


def test_a_long_ladder_keeps_the_rare_ranks_and_thins_out_the_others() -> None:
    assert ranks(5) == (1, 2, 3, 4, 5)
    kept = ranks(1_000_000)
    assert kept[:400] == tuple(range(1, 401))
    assert kept[-1] == 1_000_000
    assert len(kept) < 900
