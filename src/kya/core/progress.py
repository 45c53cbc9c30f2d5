"""How far working orders have come: what a venue's report changes for its agent."""

from collections.abc import Mapping

from kya.core.order_events import OrderSubmitted, VenueReported
from kya.core.state import NO_PROGRESS, AgentState, Progress

Open = tuple[Mapping[int, OrderSubmitted], Mapping[int, Progress]]
"""An agent's unanswered orders by `seq`, and what venues have said of them so far."""


def begun(agent: AgentState, submitted: OrderSubmitted, allowed: Progress) -> Open:
    """Return what is open once the agent's order is allowed, by what it was judged."""
    seq = submitted.order.seq
    unanswered, progress = {**agent.unanswered, seq: submitted}, agent.progress
    if allowed != NO_PROGRESS:
        progress = {**progress, seq: allowed}
    return unanswered, progress


def after_report(agent: AgentState, event: VenueReported) -> Open:
    """Return what is open after a report that says what happened.

    A final one settles its order, and what was filled of that counts for whatever is
    to take its place.
    """
    seq, known = event.seq, agent.progress.get(event.seq, NO_PROGRESS)
    filled = 0 if event.filled is None else event.filled.minor_units
    if not event.status.is_final:
        now = known._replace(is_acknowledged=True, filled=filled, exact=event.exact)
        return agent.unanswered, {**agent.progress, seq: now}
    unanswered, progress = {**agent.unanswered}, {**agent.progress}
    del unanswered[seq]
    progress.pop(seq, None)
    before = known.filled_before + filled
    if before:
        for waiting in agent.acting_on(seq):
            other = waiting.order.seq
            there = progress.get(other, NO_PROGRESS)
            progress[other] = there._replace(filled_before=before)
    return unanswered, progress
