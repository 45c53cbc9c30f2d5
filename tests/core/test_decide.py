"""The judge itself: what breaks blocks, and nothing is allowed by omission."""

from collections.abc import Callable

import pytest

from kya.core.case import Case
from kya.core.checks import CHECKS, Check
from kya.core.checks_identity import credential_is_active
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    NotArmed,
    Reason,
)
from kya.core.credential import Standing
from kya.core.decide import decide, judge
from kya.core.decision import Decision, Outcome, outcome_of
from kya.core.errors import CorruptionError
from kya.core.instant import Day
from kya.core.money import Currency
from kya.core.order import Side
from kya.core.scope import Mode
from tests.builders import (
    EUR,
    GBP,
    a_case,
    a_credential,
    a_past,
    a_scope,
    an_order,
    eur,
    on,
)

CONTROL = Control(id="test.control", version=1, unit="", source="a test")
OTHER = Control(id="test.other", version=1, unit="", source="a test")
PASSED = ControlResult(CONTROL, ControlOutcome.PASSED, "x", "x")


SOFT = Control(id="test.soft", version=1, unit="", source="a test", soft=True)


def judged(
    evaluate: Callable[[Case], ControlResult | NotArmed], *more: Check
) -> Decision:
    return judge(a_case(), (Check(CONTROL, evaluate), *more))


def warning(control: Control) -> ControlResult:
    return ControlResult(
        control, ControlOutcome.WARNED, "x", "y", Reason.MARKET_NOT_ALLOWED
    )


def test_a_control_that_is_not_armed_is_not_listed() -> None:
    decision = judged(lambda _: PASSED, Check(OTHER, lambda _: NOT_ARMED))
    assert [result.control for result in decision.results] == [CONTROL]
    assert decision.outcome is Outcome.ALLOWED


def test_nothing_is_allowed_because_no_control_is_armed() -> None:
    with pytest.raises(CorruptionError, match="no control"):
        judged(lambda _: NOT_ARMED)


def test_a_control_that_forgets_its_result_blocks() -> None:
    forgetful: Callable[[Case], ControlResult] = lambda _: None  # type: ignore[return-value,assignment]  # noqa: E731
    decision = judged(forgetful)
    assert decision.reasons == (Reason.CONTROL_FAULTED,)
    assert decision.violations[0].limit == "a result"


def test_a_soft_control_warns_and_lets_pass() -> None:
    decision = judge(a_case(), (Check(SOFT, lambda _: warning(SOFT)),))
    [result] = decision.results
    assert (decision.outcome, decision.reasons) == (Outcome.ALLOWED, ())
    assert result.reason is Reason.MARKET_NOT_ALLOWED


def test_a_hard_control_that_warns_blocks() -> None:
    assert judged(lambda _: warning(CONTROL)).reasons == (Reason.CONTROL_FAULTED,)
    with pytest.raises(CorruptionError, match="not soft"):
        Decision(a_case(), (warning(CONTROL),))


def test_a_control_that_passes_allows() -> None:
    assert judged(lambda _: PASSED).outcome is Outcome.ALLOWED


@pytest.mark.parametrize(
    "fault",
    [ZeroDivisionError(), KeyError("x"), RecursionError(), MemoryError(), OSError()],
    ids=lambda fault: type(fault).__name__,
)
def test_a_control_that_raises_denies(fault: Exception) -> None:
    def broken(_: Case) -> ControlResult:
        raise fault

    decision = judged(broken)
    assert decision.outcome is Outcome.DENIED
    assert decision.reasons == (Reason.CONTROL_FAULTED,)
    [violation] = decision.violations
    assert violation.outcome is ControlOutcome.CANNOT_EVALUATE
    assert violation.control is CONTROL
    assert violation.measured == type(fault).__name__


def test_a_control_that_raises_does_not_silence_the_others() -> None:
    def broken(_: Case) -> ControlResult:
        raise ValueError

    decision = judged(broken, *CHECKS)
    assert decision.reasons == (Reason.CONTROL_FAULTED,)
    assert len(decision.results) == len(judged(lambda _: PASSED, *CHECKS).results)
    assert len(decision.results) > 1


