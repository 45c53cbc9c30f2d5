"""Controls of the action: what may be asked for, and of which working order."""

from functools import lru_cache
from typing import Final

from kya.core.case import Case
from kya.core.checks_identity import CREDENTIAL_STANDING
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    NotArmed,
    Reason,
)
from kya.core.credential import Standing
from kya.core.order import ACTS_ON_TARGET, Action, Order
from kya.core.scope_limits import ACTIONS_UNLESS_LISTED

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED

ACTION_ALLOWED: Final = Control(
    id="action.allowed", version=1, unit="", source="RTS 6 Art. 15"
)
ACTION_TARGET: Final = Control(
    id="action.target", version=1, unit="", source="FIX OrderCancelRequest"
)


def action_is_allowed(case: Case) -> ControlResult | NotArmed:
    """The scope lists the action; a cancel is always allowed, for it takes no risk."""
    action, listed = case.order.action, case.scope.limits.actions
    if action is Action.NEW and listed is None:
        return NOT_ARMED
    allowed = ACTIONS_UNLESS_LISTED if listed is None else listed
    limit = _words_of(allowed)
    if action in allowed or action is Action.CANCEL:
        return ControlResult(ACTION_ALLOWED, _PASSED, limit, action.value)
    return ControlResult(
        ACTION_ALLOWED, _FAILED, limit, action.value, Reason.ACTION_NOT_ALLOWED
    )


@lru_cache(maxsize=256)
def _words_of(actions: frozenset[Action]) -> frozenset[str]:
    """Return the actions as words, and keep them: a scope's are always the same."""
    return frozenset([each.value for each in actions])


def target_is_a_working_order(case: Case) -> ControlResult | NotArmed:
    """What is replaced or cancelled is the agent's own, still working, and this one."""
    order, working = case.order, case.target
    if order.action not in ACTS_ON_TARGET:
        return NOT_ARMED
    if working is None:
        return ControlResult(
            ACTION_TARGET,
            _FAILED,
            "a working order",
            str(order.target),
            Reason.TARGET_UNKNOWN,
        )
    is_cancel = order.action is Action.CANCEL
    limit, measured = (
        _words(each, is_cancel=is_cancel) for each in (working.order, order)
    )
    if limit == measured:
        return ControlResult(ACTION_TARGET, _PASSED, limit, measured)
    return ControlResult(ACTION_TARGET, _FAILED, limit, measured, Reason.TARGET_DIFFERS)


def credential_may_still_cancel(case: Case) -> ControlResult:
    """The credential is not revoked, nor due to be; a suspended one may cancel.

    Whoever is stopped must be able to take its orders back: that only takes risk away.
    """
    limit = "active suspended"
    standing = case.credential.standing_at(case.received_at)
    if standing is not Standing.REVOKED:
        return ControlResult(CREDENTIAL_STANDING, _PASSED, limit, standing.value)
    return ControlResult(
        CREDENTIAL_STANDING, _FAILED, limit, standing.value, Reason.CREDENTIAL_REVOKED
    )


def _words(order: Order, *, is_cancel: bool) -> str:
    """Return what must be the same: of a cancel the amount, too (FIX MsgType F)."""
    amount = order.amount
    what = f"{amount} {amount.currency}" if is_cancel else str(amount.currency)
    return f"{order.market} {order.side.value} {order.venue} {what}"
