"""Two sources that must agree."""

from dataclasses import replace

import pytest

from kya.adapters.prices_checked import CheckedPrices
from kya.adapters.prices_memory import MemoryPrices
from kya.core.limits import TEXT_CHARS_MAX
from kya.core.money import Price
from kya.core.price import MarketState, ReferencePrice
from tests.contracts.prices import PricesContract
from tests.world import MORNING


def a_price(bid: str = "10", ask: str = "10.1", seconds: int = 0) -> ReferencePrice:
    return ReferencePrice(
        market="EUR/USD",
        bid=Price.parse(bid),
        ask=Price.parse(ask),
        at=MORNING.plus(seconds=seconds),
        source="test",
    )


def checked(
    first: ReferencePrice | None, second: ReferencePrice | None
) -> ReferencePrice | None:
    """The price at 10 s that may be 20 bps apart."""
    one, other = (MemoryPrices(() if p is None else (p,)) for p in (first, second))
    at = MORNING.plus(seconds=10)
    return CheckedPrices(one, other, 20).at("EUR/USD", at)


class TestContract(PricesContract):
    known = MORNING.plus(seconds=9)

    def a_source(self) -> CheckedPrices:
        first = MemoryPrices([a_price(seconds=second) for second in range(0, 20, 2)])
        second = MemoryPrices([a_price(seconds=second) for second in range(0, 20, 3)])
        return CheckedPrices(first, second, 20)


@pytest.mark.parametrize(
    ("second", "agrees"),
    [
        (("10", "10.1"), True),
        (("10.02", "10.1"), True),
        (("10.0200000001", "10.1"), False),
        (("9.98003992", "10.1"), False),
        (("9.9801", "10.1"), True),
        (("10", "10.1202"), True),
        (("10", "10.1202000001"), False),
        (("10", "10.0799"), True),
        (("10", "10.0798"), False),
    ],
)
def test_both_sides_of_the_book_must_agree(
    second: tuple[str, str], *, agrees: bool
) -> None:
    price = checked(a_price(), a_price(*second))
    assert (price is not None) is agrees
    assert (checked(a_price(*second), a_price()) is not None) is agrees
    if price is not None:
        assert (str(price.bid), str(price.ask)) == ("10", "10.1")
        assert price.source == "test; within 20 bps of test"


def test_one_source_alone_is_none() -> None:
    assert checked(a_price(), None) is None
    assert checked(None, a_price()) is None


def test_the_price_is_as_old_as_the_older_of_both() -> None:
    for seconds in ((3, 8), (8, 3)):
        price = checked(*[a_price(seconds=each) for each in seconds])
        assert price is not None
        assert price.at == MORNING.plus(seconds=3)


def test_a_second_source_that_is_crossed_or_not_open_confirms_nothing() -> None:
    assert checked(a_price(), a_price("10.1", "10.09")) is None
    for state in MarketState:
        found = checked(a_price(), replace(a_price(), state=state))
        assert (found is not None) is (state is MarketState.OPEN)


def test_the_first_source_s_state_is_passed_on_for_a_control_to_see() -> None:
    halted = replace(a_price(), state=MarketState.HALTED)
    price = checked(halted, a_price())
    assert price is not None
    assert price.state is MarketState.HALTED


def test_what_both_say_of_themselves_stays_a_text_that_a_decision_can_hold() -> None:
    longest = replace(a_price(), source="x" * TEXT_CHARS_MAX)
    price = checked(longest, longest)
    assert price is not None
    assert len(price.source) == TEXT_CHARS_MAX
