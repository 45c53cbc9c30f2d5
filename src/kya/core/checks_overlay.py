"""The control of overlays: what a policy says of an order that all others let pass."""

from functools import lru_cache
from typing import Final

from kya.core.control import Control, ControlOutcome, ControlResult, Reason
from kya.core.overlay import AskedOverlay, Verdict

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE
_ALLOW: Final = Verdict.ALLOW.value


def overlay_allows(asked: AskedOverlay) -> ControlResult:
    """The overlay's own text was asked, in its engine and release, and says: allow."""
    control, answer = overlay_control(asked.name), asked.answer
    if answer is None:
        return _unanswered(control, "no answer")
    if not answer.is_of(asked.policy):
        return _unanswered(control, "another policy")
    verdict, policies = answer.said
    if verdict is Verdict.ALLOW:
        return ControlResult(control, _PASSED, _ALLOW, _ALLOW)
    if verdict is Verdict.DENY:
        measured = " ".join([verdict.value, *policies])
        return ControlResult(control, _FAILED, _ALLOW, measured, Reason.OVERLAY_FORBIDS)
    return _unanswered(control, verdict.value)


def _unanswered(control: Control, measured: str) -> ControlResult:
    reason = Reason.OVERLAY_UNANSWERED
    return ControlResult(control, _CANNOT_EVALUATE, _ALLOW, measured, reason)


@lru_cache(maxsize=64)
def overlay_control(name: str) -> Control:
    """Return the control of the overlay with this name."""
    return Control(id=f"overlay.{name}", version=1, unit="", source="the firm's own")
