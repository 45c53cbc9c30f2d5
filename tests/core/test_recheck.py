"""An execution is held against the limits that its order was allowed by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.matching import Account, with_execution
from kya.core.money import Currency, Money, Price, Quantity
from kya.core.order import OrderType, Side
from kya.core.order_events import OrderSubmitted
from kya.core.price import ReferencePrice
from kya.core.recheck import Bounds
from kya.core.scope_limits import Limits
from tests.builders import a_price, a_scope, an_order
from tests.drop_copies import execution_of
from tests.world import EUR, MORNING, eur

USD = Currency("USD")
COLLAR = Limits(price_age_millis=500, price_collar_bps=50)


def found(
    prices: list[str],
    bounds: Bounds,
    amount: Money = eur("20000.00"),  # noqa: B008  frozen
    **changes: object,
) -> list[str]:
    """What each of these equal parts of an order breaks, by its price."""
    order = an_order(amount=amount, **changes)
    submitted = OrderSubmitted(order=order, line_digest="1" * 64, leaf="2" * 64)
    account = Account(client_id="2" * 32, submitted=submitted, bounds=bounds)
    part = replace(amount, minor_units=amount.minor_units // len(prices))
    said: list[str] = []
    for number, price in enumerate(prices, 1):
        line = execution_of(submitted, number, amount=str(part), price=price)
        account, wrong = with_execution(account, number, line, MORNING)
        said += [each.expected for each in wrong]
    return said


@pytest.mark.parametrize(
    ("side", "price", "broken"),
    [
        (Side.BUY, "1.1", False),
        (Side.BUY, "1.0999999999", False),
        (Side.BUY, "1.1000000001", True),
        (Side.SELL, "1.1", False),
        (Side.SELL, "1.1000000001", False),
        (Side.SELL, "1.0999999999", True),
    ],
)
def test_no_execution_is_worse_than_the_orders_own_limit(
    side: Side, price: str, *, broken: bool
) -> None:
    said = found(
        [price],
        Bounds(a_scope()),
        side=side,
        type=OrderType.LIMIT,
        limit_price=Price.parse("1.1"),
    )
    assert bool(said) is broken
    assert all("(order.limit_price)" in each for each in said)


def quoted(**changes: object) -> ReferencePrice:
    return a_price(bid=Price.parse("1.19"), ask=Price.parse("1.2"), **changes)


@pytest.mark.parametrize(
    ("side", "price", "broken"),
    [
        (Side.BUY, "1.206", False),  # 50 basis points above the ask.
        (Side.BUY, "1.2060000001", True),
        (Side.BUY, "1.194", False),
        (Side.BUY, "1.1939999999", True),
        (Side.SELL, "1.18405", False),
        (Side.SELL, "1.1840499999", True),
    ],
)
def test_an_execution_is_within_the_collar_of_the_price_it_was_allowed_by(
    side: Side, price: str, *, broken: bool
) -> None:
    bounds = Bounds(a_scope(limits=COLLAR), quoted())
    said = found([price], bounds, side=side)
    assert bool(said) is broken
    assert all("within 50 bps of 1." in each for each in said)
    assert found([price], bounds._replace(aside=("price.collar",)), side=side) == []
    assert found([price], Bounds(a_scope(), quoted()), side=side) == []
    assert found([price], Bounds(a_scope(limits=COLLAR)), side=side) == []


DOLLARS = a_scope(
    currency=USD, order_max=Money(2_200_000, USD), daily_max=Money(2_200_000, USD)
)


@pytest.mark.parametrize(
    ("prices", "broken"),
    [
        (["1.1"], 0),
        (["1.1000005"], 1),  # One cent more than 22,000.00.
        (["1.05", "1.15"], 0),  # In all it is no more.
        (["1.05", "1.1500001"], 1),
        (["1.2", "1", "1.2"], 1),
    ],
)
def test_what_is_executed_in_all_is_worth_no_more_than_an_order_may_be(
    prices: list[str], broken: int
) -> None:
    amount = eur("20000.00") if len(prices) < 3 else eur("19999.98")
    said = found(prices, Bounds(DOLLARS), amount)
    assert len(said) == broken
    assert all("USD 22000.00 at most in all (order.amount)" in each for each in said)
    assert found(prices, Bounds(DOLLARS, aside=("order.amount",)), amount) == []


def test_an_amount_of_the_quote_is_worth_what_it_bought() -> None:
    scope = a_scope(order_max=eur("20000.00"), daily_max=eur("20000.00"))
    dollars = Money(2_200_000, USD)
    assert found(["1.1"], Bounds(scope), dollars) == []
    assert found(["1.0999999999"], Bounds(scope), dollars) != []
    units = Limits(order_units_max={"EUR/USD": Quantity.parse("20000"), **OTHERS})
    wide = a_scope(limits=units)
    assert found(["1.1"], Bounds(wide), dollars) == []
    (said,) = found(["1.0999999999"], Bounds(wide), dollars)
    assert "20000 units at most in all (order.units)" in said
    assert found(["1"], Bounds(wide, aside=("order.units",)), dollars) == []


OTHERS = {"GBP/EUR": Quantity.parse("1")}


@given(price=st.integers(1, 10**12), units=st.integers(1, 2_500_000))
def test_an_amount_in_the_scopes_currency_is_worth_itself(
    price: int, units: int
) -> None:
    assert found([str(Price(price))], Bounds(a_scope()), Money(units, EUR)) == []


def test_every_limit_that_breaks_is_named_at_once() -> None:
    bounds = Bounds(replace(DOLLARS, limits=COLLAR), quoted())
    (said,) = found(
        ["1.3"], bounds, type=OrderType.LIMIT, limit_price=Price.parse("1.2")
    )
    for control in ("order.limit_price", "price.collar", "order.amount"):
        assert f"({control})" in said
