from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.currencies import DECIMALS
from kya.core.errors import MalformedError
from kya.core.limits import MINOR_UNITS_MAX
from kya.core.money import Currency, Money, Price, Quantity
from tests.builders import BTC, EUR
from tests.strategies import amounts, prices, quantities

HUGE = pytest.param(10**5000, id="5001 digits")
JPY, ETH, BHD = Currency("JPY"), Currency("ETH"), Currency("BHD")

# What is a number to somebody's parser, and no amount, price or quantity to ours.
NO_NUMBERS = [
    "",
    " ",
    "-1.00",
    "-0.00",
    "+3",
    "+3.00",
    "0_3",
    "1_000.00",
    "1,000.00",
    "1.000,00",
    "03.00",
    "00.00",
    ".50",
    "1.",
    "1e3",
    "1E3",
    "1.00e0",
    "0x10",
    "NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "true",
    "٣.٠٠",
    "３.００",
    "²",
    "1.00 ",
    " 1.00",
    "1.00\n",
    "1.0\u00a00",
    "1" * 5000,
    "0." + "1" * 5000,
]


@given(amounts)
def test_money_is_read_as_it_is_written(money: Money) -> None:
    assert Money.parse(str(money), money.currency) == money


@given(amounts)
def test_money_says_what_decimal_arithmetic_says(money: Money) -> None:
    scale = Decimal(10) ** money.currency.decimals
    assert Decimal(str(money)) * scale == money.minor_units


@pytest.mark.parametrize(
    ("text", "currency", "minor_units"),
    [
        ("25000.00", EUR, 2_500_000),
        ("0.01", EUR, 1),
        ("0.00", EUR, 0),
        ("1", JPY, 1),
        ("1.234", BHD, 1_234),
        ("0.00000001", BTC, 1),
        ("1000000.000000000000000000", ETH, MINOR_UNITS_MAX),
    ],
)
def test_money_has_the_decimals_of_its_currency(
    text: str, currency: Currency, minor_units: int
) -> None:
    assert Money.parse(text, currency) == Money(minor_units, currency)
    assert str(Money(minor_units, currency)) == text


@pytest.mark.parametrize("text", [*NO_NUMBERS, "25000", "25000.0", "25000.000"])
def test_refuses_every_second_spelling_of_money(text: str) -> None:
    with pytest.raises(MalformedError, match="amount in EUR: want a decimal with"):
        Money.parse(text, EUR)


@pytest.mark.parametrize(
    "minor_units", [-1, MINOR_UNITS_MAX + 1, HUGE, True, 1.0, "1", None, Decimal(1)]
)
def test_refuses_what_cannot_be_an_amount(minor_units: int) -> None:
    with pytest.raises(MalformedError, match="money: want 0 to"):
        Money(minor_units, EUR)


def test_refuses_more_money_than_there_is() -> None:
    with pytest.raises(MalformedError, match="amount in EUR: money: want 0 to"):
        Money.parse("10000000000000000000000.01", EUR)


def test_the_same_figure_in_two_currencies_is_two_amounts() -> None:
    assert Money(1, EUR) != Money(1, BTC)


@pytest.mark.parametrize(
    "code", ["", "EURO", "eur", "EU", "XTS", "XAU", "EUR ", "ЕUR", 978, None, ["EUR"]]
)
def test_refuses_a_currency_that_does_not_exist(code: str) -> None:
    with pytest.raises(MalformedError, match="currency: want an ISO 4217"):
        Currency(code)


def test_every_currency_has_a_code_of_capitals() -> None:
    assert all(code.isascii() and code.isupper() for code in DECIMALS)


@pytest.mark.parametrize(
    ("code", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("BTC", 8), ("ETH", 18)]
)
def test_knows_the_minor_unit(code: str, decimals: int) -> None:
    assert Currency(code).decimals == decimals


# --------------------------------------------------------------- prices, quantities


@given(prices)
def test_a_price_is_read_as_it_is_written(price: Price) -> None:
    assert Price.parse(str(price)) == price
    assert Decimal(str(price)) == Decimal(price.units).scaleb(-10)


@given(quantities)
def test_a_quantity_is_read_as_it_is_written(quantity: Quantity) -> None:
    assert Quantity.parse(str(quantity)) == quantity


@given(st.tuples(prices, prices))
def test_prices_sort_by_value(pair: tuple[Price, Price]) -> None:
    one, other = pair
    assert (one < other) is (Decimal(str(one)) < Decimal(str(other)))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("1.38111", 13_811_100_000),
        ("1", 10_000_000_000),
        ("0.0000000001", 1),
        ("999999999999999999.9999999999", 10**28 - 1),
    ],
)
def test_a_price_has_no_trailing_zero(text: str, units: int) -> None:
    assert Price.parse(text) == Price(units)
    assert str(Price(units)) == text


@pytest.mark.parametrize(
    "text", [*NO_NUMBERS, "1.0", "1.10", "0.0", "0.00000000001", "1.00000000000"]
)
def test_refuses_every_second_spelling_of_a_price(text: str) -> None:
    with pytest.raises(MalformedError):
        Price.parse(text)


@pytest.mark.parametrize("text", [*NO_NUMBERS, "1.0", "0.0000000000000000001"])
def test_refuses_every_second_spelling_of_a_quantity(text: str) -> None:
    with pytest.raises(MalformedError):
        Quantity.parse(text)


@pytest.mark.parametrize("kind", [Price, Quantity])
@pytest.mark.parametrize("units", [0, -1, 10**36, HUGE, True, 1.5, "1", None])
def test_refuses_what_cannot_be_a_price_or_a_quantity(
    kind: type[Price | Quantity], units: int
) -> None:
    with pytest.raises(MalformedError, match="want more than 0"):
        kind(units)


def test_nothing_costs_nothing() -> None:
    with pytest.raises(MalformedError, match="price: want more than 0"):
        Price.parse("0")