def test_a_fault_beside_a_revoked_credential_is_refused() -> None:
    def broken(_: Case) -> ControlResult:
        raise ValueError

    revoked = a_case(credential=a_credential(standing=Standing.REVOKED))
    decision = judge(revoked, (Check(CONTROL, broken), *CHECKS))
    assert decision.outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    "result",
    [
        PASSED._replace(reason=Reason.CLOCK_SKEW),
        PASSED._replace(outcome=ControlOutcome.FAILED),
        PASSED._replace(outcome=ControlOutcome.CANNOT_EVALUATE),
        PASSED._replace(control=OTHER),
        None,
        True,
        (),
    ],
)
def test_a_control_that_contradicts_itself_denies(result: ControlResult) -> None:
    decision = judged(lambda _: result)
    assert decision.reasons == (Reason.CONTROL_FAULTED,)
    assert decision.outcome is Outcome.DENIED


def test_what_contradicts_itself_is_named_so() -> None:
    [violation] = judged(lambda _: PASSED._replace(control=OTHER)).violations
    assert violation.measured == "a result that contradicts itself"


def test_a_stop_of_the_process_is_not_swallowed() -> None:
    def interrupted(_: Case) -> ControlResult:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged(interrupted)


def test_nothing_asked_is_nothing_allowed() -> None:
    with pytest.raises(CorruptionError, match="no control was evaluated"):
        judge(a_case(), ())


def test_a_failure_without_a_reason_cannot_be_a_decision() -> None:
    failed = PASSED._replace(outcome=ControlOutcome.FAILED)
    with pytest.raises(CorruptionError, match="says no why"):
        Decision(a_case(), (failed,))


# ----------------------------------------------------------------------- outcomes


@pytest.mark.parametrize(
    ("reasons", "outcome"),
    [
        ([], Outcome.ALLOWED),
        ([Reason.ORDER_AMOUNT_MAX], Outcome.DENIED),
        ([Reason.CONTROL_FAULTED], Outcome.DENIED),
        ([Reason.CREDENTIAL_SUSPENDED], Outcome.REFUSED),
        ([Reason.CREDENTIAL_REVOKED], Outcome.REFUSED),
        ([Reason.CREDENTIAL_EXPIRED], Outcome.REFUSED),
        ([Reason.CREDENTIAL_NOT_YET_VALID], Outcome.REFUSED),
        ([Reason.ORDER_AMOUNT_MAX, Reason.CREDENTIAL_REVOKED], Outcome.REFUSED),
    ],
)
def test_only_identity_refuses_and_everything_else_denies(
    reasons: list[Reason], outcome: Outcome
) -> None:
    assert outcome_of(reasons) is outcome


@pytest.mark.parametrize("reason", list(Reason))
def test_any_reason_at_all_blocks(reason: Reason) -> None:
    assert outcome_of([reason]) is not Outcome.ALLOWED


def test_a_control_decides_by_its_own_name_alone() -> None:
    assert credential_is_active(a_case()).control.id == "credential.standing"


# ----------------------------------------------------------- counters, mode, reserve


def test_an_allowed_order_reserves_its_amount() -> None:
    decision = decide(a_case(an_order(amount=eur("20,000"))))
    assert decision.counted == 2_000_000


def test_an_order_that_is_not_allowed_reserves_nothing() -> None:
    assert decide(a_case(an_order(amount=eur("25,000.01")))).counted == 0


def test_counters_are_kept_per_agent_and_per_market_and_side() -> None:
    past = a_past(
        allowed={
            ("EUR/USD", Side.BUY): 100,
            ("EUR/USD", Side.SELL): 20,
            ("GBP/EUR", Side.BUY): 3,
        }
    )
    before = decide(a_case(past=past)).counters_before
    assert (before.agent, before.market_and_side) == (123, 100)
    assert before.plus(5) == before._replace(agent=128, market_and_side=105)
    assert (before.day, before.currency) == (Day.parse("2026-05-15"), EUR)


@pytest.mark.parametrize(("counted_in", "shown_in"), [(None, EUR), (GBP, GBP)])
def test_counters_are_in_the_currency_that_was_counted(
    counted_in: Currency | None, shown_in: Currency
) -> None:
    decision = decide(a_case(past=a_past(currency=counted_in)))
    assert decision.counters_before.currency == shown_in


def test_paper_and_live_are_judged_the_same_and_told_apart() -> None:
    scope = a_scope(live_from=on("2026-05-15 09:15"))
    live = decide(a_case(scope=scope))
    paper = decide(a_case(scope=scope, received_at=on("2026-05-15 09:14:59.999999")))
    assert (live.mode, paper.mode) == (Mode.LIVE, Mode.PAPER)
    assert live.allowed
    assert paper.allowed
