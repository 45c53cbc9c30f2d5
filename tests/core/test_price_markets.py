"""Which markets' prices a decision needs, held against an order's worth by them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.money import Currency, Money, Price
from kya.core.order import Action
from kya.core.price import ReferencePrice
from kya.core.price_markets import NO_MARKETS, markets_to_price
from kya.core.scope_limits import Limits
from kya.core.valuation import Quotes, worth_of
from tests.builders import FIRST_LIVE_ORDER_AT, a_scope, an_order

ARMED = Limits(price_age_millis=500)
CODES = ("EUR", "USD", "GBP", "BTC", "JPY")


def asked(market: str, code: str, *, wanted: str = "EUR") -> tuple[str | None, ...]:
    scope = a_scope(
        currency=Currency(wanted),
        order_max=Money(1, Currency(wanted)),
        daily_max=Money(1, Currency(wanted)),
        limits=ARMED,
    )
    order = an_order(market=market, amount=Money(1, Currency(code)))
    market_to_price, conversions = markets_to_price(order, scope)
    return (market_to_price, *conversions)


def test_a_scope_that_asks_for_no_price_needs_none() -> None:
    assert markets_to_price(an_order(), a_scope()) == NO_MARKETS


def test_a_cancel_needs_none() -> None:
    order = an_order(action=Action.CANCEL, target=1, seq=2)
    assert markets_to_price(order, a_scope(limits=ARMED)) == NO_MARKETS


@pytest.mark.parametrize(
    ("market", "code", "markets"),
    [
        ("EUR/USD", "EUR", ("EUR/USD",)),
        ("EUR/USD", "USD", ("EUR/USD",)),
        ("BTC/EUR", "BTC", ("BTC/EUR",)),
        ("BTC/USD", "BTC", ("BTC/USD", "USD/EUR", "EUR/USD")),
        ("BTC/USD", "USD", ("BTC/USD", "BTC/EUR", "EUR/BTC")),
        # Nothing leads on from an amount that is of another market.
        ("BTC/USD", "EUR", ("BTC/USD",)),
        ("BTC/USD", "GBP", ("BTC/USD",)),
        # Nor through a name that is no currency.
        ("BTC/ZZQ", "BTC", ("BTC/ZZQ",)),
    ],
)
def test_the_orders_market_and_one_that_leads_on(
    market: str, code: str, markets: tuple[str, ...]
) -> None:
    assert asked(market, code) == markets


@given(st.permutations(CODES), st.integers(0, 3), st.sampled_from((0, 1)))
def test_prices_of_these_markets_are_enough_and_each_is_needed(
    codes: list[str], given_as: int, candidate: int
) -> None:
    base, quote, wanted, _, _ = codes
    code = (base, quote, wanted, codes[3])[given_as]
    scope = a_scope(
        currency=Currency(wanted),
        order_max=Money(1, Currency(wanted)),
        daily_max=Money(1, Currency(wanted)),
        limits=ARMED,
    )
    order = an_order(market=f"{base}/{quote}", amount=Money(7, Currency(code)))
    market, conversions = markets_to_price(order, scope)
    price = at_one(market or "")
    if given_as > 1:  # In the scope's currency, or in one that no price is of.
        assert conversions == ()
        has_worth = worth_of(order, scope, Quotes(price, None))
        assert (has_worth is not None) is (given_as == 2)
        return
    conversion = at_one(conversions[candidate])
    quotes = Quotes(price, conversion)
    assert worth_of(order, scope, quotes) is not None
    for less in (Quotes(price, None), Quotes(None, conversion)):
        assert worth_of(order, scope, less) is None


def at_one(market: str) -> ReferencePrice:
    """A market at which one is worth one."""
    one = Price.parse("1")
    return ReferencePrice(
        market=market, bid=one, ask=one, at=FIRST_LIVE_ORDER_AT, source="test"
    )
