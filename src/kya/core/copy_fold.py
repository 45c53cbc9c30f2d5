"""What a venue's own list, and reports beside it, change in the state."""

from collections.abc import Mapping

from kya.core.client_id import client_id_of
from kya.core.copied import CopiedList
from kya.core.copy_admission import CopyEvent
from kya.core.copy_events import DropCopied
from kya.core.exact_fill import exact_units
from kya.core.matching import Account, Reported
from kya.core.order_events import VenueReported
from kya.core.recheck import Bounds
from kya.core.state import NO_PROGRESS, AgentState, State


def with_copy(state: State, event: CopyEvent) -> State:
    """Take lines of a venue's list, or that one of them is on record as unexplained."""
    now, venue = max(state.now, event.at), event.venue
    if isinstance(event, DropCopied):
        known = state.copies.get(venue) or CopiedList(
            position=event.after, until=event.until
        )
        working = _working_at(state, venue) if event.executions else {}
        copied = known.with_lines(event.executions, working, event.at)
        copied = copied._replace(until=event.until)
    else:
        copied = state.copies[venue].told(event.found)
    return state._replace(now=now, copies={**state.copies, venue: copied})


def copies_after_report(state: State, event: VenueReported) -> Mapping[str, CopiedList]:
    """Return the copied lists after a report that says what happened to an order."""
    known = state.copies.get(event.venue)
    if known is None:  # As at every venue whose list is not copied.
        return state.copies
    begun = _account_of(state, state.agents[event.agent], event.seq)
    filled = exact_units(event.filled, event.exact)
    reported = Reported(filled, event.price, event.at)
    copied = known.with_report(begun, reported, is_final=event.status.is_final)
    return {**state.copies, event.venue: copied}


def _working_at(state: State, venue: str) -> dict[str, Account]:
    """Return the orders that the venue may still execute, by the name it knows."""
    found = (
        _account_of(state, agent, seq)
        for agent in state.agents.values()
        for seq, submitted in agent.unanswered.items()
        if submitted.order.venue == venue
    )
    return {account.client_id: account for account in found}


def _account_of(state: State, agent: AgentState, seq: int) -> Account:
    """Return the account of a working order, of which nothing is executed yet."""
    submitted, progress = agent.unanswered[seq], agent.progress.get(seq, NO_PROGRESS)
    scope = state.credentials[submitted.order.credential].granted.scope
    return Account(
        client_id=client_id_of(submitted.leaf),
        submitted=submitted,
        bounds=Bounds(scope, progress.price, progress.aside),
    )
