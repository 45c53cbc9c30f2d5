"""Controls of behaviour: whether an order is still like its agent's own past.

They stand beside the hard limits and never in their place: a score lets nothing pass.
"""

from typing import Final

from kya.core.case import Case
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    NotArmed,
    Reason,
)
from kya.core.instant import Instant
from kya.core.scope import Mode

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_WARNED: Final = ControlOutcome.WARNED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE
_UNIT: Final = "1/10000"
_SOURCE: Final = "RTS 6 Art. 13, 16(5)"

BASELINE: Final = Control(
    id="behaviour.baseline",
    version=1,
    unit="",
    source="RTS 6 Art. 5(2), 5(7), 8",
)
EXPIRY: Final = Control(
    id="behaviour.expiry", version=1, unit="", source="RTS 6 Art. 9, 16(5)"
)
RENEWAL: Final = Control(
    id="behaviour.renewal",
    version=1,
    unit="",
    source="RTS 6 Art. 9, 16(5)",
    soft=True,
)
SCORE_WARN: Final = Control(
    id="behaviour.warn", version=1, unit=_UNIT, source=_SOURCE, soft=True
)
SCORE_CRITICAL: Final = Control(
    id="behaviour.critical", version=1, unit=_UNIT, source=_SOURCE
)
SEQUENCE: Final = Control(
    id="behaviour.sequence", version=1, unit=_UNIT, source=_SOURCE
)


def baseline_is_locked_for_this_release(case: Case) -> ControlResult | NotArmed:
    """A live order of a scope that watches behaviour has a baseline to meet.

    Before one is locked, the agent trades on paper, to have one learned.
    """
    if case.scope.limits.score_critical_bps is None:
        return NOT_ARMED
    likeness, want = case.likeness, "a locked baseline"
    if likeness is None:
        if case.scope.mode_at(case.received_at) is Mode.PAPER:
            return NOT_ARMED
        found = "none"
    elif likeness.is_of_the_release:
        return ControlResult(BASELINE, _PASSED, want, likeness.baseline)
    else:
        found = "locked for another runtime"
    return ControlResult(
        BASELINE, _CANNOT_EVALUATE, want, found, Reason.BEHAVIOUR_UNKNOWN
    )


def baseline_has_not_expired(case: Case) -> ControlResult | NotArmed:
    """The locked baseline is younger than the scope lets one become.

    What was normal then says nothing of now: an order cannot be held against it.
    """
    found = _ended(case, case.scope.limits.baseline_days)
    if found is None:
        return NOT_ARMED
    end, now = found
    if now < end:
        return ControlResult(EXPIRY, _PASSED, end, now)
    return ControlResult(EXPIRY, _CANNOT_EVALUATE, end, now, Reason.BEHAVIOUR_EXPIRED)


def baseline_needs_no_renewal_yet(case: Case) -> ControlResult | NotArmed:
    """The locked baseline is younger than the age from which on people are warned."""
    found = _ended(case, case.scope.limits.baseline_warn_days)
    if found is None:
        return NOT_ARMED
    end, now = found
    if now < end:
        return ControlResult(RENEWAL, _PASSED, end, now)
    return ControlResult(RENEWAL, _WARNED, end, now, Reason.BEHAVIOUR_RENEWAL_DUE)


def _ended(case: Case, days: int | None) -> tuple[Instant, Instant] | None:
    """Return when a baseline is so many days old, and now; None if nobody asks."""
    if days is None or case.likeness is None:
        return None
    return case.likeness.as_of.later(days=days), case.received_at


def score_gives_no_warning(case: Case) -> ControlResult | NotArmed:
    """The score is below the one from which on an order is warned of."""
    most, likeness = case.scope.limits.score_warn_bps, case.likeness
    if most is None or likeness is None:
        return NOT_ARMED
    found = likeness.score.value
    if found < most:
        return ControlResult(SCORE_WARN, _PASSED, most, found)
    return ControlResult(SCORE_WARN, _WARNED, most, found, Reason.BEHAVIOUR_UNUSUAL)


def score_is_not_critical(case: Case) -> ControlResult | NotArmed:
    """The score is below the critical one; on probation, a warning is as much."""
    limits, likeness = case.scope.limits, case.likeness
    most = limits.score_critical_bps
    if most is None or likeness is None:
        return NOT_ARMED
    if likeness.on_probation and limits.score_warn_bps is not None:
        most = limits.score_warn_bps
    found = likeness.score.value
    if found < most:
        return ControlResult(SCORE_CRITICAL, _PASSED, most, found)
    return ControlResult(
        SCORE_CRITICAL, _FAILED, most, found, Reason.BEHAVIOUR_CRITICAL
    )


def sequence_is_like_the_past(case: Case) -> ControlResult | NotArmed:
    """The orders before this one are together no critical evidence of another agent."""
    most, likeness = case.scope.limits.score_critical_bps, case.likeness
    if most is None or likeness is None:
        return NOT_ARMED
    found = likeness.sequence
    if found < most:
        return ControlResult(SEQUENCE, _PASSED, most, found)
    return ControlResult(SEQUENCE, _FAILED, most, found, Reason.BEHAVIOUR_SEQUENCE)
