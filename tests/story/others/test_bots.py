"""Bots, and wrappers around the interfaces of venues."""

from dataclasses import replace

from kya.core.case import Case
from kya.core.checks import CHECKS, Check
from kya.core.checks_order import ORDER_AMOUNT
from kya.core.conduct import Conduct
from kya.core.control import ControlResult
from kya.core.decide import judge
from kya.core.exposure import AtRisk, Exposure, Working
from kya.core.fold import apply
from kya.core.money import Money, Price, Quantity
from kya.core.order import Action, OrderType, Side
from kya.core.profit import Profit
from kya.core.scope_limits import Limits
from tests.builders import (
    BTC,
    EUR,
    FIRST_LIVE_ORDER_AT,
    a_case,
    a_halt_ordered,
    a_past,
    a_price,
    a_scope,
    an_armed_case,
    an_enrolled_state,
    an_order,
    an_override_granted,
    eur,
    every_limit,
    on,
    the_case_in,
    the_next_order,
)
from tests.story.others.telling import of, of_fields, told

JUST_NOW = FIRST_LIVE_ORDER_AT.plus(micros=-1)
BY_PRICE = Limits(price_age_millis=1_000)
MOST = Quantity.parse("20000")

# ------------------------------------------------------------------------- freqtrade


def test_freqtrade_guard_that_raises(here: str) -> None:
    def guard(_: Case) -> ControlResult:
        raise RuntimeError

    checks = [
        Check(each.control, guard) if each.control is ORDER_AMOUNT else each
        for each in CHECKS
    ]
    assert told(judge(a_case(an_order(amount=eur("180,000"))), tuple(checks))) == here


def test_freqtrade_order_that_adds_to_a_position(here: str) -> None:
    added = an_order(seq=2, client_order_id="order-2", amount=eur("180,000"))
    past = a_past(seq=1, prev=added.prev, conduct=Conduct(messages=1, orders=1))
    assert of(a_case(added, past=past)) == here


def test_freqtrade_emergency_exit_at_market(here: str) -> None:
    by_limit = a_scope(limits=every_limit(order_types=frozenset({OrderType.LIMIT})))
    exit_ = an_order(type=OrderType.MARKET, side=Side.SELL)
    assert of(an_armed_case(exit_, scope=by_limit)) == here


# ------------------------------------------------------------------------- Hummingbot


def test_hummingbot_switch_is_asked_every_ten_seconds(here: str) -> None:
    assert of(a_case(halts=(a_halt_ordered(at=JUST_NOW),))) == here


def test_hummingbot_orders_after_the_switch(here: str) -> None:
    halted = (a_halt_ordered(at=JUST_NOW),)
    assert of(an_armed_case(halts=halted)) == here
    assert of(an_armed_case(an_order(), halts=halted)) == here


def test_hummingbot_switch_without_a_fill(here: str) -> None:
    limits = every_limit(daily_loss_max=eur("0.01"), drawdown_max=eur("0.01"))
    assert of(an_armed_case(an_order(), scope=a_scope(limits=limits))) == here


def test_hummingbot_switch_on_a_profit(here: str) -> None:
    rich = Profit(currency=EUR, now=100_000_000, peak=100_000_000)
    assert of(an_armed_case(an_order(), past=a_past(profit=rich))) == here


def test_hummingbot_result_that_cannot_be_told(here: str) -> None:
    unknown = Profit(currency=EUR, now=None)
    assert of(an_armed_case(an_order(), past=a_past(profit=unknown))) == here


def test_hummingbot_budget_nobody_asked_for(here: str) -> None:
    used_up = Exposure(
        currency=EUR,
        venues={"SIMA": AtRisk(28_000_001)},
    )
    assert of(an_armed_case(an_order(), past=a_past(exposure=used_up))) == here


def test_hummingbot_limit_of_an_asset(here: str) -> None:
    limits = every_limit(net_max=None, gross_max=None)
    held = Exposure(currency=EUR, markets={"EUR/USD": AtRisk(28_000_001)})
    case = an_armed_case(
        an_order(), scope=a_scope(limits=limits), past=a_past(exposure=held)
    )
    assert of(case) == here


# -------------------------------------------------------------------------- CloddsBot


def test_clodds_market_order_names_its_price(here: str) -> None:
    assert of_fields(limit_price="1") == here


def test_clodds_limit_price_next_to_nothing(here: str) -> None:
    spoofed = an_order(
        market="BTC/EUR",
        amount=Money.parse("1.00000000", BTC),
        type=OrderType.LIMIT,
        limit_price=Price.parse("1"),
    )
    scope = a_scope(markets=frozenset({"BTC/EUR"}), limits=BY_PRICE)
    price = a_price(
        market="BTC/EUR", bid=Price.parse("59990"), ask=Price.parse("60000")
    )
    assert of(a_case(spoofed, scope=scope, price=price)) == here


def test_clodds_batch(here: str) -> None:
    assert of_fields(orders=[{"amount": "180000.00"}]) == here


def test_clodds_another_road_to_the_venue(here: str) -> None:
    assert of(a_case(an_order(action=Action.CONVERT))) == here


# --------------------------------------------------------------------- and the others


def test_ccxt_call_that_no_wrapper_covers(here: str) -> None:
    assert of(a_case(an_order(action=Action.WITHDRAW))) == here


def test_kelp_order_of_any_size(here: str) -> None:
    limits = Limits(order_units_max=dict.fromkeys(("EUR/USD", "GBP/EUR"), MOST))
    assert (
        of(a_case(an_order(amount=eur("20,000.01")), scope=a_scope(limits=limits)))
        == here
    )


def test_alpaca_loop_that_runs_away(here: str) -> None:
    past = a_past(conduct=Conduct(messages=1_000, orders=1_000, fills=1_000))
    assert of(an_armed_case(an_order(), past=past)) == here


def test_binance_trading_bot_open_orders(here: str) -> None:
    cent = Working("GBP/EUR", Side.BUY, "SIMB", 1, 1, None, None)
    resting = Exposure(currency=EUR, working=dict.fromkeys(range(1, 21), cent))
    assert of(an_armed_case(an_order(), past=a_past(exposure=resting))) == here


def test_mt5_only_the_first_filter_is_logged(here: str) -> None:
    order = an_order(
        amount=eur("180,000"), market="XAU/USD", created_at=on("2026-05-17 03:00")
    )
    assert of(a_case(order)) == here


def test_india_trade_cli_model_sets_a_limit_aside(here: str) -> None:
    """The override is for another line: the model changed the order afterwards."""
    state = an_enrolled_state()
    shown = the_next_order(state, amount=eur("30,000"))
    state = apply(state, an_override_granted(shown))
    sent = replace(shown, amount=eur("180,000"))
    assert the_case_in(state, shown).override is not None
    assert of(the_case_in(state, sent)) == here
