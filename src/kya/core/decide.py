"""The one function that judges an order. No clock, no I/O, no randomness, no float."""

from typing import Final

from kya.core.case import Case
from kya.core.checks import Check, checks_of
from kya.core.checks_overlay import overlay_allows
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    Reason,
)
from kya.core.decision import Decision
from kya.core.order import Action
from kya.core.override import OverrideGranted

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_WARNED: Final = ControlOutcome.WARNED
_OVERRIDDEN: Final = ControlOutcome.OVERRIDDEN


def decide(case: Case) -> Decision:
    """Return the judgement of the case; total: it never raises.

    All controls run and every violation is kept; a cancel, which takes risk away, is
    asked for identity alone. A regulator runs this same function over the logged inputs
    and compares, bit by bit. Overlays are asked last, of what all else lets pass.
    """
    decision = judge(case, checks_of(case.order, case.scope))
    if not case.overlays or case.order.action is Action.CANCEL or not decision.allowed:
        return decision
    said = [overlay_allows(asked) for asked in case.overlays]
    return Decision(case, (*decision.results, *said))


def judge(case: Case, checks: tuple[Check, ...]) -> Decision:
    """Return the judgement of the case under the given checks, at least one."""
    results = _evaluated(case, checks)
    granted = case.override
    if granted is not None:
        results = tuple([_with_override(result, granted) for result in results])
    return Decision(case, results)


def _with_override(result: ControlResult, granted: OverrideGranted) -> ControlResult:
    """Return the result, set aside if people may and did (RTS 6 Art. 15(6)).

    The only way past a control. What could not be evaluated blocks all the same.
    """
    control = result.control
    if (
        result.outcome is _FAILED
        and control.overridable
        and granted.sets_aside(control.id)
    ):
        return result._replace(outcome=_OVERRIDDEN)
    return result


def _evaluated(case: Case, checks: tuple[Check, ...]) -> tuple[ControlResult, ...]:
    """Return the result of each control that is armed; one that breaks blocks.

    One loop and no call for each control: most of what an order costs is spent here.
    """
    results: list[ControlResult] = []
    for control, evaluate, _ in checks:
        try:
            result = evaluate(case)
            if result is NOT_ARMED:
                continue
            named, outcome, _, _, reason = result
            if named is control and (
                reason is None
                if outcome is _PASSED
                else reason is not None and _may_say(control, outcome)
            ):
                results.append(result)
                continue
            fault = "a result that contradicts itself"
        except Exception as error:  # noqa: BLE001  fail closed: the order stays on record
            fault = type(error).__name__
        results.append(
            ControlResult(
                control,
                ControlOutcome.CANNOT_EVALUATE,
                "a result",
                fault,
                Reason.CONTROL_FAULTED,
            )
        )
    return tuple(results)


def _may_say(control: Control, outcome: ControlOutcome) -> bool:
    """Tell whether a control may say so of an order that it does not let pass."""
    if outcome is _WARNED:
        return control.soft
    return outcome is not _OVERRIDDEN  # No control sets itself aside.
