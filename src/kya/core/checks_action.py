"""Controls of the action: what may be asked for, and of which working order."""

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

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED

ACTION_ALLOWED: Final = Control(
    id="action.allowed", version=1, unit="", source="RTS 6 Art. 15"
)
ACTION_TARGET: Final = Control(
    id="action.target", version=1, unit="", source="FIX OrderCancelRequest"
)

_UNLESS_LISTED: Final = frozenset({Action.NEW.value, Action.CANCEL.value})
"""What an agent may ask for whose scope lists no actions."""


def action_is_allowed(case: Case) -> ControlResult | NotArmed:
    """The scope lists the action; a cancel is always allowed, for it takes no risk."""
    action = case.order.action
    if action is Action.NEW:
        return NOT_ARMED
    allowed = _UNLESS_LISTED
    if action.value in allowed:
        return ControlResult(ACTION_ALLOWED, _PASSED, allowed, action.value)
    return ControlResult(
        ACTION_ALLOWED, _FAILED, allowed, action.value, Reason.ACTION_NOT_ALLOWED
    )


def target_is_a_working_order(case: Case) -> ControlResult | NotArmed:
    """What is replaced or cancelled is the agent's own, still working, and this one."""
    order, target = case.order, case.target
    if order.action not in ACTS_ON_TARGET:
        return NOT_ARMED
    if target is None:
        return ControlResult(
            ACTION_TARGET,
            _FAILED,
            "a working order",
            str(order.target),
            Reason.TARGET_UNKNOWN,
        )
    is_cancel = order.action is Action.CANCEL
    limit, measured = (_words(each, is_cancel=is_cancel) for each in (target, order))
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
