"""An overlay may only forbid: laws of the decision."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from kya.core.case import Case
from kya.core.control import ControlOutcome, Reason
from kya.core.decide import decide
from kya.core.decision import Outcome
from kya.core.order import Action
from kya.core.overlay import AskedOverlay, Verdict
from tests.builders import a_case, a_policy, an_asked_overlay, an_order, eur
from tests.strategies import cases

HOUSE = an_asked_overlay()


@pytest.mark.parametrize(
    ("asked", "measured", "outcome"),
    [
        (HOUSE, "allow", ControlOutcome.PASSED),
        (an_asked_overlay(Verdict.DENY), "deny", ControlOutcome.FAILED),
        (an_asked_overlay(Verdict.DENY, "a", "b"), "deny a b", ControlOutcome.FAILED),
        (an_asked_overlay(None), "no answer", ControlOutcome.CANNOT_EVALUATE),
        (an_asked_overlay(Verdict.LATE), "late", ControlOutcome.CANNOT_EVALUATE),
        (an_asked_overlay(Verdict.ABSENT), "absent", ControlOutcome.CANNOT_EVALUATE),
        (an_asked_overlay(Verdict.FAILED), "failed", ControlOutcome.CANNOT_EVALUATE),
        (
            HOUSE._replace(policy=a_policy("forbid (principal, action, resource);")),
            "another policy",
            ControlOutcome.CANNOT_EVALUATE,
        ),
    ],
)
def test_nothing_but_a_plain_allow_of_the_policy_in_force_passes(
    asked: AskedOverlay, measured: str, outcome: ControlOutcome
) -> None:
    decision = decide(a_case(overlays=(asked,)))
    last = decision.results[-1]
    assert (last.control.id, last.limit) == ("overlay.house", "allow")
    assert (last.measured, last.outcome) == (measured, outcome)
    assert decision.allowed is (outcome is ControlOutcome.PASSED)


@settings(max_examples=25)
@given(cases())
def test_an_overlay_allows_nothing_that_is_not_allowed_without_it(case: Case) -> None:
    bare = decide(replace(case, overlays=()))
    laid_over = decide(replace(case, overlays=case.overlays or (HOUSE,)))
    if not bare.allowed or case.order.action is Action.CANCEL:
        assert laid_over.results == bare.results
    assert bare.allowed or not laid_over.allowed
    assert laid_over.outcome is not Outcome.REFUSED or not bare.allowed


def test_each_overlay_in_force_must_allow() -> None:
    forbids = an_asked_overlay(Verdict.DENY, name="second")
    decision = decide(a_case(overlays=(an_asked_overlay(name="first"), forbids)))
    assert list(decision.reasons) == [Reason.OVERLAY_FORBIDS]
    assert len(decision.answers) == 2


def test_what_a_control_stops_is_not_asked() -> None:
    order = an_order(amount=eur("25000.01"))
    decision = decide(a_case(order, overlays=(an_asked_overlay(Verdict.DENY),)))
    assert list(decision.reasons) == [Reason.ORDER_AMOUNT_MAX]
    assert decision.answers == ()
