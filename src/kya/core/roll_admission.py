"""What may follow what where a log goes on under its next name."""

from kya.core.dating import against_back_dating
from kya.core.roll import LogContinued, LogRolled
from kya.core.state import State


def against_roll(state: State, event: LogRolled | LogContinued) -> str | None:
    """A name ends once, and the one that was said comes next."""
    if isinstance(event, LogContinued):
        if state.rolled is None:
            return f"continuation as {event.origin}: no roll stands before it"
        if event.origin != state.rolled.successor:
            return f"continuation as {event.origin}: want {state.rolled.successor}"
        return against_back_dating(state, event.at, "continuation")
    if event.origin != state.origin:
        return f"roll of {event.origin}: this log is {state.origin}"
    if event.successor in state.origins:
        return f"roll to {event.successor}: the log has had this name"
    return against_back_dating(state, event.at, "roll")


def with_roll(state: State, event: LogRolled | LogContinued) -> State:
    """Close the log, or go on under its next name; nothing else changes."""
    if isinstance(event, LogRolled):
        return state._replace(rolled=event)
    origins = (*state.origins, event.origin)
    return state._replace(rolled=None, origins=origins)
