"""What may be asked for, of which working order, and what that reserves."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.case import Case
from kya.core.checks import CANCEL_CHECKS, CHECKS
from kya.core.control import Reason
from kya.core.credential import ReasonCode, Standing, Withdrawal
from kya.core.decide import decide
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError, MalformedError
from kya.core.money import Money
from kya.core.order import ACTS_ON_TARGET, Action, Order, Side
from kya.core.reservation import Target, reserved_by
from kya.core.scope import Mode, Scope
from kya.core.scope_limits import Limits
from tests.builders import (
    BTC,
    EUR,
    FIRST_LIVE_ORDER_AT,
    a_case,
    a_credential,
    a_digest,
    a_past,
    a_runtime,
    a_scope,
    an_order,
    an_order_submitted,
    eur,
    its_decision,
    its_report,
    on,
    the_agent_in,
    the_case_in,
    the_next_order,
    the_state_after,
)
from tests.builders import an_enrolled_state as enrolled

FULL = {("EUR/USD", Side.BUY): 50_000_000}
NOBODY_HAS_A_ROAD = [
    Action.CONVERT,
    Action.MARGIN,
    Action.TRANSFER,
    Action.WITHDRAW,
]


def a_message(action: Action, **overrides: object) -> Order:
    """The agent's second message, about its first order."""
    target = 1 if action in ACTS_ON_TARGET else None
    mine = {"seq": 2, "prev": a_digest("1"), "client_order_id": "order-2"}
    return an_order(action=action, target=target, **{**mine, **overrides})


def working(order: Order | None) -> Target | None:
    return None if order is None else Target(order, order.amount)


def a_case_of(order: Order, target: Order | None = None, **overrides: Any) -> Case:  # noqa: ANN401  fields of every type
    return a_case(order, target=working(target), **overrides)


def added(order: Order, former: Order | None) -> Money | None:
    """What the order reserves, which is worth its amount, as its target is."""
    return reserved_by(order, order.amount, working(former))


def a_cancel(**overrides: Any) -> Case:  # noqa: ANN401  fields of every type
    """A cancel of the first live order, which works."""
    return a_case_of(a_message(Action.CANCEL), an_order(), **overrides)


def reasons(case: Case) -> list[Reason]:
    return list(decide(case).reasons)


# ------------------------------------------------------------------- what an order is


@pytest.mark.parametrize("action", list(Action))
def test_a_replace_and_a_cancel_name_a_target_and_nothing_else_does(
    action: Action,
) -> None:
    wrong = None if action in ACTS_ON_TARGET else 1
    with pytest.raises(MalformedError, match="target: want one to replace or cancel"):
        an_order(action=action, target=wrong)


@pytest.mark.parametrize("target", [0, -1, 2**53])
def test_a_target_is_a_seq(target: int) -> None:
    with pytest.raises(MalformedError, match="target: want 1 to"):
        an_order(action=Action.CANCEL, target=target)


@pytest.mark.parametrize(
    "target",
    [
        an_order(seq=3),
        an_order(agent="another"),
        an_order(action=Action.CANCEL, target=7),
    ],
)
def test_refuses_a_case_with_a_target_that_is_not_the_orders(target: Order) -> None:
    with pytest.raises(CorruptionError, match="case: order 2 does not act on"):
        a_case_of(a_message(Action.CANCEL), target)


# ---------------------------------------------------------------------------- cancels


