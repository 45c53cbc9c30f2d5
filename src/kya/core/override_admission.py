"""Which overrides may follow the log as it stands."""

from typing import Final

from kya.core.checks import CHECKS
from kya.core.dating import against_back_dating
from kya.core.limits import OVERRIDES_MAX
from kya.core.override import Override, OverrideGranted
from kya.core.state import State

OVERRIDABLE: Final = frozenset(
    check.control.id for check in CHECKS if check.control.overridable
)
"""The controls that people may set aside for one order; no other ones."""


def against_override(state: State, event: OverrideGranted) -> str | None:
    """It is for an order to come of an agent on record, and sets only limits aside."""
    override = event.override
    against = _against_its_controls(override) or _against_its_order(state, override)
    if against is not None:
        return f"override for {override.agent}: {against}"
    return against_back_dating(state, override.at, "override")


def _against_its_order(state: State, override: Override) -> str | None:
    """The order is not decided yet, and no other override waits for it."""
    agent = state.agents.get(override.agent)
    if agent is None:
        return "no such agent is on record"
    if override.expires_at < state.now:
        return f"over at {override.expires_at}, but the log is at {state.now}"
    if override.order == agent.past.prev:
        return f"order {override.order} is decided already"
    waiting = [known for known in state.overrides.values() if not is_over(known, state)]
    if any(known.override.order == override.order for known in waiting):
        return f"another one waits for order {override.order}"
    if len(waiting) >= OVERRIDES_MAX:
        return f"{OVERRIDES_MAX} of them wait for their orders"
    return None


def _against_its_controls(override: Override) -> str | None:
    """Each control is one of those that people may set aside."""
    wrong = [control for control in override.controls if control not in OVERRIDABLE]
    if wrong:
        return f"want some of {', '.join(sorted(OVERRIDABLE))}; got {', '.join(wrong)}"
    return None


def is_over(granted: OverrideGranted, state: State) -> bool:
    """Tell whether no order can be received in time for the override any more."""
    return granted.override.expires_at < state.now
