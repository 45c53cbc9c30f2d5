"""How the times of entries must follow each other."""

from kya.core.instant import Instant
from kya.core.limits import STATEMENT_LAG_MICROS_MAX
from kya.core.state import State


def against_clock(state: State, at: Instant) -> str | None:
    """The gateway's clock is not behind what it has put on record."""
    if at < state.now:
        return f"the clock stepped back: {at} is before {state.now}"
    return None


def against_back_dating(state: State, at: Instant, what: str) -> str | None:
    """A statement is not dated before what the log holds, but for its way here."""
    if at.micros < state.now.micros - STATEMENT_LAG_MICROS_MAX:
        return f"{what}: dated {at}, but the log is at {state.now}"
    return None
