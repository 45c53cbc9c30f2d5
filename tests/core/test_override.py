from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.case import Case
from kya.core.case_of import Inputs, case_of
from kya.core.checks import CHECKS
from kya.core.control import ControlOutcome, Reason
from kya.core.credential import Standing
from kya.core.decide import decide
from kya.core.decision import Decision, Outcome
from kya.core.errors import CorruptionError, InputError, MalformedError
from kya.core.fold import apply
from kya.core.instant import Instant
from kya.core.limits import OVERRIDE_CONTROLS_MAX, OVERRIDES_MAX
from kya.core.money import Money
from kya.core.order import Order
from kya.core.override_admission import OVERRIDABLE
from kya.core.state import State
from tests.builders import (
    BTC,
    FIRST_LIVE_ORDER_AT,
    a_case,
    a_credential,
    a_digest,
    an_enrolled_state,
    an_order,
    an_order_submitted,
    an_override,
    an_override_granted,
    eur,
    its_decision,
    on,
    the_case_in,
    the_next_order,
    the_state_after,
)
from tests.strategies import cases

LARGE = eur("180,000")
ALL = tuple(sorted(OVERRIDABLE))


def large(**overrides: object) -> Order:
    return an_order(amount=LARGE, **overrides)


def controls(decision: Decision) -> dict[str, ControlOutcome]:
    return {result.control.id: result.outcome for result in decision.results}


# ---------------------------------------------------------------------- the value


@pytest.mark.parametrize(
    ("wrong", "want"),
    [
        ({"agent": "no name"}, "agent: want"),
        ({"order": "0" * 63}, "order: want"),
        ({"controls": ()}, "controls: want 1 to 16"),
        ({"controls": ("order.amount", "daily.amount")}, "sorted, each once"),
        ({"controls": ("order.amount", "order.amount")}, "sorted, each once"),
        ({"controls": tuple(f"a.{c}" for c in "abcdefghijklmnopq")}, "1 to 16"),
        ({"controls": ("order",)}, "controls: want"),
        ({"reason": ""}, "reason: want 1 to"),
        ({"expires_at": on("2026-05-15 09:14")}, "expires_at: want at most"),
        ({"expires_at": on("2026-05-15 09:29:00.000001")}, "expires_at: want at most"),
    ],
)
def test_refuses_what_is_no_override(wrong: dict[str, Any], want: str) -> None:
    with pytest.raises(MalformedError, match=want):
        an_override(**wrong)


def test_an_override_may_last_for_fifteen_minutes() -> None:
    an_override(expires_at=on("2026-05-15 09:29"))


def test_refuses_an_override_without_the_leaf_hash_of_its_entry() -> None:
    with pytest.raises(MalformedError, match="leaf: want"):
        an_override_granted(leaf="none")


# ------------------------------------------------------------------- the judgement


def test_an_overridden_control_keeps_its_reason_and_does_not_deny() -> None:
    decision = decide(a_case(large(), override=an_override_granted(large())))
    assert decision.outcome is Outcome.ALLOWED
    assert decision.reasons == ()
    assert decision.violations == ()
    [result] = [r for r in decision.results if r.outcome is ControlOutcome.OVERRIDDEN]
    assert (result.control.id, result.reason) == (
        "order.amount",
        Reason.ORDER_AMOUNT_MAX,
    )
    assert (result.limit, result.measured) == (eur("25,000"), LARGE)


def test_an_overridden_order_counts_in_all_sums() -> None:
    decision = decide(a_case(large(), override=an_override_granted(large())))
    assert decision.counted == LARGE.minor_units


def test_what_the_override_does_not_name_still_denies() -> None:
    late = on("2026-05-15 17:30")
    order = large(created_at=late)
    override = an_override_granted(order, expires_at=late, at=late.plus(seconds=-60))
    decision = decide(a_case(order, override=override))
    assert decision.reasons == (Reason.HOURS_CLOSED,)
    assert controls(decision)["order.amount"] is ControlOutcome.OVERRIDDEN


def test_an_override_sets_no_credential_aside() -> None:
    credential = a_credential(standing=Standing.SUSPENDED)
    for check in CHECKS:
        override = an_override_granted(controls=(check.control.id,))
        decision = decide(a_case(credential=credential, override=override))
        assert decision.outcome is Outcome.REFUSED


def test_what_cannot_be_evaluated_is_never_overridden() -> None:
    order = an_order(amount=Money(1, BTC))
    decision = decide(a_case(order, override=an_override_granted(order)))
    assert controls(decision)["order.amount"] is ControlOutcome.CANNOT_EVALUATE
    assert decision.outcome is Outcome.DENIED


def test_only_limits_can_be_set_aside() -> None:
    assert ALL == (
        "daily.amount",
        "daily.orders",
        "exposure.gross",
        "exposure.net",
        "hours.calendar",
        "hours.window",
        "open.market_orders",
        "open.orders",
        "order.amount",
        "order.duplicate",
        "order.units",
        "place.daily_amount",
        "place.open_orders",
        "place.order_amount",
        "position.market",
        "price.collar",
        "price.drift",
        "price.spread",
        "rate.orders_per_fill",
        "venue.credit",
        "venue.daily_amount",
    )


def test_refuses_a_decision_that_sets_aside_what_nobody_did() -> None:
    decision = decide(a_case(large()))
    aside = ControlOutcome.OVERRIDDEN
    results = tuple(
        r._replace(outcome=aside) if r.outcome is ControlOutcome.FAILED else r
        for r in decision.results
    )
    with pytest.raises(CorruptionError, match=r"order\.amount is set aside, but by"):
        Decision(decision.case, results)
    other = an_override_granted(large(), controls=("daily.amount",))
    with pytest.raises(CorruptionError, match="does not"):
        Decision(replace(decision.case, override=other), results)