@pytest.mark.parametrize(
    "case",
    [
        a_cancel(),
        a_cancel(credential=a_credential(standing=Standing.SUSPENDED)),
        a_cancel(received_at=on("2026-05-15 09:15:01")),
        a_cancel(past=a_past(seq=1, prev=a_digest("1"), allowed=FULL)),
        a_cancel(pinned=a_runtime()),
        a_case_of(
            a_message(Action.CANCEL, created_at=on("2026-05-16 03:00")), an_order()
        ),
        a_case_of(
            a_message(Action.CANCEL, amount=eur("180,000")),
            an_order(amount=eur("180,000")),
        ),
        a_case_of(
            a_message(Action.CANCEL, region="mars", market="XRP/EUR", venue="X"),
            an_order(market="XRP/EUR", venue="X"),
        ),
    ],
    ids=["plain", "suspended", "later", "day", "runtime", "night", "amount", "place"],
)
def test_a_cancel_passes_every_limit_and_reserves_nothing(case: Case) -> None:
    decision = decide(case)
    assert decision.outcome is Outcome.ALLOWED
    assert decision.counted == 0
    assert [r.control for r in decision.results] == [c.control for c in CANCEL_CHECKS]


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (
            {"credential": a_credential(standing=Standing.REVOKED)},
            Reason.CREDENTIAL_REVOKED,
        ),
        (
            {
                "credential": a_credential(
                    standing=Standing.SUSPENDED,
                    withdrawal=Withdrawal(FIRST_LIVE_ORDER_AT, ReasonCode.SUPERSEDED),
                )
            },
            Reason.CREDENTIAL_REVOKED,
        ),
        (
            {"credential": a_credential(not_after=on("2026-05-15 09:14:59"))},
            Reason.CREDENTIAL_EXPIRED,
        ),
        ({"past": a_past(seq=4, prev=a_digest("1"))}, Reason.SEQUENCE_GAP),
        ({"past": a_past(seq=1)}, Reason.SEQUENCE_PREV),
        (
            {"past": a_past(seq=1, prev=a_digest("1"), client_order_ids=["order-2"])},
            Reason.CLIENT_ORDER_ID_DUPLICATE,
        ),
        ({"received_at": on("2026-05-15 09:15:02.000001")}, Reason.CLOCK_SKEW),
        ({"target": None}, Reason.TARGET_UNKNOWN),
    ],
)
def test_a_cancel_is_asked_who_sends_it_and_of_what(
    overrides: dict[str, Any], reason: Reason
) -> None:
    assert reasons(replace(a_cancel(), **overrides)) == [reason]


@pytest.mark.parametrize(
    "changed",
    [
        {"market": "GBP/EUR"},
        {"side": Side.SELL},
        {"venue": "SIMB"},
        {"amount": eur("20,000.01")},
        {"amount": Money(2_000_000, BTC)},
    ],
)
def test_a_cancel_repeats_what_it_cancels(changed: dict[str, Any]) -> None:
    case = a_case_of(a_message(Action.CANCEL), an_order(**changed))
    assert reasons(case) == [Reason.TARGET_DIFFERS]


def test_what_is_asked_of_a_cancel_is_asked_of_every_order_too() -> None:
    asked = [check.control.id for check in CHECKS]
    of_a_cancel = [check.control.id for check in CANCEL_CHECKS]
    until_its_target = asked[: asked.index("action.target") + 1]
    not_asked = {"halt.state", "incident.grace"}
    assert of_a_cancel == [each for each in until_its_target if each not in not_asked]


def test_a_cancel_has_the_mode_of_its_day() -> None:
    assert decide(a_cancel()).mode is Mode.LIVE


# -------------------------------------------------------------------- other actions


@pytest.mark.parametrize("action", NOBODY_HAS_A_ROAD)
def test_denies_what_no_venue_has_a_road_for(action: Action) -> None:
    decision = decide(a_case_of(a_message(action)))
    assert decision.outcome is Outcome.DENIED
    assert list(decision.reasons) == [Reason.ACTION_NOT_ALLOWED]


def under(*actions: Action) -> Scope:
    """The story's scope, which lists these actions."""
    return a_scope(limits=Limits(actions=frozenset(actions)))


EVERYTHING = under(Action.NEW, Action.REPLACE, Action.CANCEL)


def test_a_replace_needs_a_scope_that_lists_it() -> None:
    order = a_message(Action.REPLACE)
    assert reasons(a_case_of(order, an_order())) == [Reason.ACTION_NOT_ALLOWED]
    assert decide(a_case_of(order, an_order(), scope=EVERYTHING)).allowed


def test_a_new_order_is_asked_once_a_scope_lists_actions() -> None:
    assert decide(a_case_of(an_order(), scope=EVERYTHING)).allowed
    only_less = under(Action.CANCEL, Action.REPLACE)
    case = a_case_of(an_order(), scope=only_less)
    assert reasons(case) == [Reason.ACTION_NOT_ALLOWED]


@pytest.mark.parametrize(
    "actions",
    [
        {Action.NEW},
        set(),
        *({Action.CANCEL, action} for action in NOBODY_HAS_A_ROAD),
    ],
)
def test_a_scope_lists_cancels_and_nothing_without_a_road(
    actions: set[Action],
) -> None:
    with pytest.raises(MalformedError, match="actions: want cancel"):
        under(*actions)


