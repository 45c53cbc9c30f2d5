"""Fills finer than a currency: told rounded up, matched exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.adapters.ccxt_orders import answer_in
from kya.core.errors import MalformedError, TransientError
from kya.core.exact_fill import exact_units, filled_of, require_exact, scale_of
from kya.core.execution import amount_units
from kya.core.money import Currency, Quantity
from kya.core.order_events import VenueStatus
from tests.world import EUR, eur

currencies = st.sampled_from([EUR, Currency("JPY"), Currency("BTC")])


@given(units=st.integers(1, 10**30), currency=currencies)
def test_what_is_told_is_no_less_and_by_less_than_one_unit(
    units: int, currency: Currency
) -> None:
    filled, exact = filled_of(units, currency)
    assert filled is not None
    scale = scale_of(currency)
    assert 0 <= filled.minor_units * scale - units < scale
    assert exact_units(filled, exact) == units
    assert (exact is None) is (units % scale == 0)
    require_exact(filled, exact)


def test_nothing_is_told_as_nothing() -> None:
    assert filled_of(0, EUR) == (None, None)
    assert exact_units(None, None) == 0


@pytest.mark.parametrize(
    ("filled", "exact"),
    [("10.01", "10.01"), ("10.01", "10"), ("10.01", "10.011"), ("10.01", "9.9999")],
)
def test_an_exact_figure_that_says_another_thing_is_refused(
    filled: str, exact: str
) -> None:
    require_exact(eur(filled), Quantity.parse("10.001"))
    with pytest.raises(MalformedError, match="want one that is finer and rounds up"):
        require_exact(eur(filled), Quantity.parse(exact))
    with pytest.raises(MalformedError, match="rounds up to None"):
        require_exact(None, Quantity.parse(exact))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("10.00", 10**19),
        ("0.00000001", 10**10),
        ("0.000000000000000001", 1),
        ("10.005", 10_005 * 10**15),
    ],
)
def test_an_amount_is_read_to_its_last_decimal(text: str, units: int) -> None:
    assert amount_units(text, EUR) == units


@pytest.mark.parametrize("text", ["10", "10.0", "10.000", "10.0050", "0." + "0" * 19])
def test_an_amount_has_one_spelling(text: str) -> None:
    with pytest.raises(MalformedError):
        amount_units(text, EUR)


def said(vol_exec: str, *fills: tuple[str, str]) -> dict[str, object]:
    order = {"status": "closed", "vol_exec": vol_exec, "vol": "20000.00"}
    found = answer_in(
        order, "EUR/USD", [{"vol": vol, "price": price} for vol, price in fills]
    )
    return {name: getattr(found, name) for name in ("filled", "exact", "status")}


def test_an_exchange_that_fills_half_a_cent_is_understood() -> None:
    assert said("10.00500001", ("10", "1.1"), ("0.00500001", "1.2")) == {
        "filled": eur("10.01"),
        "exact": Quantity.parse("10.00500001"),
        "status": VenueStatus.PARTIALLY_FILLED,
    }
    whole = said("20000", ("19999.99999999", "1.1"), ("0.00000001", "1.1"))
    assert whole == {
        "filled": eur("20000.00"),
        "exact": None,
        "status": VenueStatus.FILLED,
    }
    with pytest.raises(TransientError, match="are executed"):
        said("10.00500001", ("10", "1.1"), ("0.005", "1.2"))
