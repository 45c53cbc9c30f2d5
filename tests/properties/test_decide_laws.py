"""The laws of `decide`: total, monotone, and blind to the order of its checks."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from kya.core.case import Case
from kya.core.checks import CHECKS, WITHOUT_LIMITS, Check, checks_of
from kya.core.control import IDENTITY_REASONS, ControlOutcome, Reason
from kya.core.credential import Standing
from kya.core.decide import decide, judge
from kya.core.decision import Decision, Outcome
from kya.core.instant import MICROS_PER_DAY, TimeOfDay
from kya.core.limits import MINOR_UNITS_MAX
from kya.core.money import Money
from kya.core.order import Action, Side
from kya.core.past import Past
from kya.core.reservation import reserved_by
from kya.core.scope import Calendar, DailyMaxPer, Scope, TradingWindow
from kya.core.scope_limits import NO_LIMITS
from tests.builders import EUR, a_digest, a_past, a_scope, an_order
from tests.builders import a_case as story_case
from tests.strategies import cases

ALL_DAY = TradingWindow(TimeOfDay(0), TimeOfDay(MICROS_PER_DAY))


@given(cases())
def test_any_valid_case_gets_a_decision_whose_parts_agree(case: Case) -> None:
    decision = decide(case)
    assert isinstance(decision, Decision)
    assert decision == decide(case)
    _agrees_with_itself(decision, case)
    listed = [result.control for result in decision.results]
    asked = [check.control for check in checks_of(case.order, case.scope)]
    assert listed == [control for control in asked if control in listed]
    assert Reason.CONTROL_FAULTED not in decision.reasons


def _agrees_with_itself(decision: Decision, case: Case) -> None:
    harmless = {ControlOutcome.PASSED, ControlOutcome.WARNED, ControlOutcome.OVERRIDDEN}
    assert decision.allowed is ({r.outcome for r in decision.results} <= harmless)
    assert decision.allowed is (decision.reasons == ())
    assert [v.reason for v in decision.violations] == list(decision.reasons)
    is_refused = not IDENTITY_REASONS.isdisjoint(decision.reasons)
    assert (decision.outcome is Outcome.REFUSED) is is_refused
    reserved = reserved_by(case.order, case.worth, case.target)
    assert decision.reserved == (reserved if decision.allowed else None)


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_checks_does_not_matter(
    case: Case, chance: random.Random
) -> None:
    shuffled = list(checks_of(case.order, case.scope))
    chance.shuffle(shuffled)
    decision, other = decide(case), judge(case, tuple(shuffled))
    assert set(other.results) == set(decision.results)
    assert other.outcome is decision.outcome
    assert other.counted == decision.counted


@given(cases(), st.sampled_from(CHECKS))
def test_no_check_speaks_for_another(case: Case, check: Check) -> None:
    rest = tuple(
        each for each in checks_of(case.order, case.scope) if each is not check
    )
    without = set(judge(case, rest).reasons)
    assert without <= set(decide(case).reasons)


# ----------------------------------------------------------------------- monotone


@given(cases(), st.integers(1, MINOR_UNITS_MAX))
def test_a_smaller_order_is_never_worse(case: Case, less: int) -> None:
    assume(case.order.action is not Action.CANCEL)  # which repeats its target's amount
    amount = case.order.amount
    smaller = Money(max(1, amount.minor_units - less), amount.currency)
    order = replace(case.order, amount=smaller)
    decision = decide(replace(case, order=order))
    assert set(decision.reasons) <= set(decide(case).reasons)


@st.composite
def wider(draw: st.DrawFn, scope: Scope) -> Scope:
    """A scope that grants all that this one grants, and in one place more."""
    more = Money(draw(st.integers(1, MINOR_UNITS_MAX)), scope.currency)
    # Units are limited in every market or in none.
    more_markets: dict[str, Any] = {"markets": scope.markets | {"EUR/USD", "GBP/EUR"}}
    widenings: list[dict[str, Any]] = [
        {"order_max": max(scope.order_max, more, key=lambda m: m.minor_units)},
        {"daily_max": max(scope.daily_max, more, key=lambda m: m.minor_units)},
        {"daily_max_per": DailyMaxPer.MARKET_AND_SIDE},
        *([] if scope.limits.order_units_max else [more_markets]),
        {"venues": scope.venues | {"SIMA"}},
        {"regions": scope.regions | {"eu-west-1"}},
        {"window": ALL_DAY},
        {"calendar": Calendar.EVERY_DAY},
    ]
    return replace(scope, **draw(st.sampled_from(widenings)))


def under(case: Case, scope: Scope) -> Case:
    """The same case under another scope."""
    grant = replace(case.grant, scope=scope, scope_digest=a_digest(scope))
    return replace(case, scope=scope, credential=replace(case.credential, grant=grant))


@given(cases(), st.data())
def test_a_wider_scope_is_never_worse(case: Case, data: st.DataObject) -> None:
    decision = decide(under(case, data.draw(wider(case.scope))))
    assert set(decision.reasons) <= set(decide(case).reasons)


@given(cases())
def test_a_better_standing_is_never_worse(case: Case) -> None:
    active = replace(case.credential, standing=Standing.ACTIVE, withdrawal=None)
    decision = decide(replace(case, credential=active))
    assert set(decision.reasons) <= set(decide(case).reasons)


def emptier(past: Past, chance: random.Random) -> Past:
    """The same past with less in its counters."""
    allowed = {key: chance.randint(0, sum_) for key, sum_ in past.allowed.items()}
    return past._replace(allowed=allowed)


@given(cases(), st.randoms(use_true_random=False))
def test_a_day_with_less_in_it_is_never_worse(
    case: Case, chance: random.Random
) -> None:
    decision = decide(replace(case, past=emptier(case.past, chance)))
    assert set(decision.reasons) <= set(decide(case).reasons)


# -------------------------------------------------------------------- reservation

flows = st.lists(
    st.tuples(
        st.sampled_from(["EUR/USD", "GBP/EUR"]),
        st.sampled_from(Side),
        st.integers(1, 3_000_000),
    ),
    max_size=40,
)


@given(flows, st.sampled_from(DailyMaxPer), st.integers(1, 20_000_000))
def test_what_is_reserved_is_what_was_allowed_and_never_above_the_maximum(
    flow: list[tuple[str, Side, int]], per: DailyMaxPer, daily_max: int
) -> None:
    scope = a_scope(daily_max=Money(daily_max, EUR), daily_max_per=per)
    past, allowed = a_past(), 0
    for seq, (market, side, cents) in enumerate(flow, start=1):
        order = an_order(
            seq=seq,
            prev=past.prev,
            client_order_id=f"order-{seq}",
            market=market,
            side=side,
            amount=Money(cents, EUR),
        )
        decision = decide(story_case(order, scope=scope, past=past))
        before = decision.counters_before
        past = past.including(order, a_digest(seq), counted=decision.reserved)
        after = before.plus(decision.counted)
        assert sum(past.allowed.values()) == after.agent
        assert past.allowed.get((market, side), 0) == after.market_and_side
        allowed += cents if decision.allowed else 0
    assert sum(past.allowed.values()) == allowed
    counted = (
        [sum(past.allowed.values())]
        if per is DailyMaxPer.AGENT
        else past.allowed.values()
    )
    assert all(total <= daily_max for total in counted)


def test_thirty_orders_at_once_at_the_cap_and_exactly_twenty_five_pass() -> None:
    past, allowed = a_past(), 0
    for seq in range(1, 31):
        order = an_order(seq=seq, prev=past.prev, client_order_id=f"order-{seq}")
        decision = decide(story_case(order, past=past))
        past = past.including(order, a_digest(seq), counted=decision.reserved)
        allowed += decision.allowed
    assert allowed == 25
    assert past.allowed == {("EUR/USD", Side.BUY): 50_000_000}


@given(cases())
def test_a_scope_without_limits_arms_none_of_their_controls(case: Case) -> None:
    """What is left out for such a scope, because it is faster, would list nothing."""
    elsewhere = replace(case, halts=(), place_limits=())  # A desk goes with the limits.
    bare = under(elsewhere, replace(case.scope, limits=NO_LIMITS))
    if bare.order.action is not Action.CANCEL:
        assert checks_of(bare.order, bare.scope) == WITHOUT_LIMITS
        assert judge(bare, CHECKS) == judge(bare, WITHOUT_LIMITS)
