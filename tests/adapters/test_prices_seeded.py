import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.adapters.prices_seeded import SOURCE, SeededPrices
from kya.adapters.seeded_path import bridge, drawn, round_half_even, walk
from kya.core.instant import Instant
from tests.contracts.prices import PricesContract

NOON = Instant.parse("2026-05-22T12:00:59.999999Z")


class TestContract(PricesContract):
    known = NOON

    def a_source(self) -> SeededPrices:
        return SeededPrices(1)


@pytest.mark.parametrize("market", ["EUR/USD", "GBP/EUR"])
def test_a_made_up_price_says_that_it_is_one(market: str) -> None:
    price = SeededPrices(1).at(market, NOON)
    assert price is not None
    assert price.source == SOURCE == "seeded path, no market's price"
    assert price.bid < price.ask


def test_a_price_is_of_the_minute_that_has_begun() -> None:
    price = SeededPrices(1).at("EUR/USD", NOON)
    assert price is not None
    assert str(price.at) == "2026-05-22T12:00:00.000000Z"


def test_the_same_seed_gives_the_same_prices_and_another_others() -> None:
    assert SeededPrices(1).at("EUR/USD", NOON) == SeededPrices(1).at("EUR/USD", NOON)
    assert SeededPrices(1).at("EUR/USD", NOON) != SeededPrices(2).at("EUR/USD", NOON)


def test_a_market_without_an_anchor_has_no_price() -> None:
    assert SeededPrices(1).at("DOGE/EUR", NOON) is None


@given(st.text(max_size=8), st.integers(0, 50), st.integers(0, 9))
def test_draws_stay_within_reach(seed: str, count: int, reach: int) -> None:
    draws = drawn(seed.encode("unicode_escape").decode(), count, reach)
    assert len(draws) == count
    assert all(-reach <= draw <= reach for draw in draws)


def test_a_walk_begins_at_nothing() -> None:
    assert walk("seed", 3, 5)[0] == 0
    assert len(walk("seed", 3, 5)) == 4


@given(
    st.tuples(st.integers(50, 90), st.integers(50, 90)),
    st.tuples(st.integers(1, 50), st.integers(90, 200)),
)
def test_a_bridge_keeps_its_ends_and_its_bounds(
    ends: tuple[int, int], bounds: tuple[int, int]
) -> None:
    points = bridge("seed", ends, bounds)
    assert len(points) == 65
    assert (points[0], points[-1]) == ends
    assert all(bounds[0] <= point <= bounds[1] for point in points)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 2, 2), (7, 2, 4), (9, 4, 2), (11, 4, 3), (8, 2, 4), (10**10, 81719, 122371)],
)
def test_ties_go_to_the_even_neighbour(
    numerator: int, denominator: int, rounded: int
) -> None:
    assert round_half_even(numerator, denominator) == rounded
