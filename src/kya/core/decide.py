"""The one function that judges an order. No clock, no I/O, no randomness, no float."""

from kya.core.case import Case
from kya.core.checks import CHECKS, Check
from kya.core.control import ControlOutcome, ControlResult, Reason
from kya.core.decision import Decision


def decide(case: Case) -> Decision:
    """Return the judgement of the case; total: it never raises.

    All controls run and every violation is kept. A regulator runs this same function
    over the logged inputs and compares, bit by bit.
    """
    return judge(case, CHECKS)


def judge(case: Case, checks: tuple[Check, ...]) -> Decision:
    """Return the judgement of the case under the given checks."""
    return Decision(case, tuple([_evaluate(check, case) for check in checks]))


def _evaluate(check: Check, case: Case) -> ControlResult:
    """Return the check's result; a check that breaks is one that cannot be evaluated."""
    try:
        return check.evaluate(case)
    except Exception as fault:  # noqa: BLE001  fail closed: a broken control blocks, and the order stays on record
        return ControlResult(
            check.control,
            ControlOutcome.CANNOT_EVALUATE,
            "a result",
            type(fault).__name__,
            Reason.CONTROL_FAULTED,
        )