@pytest.mark.parametrize(
    "changed",
    [{"market": "GBP/EUR"}, {"side": Side.SELL}, {"venue": "SIMB"}],
)
def test_a_replace_is_of_the_same_market_side_and_venue(
    changed: dict[str, Any],
) -> None:
    case = a_case_of(a_message(Action.REPLACE), an_order(**changed))
    assert Reason.TARGET_DIFFERS in reasons(case)


def test_a_replace_may_have_another_amount() -> None:
    case = a_case_of(a_message(Action.REPLACE), an_order(amount=eur("1")))
    assert Reason.TARGET_DIFFERS not in reasons(case)


# --------------------------------------------------------------- what it reserves


@pytest.mark.parametrize(
    ("asked", "former", "more"),
    [
        ("20,000", "15,000", eur("5,000")),
        ("20,000", "20,000", None),
        ("20,000", "24,000", None),
        ("0.02", "0.01", eur("0.01")),
    ],
)
def test_a_replace_adds_what_its_target_had_not(
    asked: str, former: str, more: Money | None
) -> None:
    order = a_message(Action.REPLACE, amount=eur(asked))
    assert added(order, an_order(amount=eur(former))) == more


def test_a_replace_of_another_currency_or_of_nothing_adds_all() -> None:
    order = a_message(Action.REPLACE)
    assert added(order, None) == order.amount
    in_bitcoin = Target(an_order(), Money(5, BTC))
    assert reserved_by(order, order.amount, in_bitcoin) == order.amount


def test_what_has_no_worth_reserves_nothing() -> None:
    assert reserved_by(an_order(), None, None) is None


def test_a_replace_is_compared_with_the_worth_that_its_target_counted_for() -> None:
    order = a_message(Action.REPLACE, amount=Money(2, BTC))
    target = Target(an_order(amount=Money(1, BTC)), eur("15,000"))
    assert reserved_by(order, eur("20,000"), target) == eur("5,000")


@given(st.lists(st.integers(1, 2_500_000), min_size=1, max_size=12))
def test_a_chain_of_replaces_reserves_no_less_than_its_largest(
    amounts: list[int],
) -> None:
    target, reserved = None, 0
    for seq, cents in enumerate(amounts, start=1):
        action = Action.NEW if target is None else Action.REPLACE
        order = an_order(
            seq=seq,
            action=action,
            target=None if target is None else target.seq,
            amount=Money(cents, EUR),
        )
        more = added(order, target)
        reserved += 0 if more is None else more.minor_units
        target = order
    assert max(amounts) <= reserved <= sum(amounts)


def test_the_day_is_asked_for_what_a_replace_adds() -> None:
    for before, is_over in ((49_500_000, False), (49_500_001, True)):
        past = a_past(
            seq=1, prev=a_digest("1"), allowed={("EUR/USD", Side.BUY): before}
        )
        case = a_case_of(
            a_message(Action.REPLACE), an_order(amount=eur("15,000")), past=past
        )
        assert (Reason.DAILY_AMOUNT_MAX in reasons(case)) is is_over


# ------------------------------------------------------------------ from the state


def test_a_working_order_is_found_and_a_settled_one_is_not() -> None:
    start = enrolled()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted), start=start)
    cancel = the_next_order(state, action=Action.CANCEL, target=1)
    assert decide(the_case_in(state, cancel)).allowed
    settled = the_state_after(its_report(submitted), start=state)
    assert reasons(the_case_in(settled, cancel)) == [Reason.TARGET_UNKNOWN]


def test_a_cancel_cannot_be_cancelled() -> None:
    start = enrolled()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted), start=start)
    cancel = an_order_submitted(the_next_order(state, action=Action.CANCEL, target=1))
    state = the_state_after(cancel, its_decision(cancel), start=state)
    again = the_next_order(state, action=Action.CANCEL, target=2)
    assert reasons(the_case_in(state, again)) == [Reason.TARGET_UNKNOWN]


def test_the_fold_counts_what_the_decision_reserved() -> None:
    start = enrolled()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted), start=start)
    replaced = an_order_submitted(
        the_next_order(state, action=Action.REPLACE, target=1, amount=eur("22,500"))
    )
    state = the_state_after(replaced, its_decision(replaced), start=state)
    assert the_agent_in(state).past.allowed == {("EUR/USD", Side.BUY): 2_250_000}
    cancel = an_order_submitted(
        the_next_order(state, action=Action.CANCEL, target=2, amount=eur("22,500"))
    )
    state = the_state_after(cancel, its_decision(cancel), start=state)
    assert the_agent_in(state).past.allowed == {("EUR/USD", Side.BUY): 2_250_000}
