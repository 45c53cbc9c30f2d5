"""Prices set by hand: the newest that is not after the instant."""

from kya.adapters.prices_memory import MemoryPrices
from kya.core.money import Price
from kya.core.price import ReferencePrice
from tests.contracts.prices import PricesContract
from tests.world import MORNING


def a_price(seconds: int, bid: str = "1.1", market: str = "EUR/USD") -> ReferencePrice:
    return ReferencePrice(
        market=market,
        bid=Price.parse(bid),
        ask=Price.parse("1.9"),
        at=MORNING.plus(seconds=seconds),
        source="test",
    )


class TestContract(PricesContract):
    known = MORNING.plus(seconds=5)

    def a_source(self) -> MemoryPrices:
        return MemoryPrices([a_price(seconds) for seconds in range(0, 300, 3)])


def test_the_newest_price_counts_whatever_order_they_came_in() -> None:
    early, late = a_price(0), a_price(10)
    prices = MemoryPrices([late, early])
    assert prices.at("EUR/USD", MORNING.plus(seconds=9)) == early
    assert prices.at("EUR/USD", MORNING.plus(seconds=10)) == late
    assert prices.at("EUR/USD", MORNING.plus(seconds=99)) == late


def test_of_two_at_one_instant_the_last_one_counts() -> None:
    first, second = a_price(0, "1.1"), a_price(0, "1.2")
    assert MemoryPrices([first, second]).at("EUR/USD", MORNING) == second


def test_there_is_none_before_the_first_and_none_of_another_market() -> None:
    prices = MemoryPrices([a_price(0)])
    assert prices.at("EUR/USD", MORNING.plus(micros=-1)) is None
    assert prices.at("GBP/EUR", MORNING) is None
