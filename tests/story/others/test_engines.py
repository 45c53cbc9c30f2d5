"""Engines that judge orders inside the process that sends them."""

from kya.codec.scopes import parse_scope, render_scope
from kya.core.case import Case
from kya.core.checks import CHECKS, Check
from kya.core.checks_scope import MARKET_ALLOWED
from kya.core.conduct import Conduct
from kya.core.control import ControlResult
from kya.core.decide import decide, judge
from kya.core.exposure import AtRisk, Exposure
from kya.core.fold import apply
from kya.core.halt import TradingState
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, OrderType, Side
from kya.core.place_limits import LimitedPlace
from kya.core.reservation import Target
from kya.core.scope_limits import ACTIONS_WITH_A_ROAD, Limits
from kya.core.sent import Message, Sent, asked_in
from tests.builders import (
    EUR,
    FIRST_LIVE_ORDER_AT,
    a_case,
    a_halt_ordered,
    a_past,
    a_scope,
    an_armed_case,
    an_enrolled_state,
    an_order,
    an_order_submitted,
    an_override_granted,
    eur,
    every_limit,
    its_decision,
    place_limits,
    the_case_in,
    the_next_order,
)
from tests.story.others.telling import of, of_fields, of_line, told

SECOND = 1_000_000
USD = Currency("USD")
YESTERDAY = FIRST_LIVE_ORDER_AT.plus(seconds=-86_400)
LONG = Exposure(
    currency=EUR,
    markets={"EUR/USD": AtRisk(2_000_000)},
    venues={"SIMA": AtRisk(2_000_000)},
)


def already(count: int, *, micros_ago: int, **fields: object) -> Conduct:
    """So many orders like the first live one were sent a while ago."""
    at = FIRST_LIVE_ORDER_AT.plus(micros=-micros_ago).micros
    message = Message(at, asked_in(an_order(**fields)), "EUR/USD", None)
    return Conduct(sent=Sent.of(*[message] * count), messages=count, orders=count)


# -------------------------------------------------------------------- NautilusTrader


def test_nautilus_account_not_found(here: str) -> None:
    assert of(a_case(an_order(venue="NOWHERE"))) == here


def test_nautilus_routed_through_a_broker(here: str) -> None:
    ten = a_scope(order_max=eur("10.00"))
    orders = [an_order(amount=eur("307.00"), venue=at) for at in ("SIMA", "SIMB")]
    assert {of(a_case(order, scope=ten)) for order in orders} == {here}


def test_nautilus_order_of_153_million(here: str) -> None:
    assert of(a_case(an_order(amount=eur("153,000,000")))) == here


def test_nautilus_margin_account(here: str) -> None:
    assert of(a_case(an_order(action=Action.MARGIN))) == here


def test_nautilus_market_order_without_a_price(here: str) -> None:
    order = an_order(amount=Money.parse("20000.00", USD))
    assert of(a_case(order, price=None)) == here


def test_nautilus_switch_past_everything(here: str) -> None:
    order = an_order(amount=eur("180,000"), venue="NOWHERE")
    override = an_override_granted(
        order, controls=("order.amount", "venue.allowed", "venue.daily_amount")
    )
    assert of(a_case(order, override=override)) == here


def test_nautilus_no_limit_of_the_portfolio(here: str) -> None:
    firm = LimitedPlace(place_limits(), allowed=99_000_000, open_orders=0)
    assert of(a_case(place_limits=(firm,))) == here


def test_nautilus_exit_denied_by_a_halt(here: str) -> None:
    reducing = a_halt_ordered(state=TradingState.REDUCING)
    case = a_case(
        an_order(side=Side.SELL), past=a_past(exposure=LONG), halts=(reducing,)
    )
    assert of(case) == here


def test_nautilus_no_price_collar(here: str) -> None:
    far = an_order(type=OrderType.LIMIT, limit_price=Price.parse("11.721"))
    assert of(an_armed_case(far)) == here


# ------------------------------------------------------------------ vn.py RiskManager


def test_vnpy_market_order_has_no_value(here: str) -> None:
    assert of(a_case(an_order(type=OrderType.MARKET, amount=eur("180,000")))) == here


def test_vnpy_duplicate_for_a_lifetime(here: str) -> None:
    past = a_past(conduct=already(1, micros_ago=SECOND + 1))
    assert of(an_armed_case(an_order(), past=past)) == here


def test_vnpy_duplicate_within_the_window(here: str) -> None:
    past = a_past(conduct=already(1, micros_ago=SECOND - 1))
    assert of(an_armed_case(an_order(), past=past)) == here


def test_vnpy_day_that_never_ends(here: str) -> None:
    full = a_past(day=YESTERDAY.day, conduct=Conduct(messages=10_000, orders=1_000))
    past = full.on(FIRST_LIVE_ORDER_AT.day)
    assert of(an_armed_case(an_order(), past=past)) == here


def test_vnpy_rule_that_fails_to_load(here: str) -> None:
    def absent(_: Case) -> ControlResult:
        raise ImportError

    checks = [
        Check(each.control, absent) if each.control is MARKET_ALLOWED else each
        for each in CHECKS
    ]
    assert told(judge(a_case(), tuple(checks))) == here


def test_vnpy_rule_that_nobody_knows(here: str) -> None:
    line = render_scope(a_scope(limits=every_limit()))
    unknown = line.replace(b'"open_orders":', b'"open_hedges":1,"open_orders":')
    assert of_line(parse_scope, line) == "read"
    assert of_line(parse_scope, unknown) == here


# ------------------------------------------------------------------------------- Lean


def test_lean_targets_are_measured_and_not_orders(here: str) -> None:
    larger = an_order(seq=2, action=Action.REPLACE, target=1, amount=eur("180,000"))
    scope = a_scope(limits=Limits(actions=ACTIONS_WITH_A_ROAD))
    working = Target(an_order(), eur("20,000"))
    assert of(a_case(larger, scope=scope, target=working)) == here


def test_lean_no_throttle(here: str) -> None:
    past = a_past(conduct=already(50, micros_ago=SECOND // 2, venue="SIMB"))
    assert of(an_armed_case(an_order(), past=past)) == here


# ------------------------------------------------------------- pretrade-risk-controls


def test_pretrade_counters_are_fed_afterwards(here: str) -> None:
    """No venue has said a word yet, and the day's maximum is used up all the same."""
    state = an_enrolled_state()
    for _ in range(25):
        order = the_next_order(state)
        submitted = an_order_submitted(order)
        assert decide(the_case_in(state, order)).allowed
        state = apply(apply(state, submitted), its_decision(submitted))
    assert of(the_case_in(state, the_next_order(state))) == here


def test_pretrade_amounts_are_floats(here: str) -> None:
    assert of_fields(amount=25000.009999) == here
