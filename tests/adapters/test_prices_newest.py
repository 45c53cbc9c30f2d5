"""The memory of a feed: never an older price over a newer one, and never too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.adapters.prices_memory import MemoryPrices
from kya.adapters.prices_newest import NewestPrices
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.limits_outside import (
    FEED_AHEAD_MAX,
    FEED_AHEAD_MICROS_MAX,
    FEED_MARKETS_MAX,
)
from kya.core.price import ReferencePrice
from tests.adapters.test_prices_memory import a_price
from tests.contracts.prices import PricesContract
from tests.world import MORNING


def known(*prices: ReferencePrice, now: Instant = MORNING) -> NewestPrices:
    newest = NewestPrices()
    for price in prices:
        newest.keep(price, now)
    return newest


class TestContract(PricesContract):
    known = MORNING.plus(seconds=2)

    def a_source(self) -> NewestPrices:
        return known(a_price(0), a_price(1), a_price(2))


def test_an_older_price_is_refused_and_changes_nothing() -> None:
    newest = known(a_price(1), now=MORNING.plus(seconds=1))
    with pytest.raises(MalformedError, match="older than the one before"):
        newest.keep(a_price(0), MORNING.plus(seconds=1))
    assert newest.at("EUR/USD", MORNING.plus(seconds=1)) == a_price(1)
    assert newest.at("EUR/USD", MORNING) is None


def test_of_two_at_one_instant_the_last_one_counts() -> None:
    assert known(a_price(0), a_price(0, "1.2")).at("EUR/USD", MORNING) == a_price(
        0, "1.2"
    )


def test_a_price_ahead_of_our_clock_waits_for_its_time() -> None:
    newest = known(a_price(0), a_price(1), a_price(2))
    for seconds in range(3):
        instant = MORNING.plus(seconds=seconds)
        assert newest.at("EUR/USD", instant) == a_price(seconds)
    assert newest.newest() == {"EUR/USD": MORNING.plus(seconds=2)}


def test_a_price_too_far_ahead_is_refused_so_that_it_does_not_stand_before_others() -> (
    None
):
    latest = a_price(0).at.plus(micros=FEED_AHEAD_MICROS_MAX)
    newest = NewestPrices()
    with pytest.raises(MalformedError, match="dated ahead of us"):
        newest.keep(a_price(3), MORNING)
    newest.keep(a_price(2), MORNING)
    assert newest.at("EUR/USD", latest) == a_price(2)


def test_memory_has_an_end_in_markets_and_in_prices_ahead() -> None:
    newest = NewestPrices()
    for number in range(FEED_MARKETS_MAX):
        newest.keep(a_price(0, market=f"M{number}/EUR"), MORNING)
    with pytest.raises(MalformedError, match="want at most 256"):
        newest.keep(a_price(0, market="ONE/MORE"), MORNING)
    newest.keep(a_price(1, market="M7/EUR"), MORNING)
    for _ in range(FEED_AHEAD_MAX - 1):
        newest.keep(a_price(1, market="M7/EUR"), MORNING)
    with pytest.raises(MalformedError, match="prices ahead of us"):
        newest.keep(a_price(1, market="M7/EUR"), MORNING)
    # Once our clock is there, they make room.
    newest.keep(a_price(2, market="M7/EUR"), MORNING.plus(seconds=1))


steps = st.lists(
    st.tuples(st.integers(0, 900_000), st.integers(-2_500_000, 2_500_000)), max_size=40
)


@given(steps)
def test_it_says_what_a_memory_without_end_says_of_the_prices_it_took(
    moves: list[tuple[int, int]],
) -> None:
    newest, everything, now, latest = NewestPrices(), MemoryPrices(), MORNING, MORNING
    for forward, offset in moves:
        now = now.plus(micros=forward)
        at = now.plus(micros=offset)
        price = ReferencePrice(
            market="EUR/USD",
            bid=a_price(0).bid,
            ask=a_price(0).ask,
            at=at,
            source=f"dated {at}",
        )
        try:
            newest.keep(price, now)
        except MalformedError:
            assert at < latest or offset > FEED_AHEAD_MICROS_MAX
        else:
            everything.add(price)
            latest = at
        assert newest.at("EUR/USD", now) == everything.at("EUR/USD", now)
