"""Which drop copies may follow the log, and what may be called unexplained."""

from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.dating import against_clock
from kya.core.halt import TradingState
from kya.core.state import State

CopyEvent = DropCopied | ExecutionUnexplained


def against_copy(state: State, event: CopyEvent) -> str | None:
    """Ask the rule of the event's kind, then the gateway's clock."""
    against = (
        _against_lines(state, event)
        if isinstance(event, DropCopied)
        else _against_finding(state, event)
    )
    if against is not None:
        return f"drop copy of {event.venue}: {against}"
    return against_clock(state, event.at)


def _against_lines(state: State, event: DropCopied) -> str | None:
    """Lines follow those on record without a gap; the first ones start anywhere."""
    known = state.copies.get(event.venue)
    if known is None:
        return None
    if event.after != known.position:
        return f"after {event.after}; want {known.position}"
    if event.until < known.until:
        return f"until {event.until}; it was whole until {known.until} already"
    return None


def _against_finding(state: State, event: ExecutionUnexplained) -> str | None:
    """What is unexplained is so by the log, and the place that it names is halted."""
    known = state.copies.get(event.venue)
    if known is None or event.found not in known.unexplained(event.at):
        return "nothing of this kind is unexplained, or it is on record already"
    place = event.place
    halt = None if place is None else state.halts.get(place)
    if place is not None and (
        halt is None or halt.halt.state is not TradingState.HALTED
    ):
        return f"want trading at {place} halted before it"
    return None
