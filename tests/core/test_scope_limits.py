"""What limits a scope may set, and what an order is worth under them."""

from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kya.core.checks import CHECKS
from kya.core.control import ControlOutcome, Reason
from kya.core.decide import decide
from kya.core.errors import MalformedError
from kya.core.instant import TimeOfDay
from kya.core.money import Currency, Money, Price, Quantity
from kya.core.order import OrderType, Side
from kya.core.scope import Calendar, DailyMaxPer, RegionEvidence, Scope, TradingWindow
from kya.core.scope_limits import NO_LIMITS, PRICE_LIMITS, Limits
from tests.builders import (
    BTC,
    EUR,
    UNWATCHED,
    a_case,
    a_past,
    a_price,
    a_scope,
    an_armed_case,
    an_order,
    every_limit,
    on,
)

DRIFT = ("price_drift_bps", "price_drift_seconds")
UNREAD = {"desk"}  # Read where halts are looked up, and by no control.
USD = Currency("USD")


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"desk": ""}, "desk"),
        ({"desk": "two words"}, "desk"),
        ({"order_types": frozenset()}, "order_types: want at least one"),
        ({"times_in_force": frozenset()}, "times_in_force: want at least one"),
        ({"order_units_max": {"EURUSD": Quantity(1)}}, "order_units_max"),
        ({"price_age_millis": 0}, "price_age_millis: want 1 to 60000"),
        ({"price_age_millis": 60_001}, "price_age_millis: want 1 to 60000"),
        ({"price_age_millis": True}, "price_age_millis: want 1 to 60000"),
        ({"price_age_millis": 1.5}, "price_age_millis: want 1 to 60000"),
        ({"price_age_millis": 1, "spread_bps": 0}, "spread_bps: want 1 to 9999"),
        ({"price_age_millis": 1, "spread_bps": 10_000}, "spread_bps: want 1 to"),
        ({"price_age_millis": 1, "price_buffer_bps": 10_000}, "price_buffer_bps"),
        ({"price_age_millis": 1, "price_warn_bps": 5}, "less than price_collar_bps"),
        (
            {"price_age_millis": 1, "price_warn_bps": 5, "price_collar_bps": 5},
            "less than price_collar_bps",
        ),
        ({"messages_per_second": 1_001}, "messages_per_second: want 1 to 1000"),
        ({"messages_per_minute": 8_001}, "messages_per_minute: want 1 to 8000"),
        ({"duplicate_window_millis": 60_001}, "want 1 to 60000"),
        ({"score_critical_bps": 10_000}, "score_critical_bps: want 1 to 9999"),
        ({"score_warn_bps": 5}, "score_warn_bps: want less than score_critical_bps"),
        (
            {"score_warn_bps": 5, "score_critical_bps": 5},
            "score_warn_bps: want less than score_critical_bps",
        ),
        ({"baseline_days": 5}, "baseline_days: want score_critical_bps beside it"),
        (
            {"score_critical_bps": 5, "baseline_days": 1_097},
            "baseline_days: want 1 to 1096",
        ),
        (
            {"score_critical_bps": 5, "baseline_days": 5, "baseline_warn_days": 5},
            "baseline_warn_days: want less than baseline_days",
        ),
        (
            {"score_critical_bps": 5, "baseline_warn_days": 5},
            "baseline_warn_days: want less than baseline_days",
        ),
        ({"rejects_in_a_row": 0}, "rejects_in_a_row: want 1 to"),
        ({"orders_per_day": 10**9 + 1}, "orders_per_day: want 1 to"),
        ({"price_age_millis": 1, "price_drift_bps": 5}, "want both or neither"),
        ({"price_drift_seconds": 5}, "want both or neither"),
        *[({name: 5}, f"{name}: want price_age_millis") for name in PRICE_LIMITS],
    ],
)
def test_refuses_limits_that_cannot_be(limits: dict[str, Any], why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        Limits(**limits)


@pytest.mark.parametrize("markets", [{"EUR/USD"}, {"EUR/USD", "GBP/EUR", "BTC/EUR"}])
def test_units_are_limited_in_every_market_or_in_none(markets: set[str]) -> None:
    units = dict.fromkeys(markets, Quantity(1))
    with pytest.raises(MalformedError, match="order_units_max: want one for each"):
        a_scope(limits=Limits(order_units_max=units))


@pytest.mark.parametrize(
    "name", sorted({field.name for field in fields(Limits)} - UNREAD)
)
def test_every_limit_is_read_by_a_control(name: str) -> None:
    """Without the limit another decision is made, on some order."""
    unset: dict[str, object] = {name: getattr(NO_LIMITS, name)}
    if name == "price_collar_bps":
        unset["price_warn_bps"] = None
    if name == "score_critical_bps":
        unset |= UNWATCHED
    if name == "baseline_days":
        unset["baseline_warn_days"] = None
    if name in DRIFT or name == "price_age_millis":
        unset |= dict.fromkeys(DRIFT)
    if name == "price_age_millis":
        unset |= dict.fromkeys(PRICE_LIMITS)
    without = every_limit(**unset)
    order = an_order(amount=Money(1, USD))
    armed, other = (
        decide(an_armed_case(order, scope=a_scope(limits=limits)))
        for limits in (every_limit(), without)
    )
    assert armed.results != other.results


OTHER_SCOPE: dict[str, dict[str, Any]] = {
    "currency": {
        "currency": USD,
        "order_max": Money(1, USD),
        "daily_max": Money(1, USD),
    },
    "markets": {"markets": frozenset({"GBP/EUR"})},
    "venues": {"venues": frozenset({"SIMB"})},
    "regions": {"regions": frozenset({"eu-west-2"})},
    "order_max": {"order_max": Money(1, EUR)},
    "daily_max": {"daily_max": Money(1, EUR)},
    "daily_max_per": {"daily_max_per": DailyMaxPer.AGENT},
    "window": {"window": TradingWindow(TimeOfDay(0), TimeOfDay(1))},
    "calendar": {"calendar": Calendar.EVERY_DAY},
    "region_evidence": {"region_evidence": RegionEvidence.ATTESTED},
    "live_from": {"live_from": on("2027-01-01 00:00")},
    "limits": {"limits": every_limit()},
}


@pytest.mark.parametrize("name", [field.name for field in fields(Scope)])
def test_every_field_of_a_scope_is_read(name: str) -> None:
    """With another value another decision is made on the first live order."""
    past = a_past(allowed={("EUR/USD", Side.SELL): 1})
    usual, other = (
        decide(a_case(scope=a_scope(**changes), past=past))
        for changes in ({}, OTHER_SCOPE[name])
    )
    assert (usual.results, usual.mode) != (other.results, other.mode)


def test_a_scope_without_limits_lists_none_of_their_controls() -> None:
    listed = {result.control for result in decide(a_case()).results}
    armed = {result.control for result in decide(an_armed_case()).results}
    assert armed == {check.control for check in CHECKS}
    assert listed < armed


def test_what_is_beyond_the_warning_is_kept_and_let_pass() -> None:
    far = an_order(type=OrderType.LIMIT, limit_price=Price.parse("1.18"))
    decision = decide(an_armed_case(far))
    [warned] = [r for r in decision.results if r.outcome is ControlOutcome.WARNED]
    assert (warned.control.id, warned.reason) == ("price.band", Reason.PRICE_BAND)
    assert decision.allowed
    assert decision.violations == ()


# -------------------------------------------------------------------------- worth


@given(
    st.integers(1, 10**12),
    st.integers(1, 10**15),
    st.integers(0, 10**6),
    st.integers(1, 9_999),
    st.sampled_from(Side),
)
def test_worth_is_the_dearer_side_rounded_up(
    satoshi: int, bid: int, spread: int, bps: int, side: Side
) -> None:
    price = a_price(market="BTC/EUR", bid=Price(bid), ask=Price(bid + spread))
    case = an_armed_case(
        an_order(market="BTC/EUR", side=side, amount=Money(satoshi, BTC)),
        price=price,
        scope=a_scope(limits=Limits(price_age_millis=1, price_buffer_bps=bps)),
    )
    exact = Fraction(satoshi * (bid + spread) * (10_000 + bps), 10**8 * 10**10 * 100)
    assert case.worth is not None
    assert 0 <= case.worth.minor_units - exact < 1


@given(st.integers(1, 10**12), st.integers(1, 10**15), st.integers(1, 9_999))
def test_an_amount_in_the_quote_is_divided_by_the_lower_side(
    cents: int, bid: int, bps: int
) -> None:
    case = an_armed_case(
        an_order(amount=Money(cents, USD)),
        price=a_price(bid=Price(bid), ask=Price(2 * bid)),
        scope=a_scope(limits=Limits(price_age_millis=1, price_buffer_bps=bps)),
    )
    exact = Fraction(cents * 10**10 * 10_000, bid * (10_000 - bps))
    if case.worth is None:
        assert exact > 10**24
    else:
        assert 0 <= case.worth.minor_units - exact < 1


@given(st.integers(1, 10**12), st.integers(1, 10**15), st.sampled_from(Side))
def test_an_agents_price_never_makes_its_order_smaller(
    satoshi: int, limit: int, side: Side
) -> None:
    order = an_order(market="BTC/EUR", side=side, amount=Money(satoshi, BTC))
    named = an_order(
        market="BTC/EUR",
        side=side,
        amount=Money(satoshi, BTC),
        type=OrderType.LIMIT,
        limit_price=Price(limit),
    )
    price = a_price(market="BTC/EUR", bid=Price(10**13), ask=Price(10**13))
    plain, limited = (an_armed_case(each, price=price).worth for each in (order, named))
    assume(plain is not None and limited is not None)
    assert plain is not None
    assert limited is not None
    assert limited.minor_units >= plain.minor_units


@pytest.mark.parametrize("market", ["BTC/EURX", "QQQ/EUR", "BTC/EUR"])
def test_a_market_of_no_known_currency_values_nothing_and_breaks_nothing(
    market: str,
) -> None:
    order = an_order(market=market, amount=Money(1, BTC))
    case = an_armed_case(order, price=a_price(market=market))
    decision = decide(case)
    assert (case.worth is None) is (market != "BTC/EUR")
    assert Reason.CONTROL_FAULTED not in decision.reasons


def test_an_amount_in_the_scopes_currency_needs_no_price() -> None:
    case = an_armed_case(an_order(amount=Money(1, EUR)), price=None)
    assert case.worth == Money(1, EUR)
    assert Reason.PRICE_MISSING not in decide(case).reasons