@pytest.mark.parametrize(
    "wrong", [{"agent": "another"}, {"expires_at": on("2026-05-15 09:14:59.999999")}]
)
def test_refuses_a_case_with_an_override_that_is_not_its(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(CorruptionError, match="case: override"):
        a_case(override=an_override_granted(**wrong))


@given(
    cases(),
    st.sets(
        st.sampled_from([check.control.id for check in CHECKS]),
        max_size=OVERRIDE_CONTROLS_MAX,
    ),
)
def test_an_override_changes_nothing_but_failed_limits_that_it_names(
    case: Case, named: set[str]
) -> None:
    plain = decide(replace(case, override=None))
    if not named:
        return
    at = case.received_at
    override = an_override_granted(
        agent=case.order.agent,
        controls=tuple(sorted(named)),
        at=Instant(max(at.micros - 1, 0)),
        expires_at=Instant(max(at.micros, 1)),
    )
    decision = decide(replace(case, override=override))
    for before, after in zip(plain.results, decision.results, strict=True):
        may = before.control.id in OVERRIDABLE & named
        if may and before.outcome is ControlOutcome.FAILED:
            assert after == before._replace(outcome=ControlOutcome.OVERRIDDEN)
        else:
            assert after == before


# ------------------------------------------------------------- admission and the fold


def granted_in(state: State, order: Order, **overrides: Any) -> State:  # noqa: ANN401  fields of every type
    return apply(state, an_override_granted(order, **overrides))


def test_the_override_waits_for_its_order_and_is_used_up_by_the_decision() -> None:
    start = an_enrolled_state()
    order = the_next_order(start, amount=LARGE)
    state = granted_in(start, order)
    assert decide(the_case_in(state, order)).allowed
    submitted = an_order_submitted(order)
    state = the_state_after(submitted, its_decision(submitted), start=state)
    assert state.overrides == {}
    assert sum(state.agents[order.agent].past.allowed.values()) == LARGE.minor_units


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.REFUSED])
def test_a_decision_uses_it_up_whatever_the_outcome(outcome: Outcome) -> None:
    start = an_enrolled_state()
    order = the_next_order(start)
    submitted = an_order_submitted(order)
    state = granted_in(start, order)
    state = the_state_after(submitted, its_decision(submitted, outcome), start=state)
    assert state.overrides == {}


def test_an_override_is_for_one_order_line_alone() -> None:
    start = an_enrolled_state()
    state = granted_in(start, the_next_order(start, amount=LARGE))
    other = the_next_order(start, amount=eur("180,000.01"))
    assert the_case_in(state, other).override is None


def test_an_override_for_another_agent_is_none() -> None:
    start = an_enrolled_state()
    order = the_next_order(start)
    granted = an_override_granted(order, agent="another")
    line = granted.override.order
    state = start._replace(overrides={line: granted})
    assert the_case_in(state, order).override is None


def test_an_override_ends_with_its_last_instant() -> None:
    start = an_enrolled_state()
    order = the_next_order(start)
    state = granted_in(start, order)
    ends = FIRST_LIVE_ORDER_AT.plus(seconds=240)
    submitted = an_order_submitted(order)
    assert case_of(state, submitted, Inputs(ends)).override is not None
    over = Instant(ends.micros + 1)
    assert case_of(state, submitted, Inputs(over)).override is None


@pytest.mark.parametrize(
    ("wrong", "want"),
    [
        ({"agent": "nobody"}, "no such agent is on record"),
        ({"controls": ("credential.standing",)}, "want some of daily.amount"),
        ({"controls": ("market.allowed", "order.amount")}, "got market.allowed"),
        (
            {"at": on("2026-04-24 08:50"), "expires_at": on("2026-04-24 08:59")},
            "over at",
        ),
        (
            {"at": on("2026-04-24 08:54"), "expires_at": on("2026-04-24 09:01")},
            "dated",
        ),
    ],
)
def test_refuses_an_override_that_cannot_follow(
    wrong: dict[str, Any], want: str
) -> None:
    with pytest.raises(InputError, match=want):
        apply(an_enrolled_state(), an_override_granted(**wrong))


def test_refuses_a_second_override_for_an_order_while_one_waits() -> None:
    start = an_enrolled_state()
    order = the_next_order(start)
    with pytest.raises(InputError, match="another one waits"):
        granted_in(granted_in(start, order), order, reason="once more")


def test_refuses_an_override_for_an_order_that_is_decided() -> None:
    start = an_enrolled_state()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted), start=start)
    with pytest.raises(InputError, match="is decided already"):
        granted_in(state, submitted.order)


def test_as_many_wait_as_the_limit_says_and_what_is_over_is_forgotten() -> None:
    state = an_enrolled_state()
    for number in range(OVERRIDES_MAX):
        state = apply(state, an_override_granted(order=a_digest(number)))
    with pytest.raises(InputError, match=f"{OVERRIDES_MAX} of them wait"):
        apply(state, an_override_granted(order=a_digest("one more")))
    later = FIRST_LIVE_ORDER_AT.plus(seconds=3600)
    order = the_next_order(state, created_at=later)
    submitted = an_order_submitted(order)
    state = the_state_after(submitted, its_decision(submitted), start=state)
    following = the_next_order(state)
    state = granted_in(state, following, at=later, expires_at=later.plus(seconds=60))
    assert len(state.overrides) == 1
