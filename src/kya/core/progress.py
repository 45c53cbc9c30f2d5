"""How far working orders have come: what a venue's report changes for its agent."""

from collections.abc import Mapping

from kya.core.money import Money
from kya.core.order_events import OrderSubmitted, VenueReported
from kya.core.state import AgentState, Progress

Open = tuple[Mapping[int, OrderSubmitted], Mapping[int, Progress]]
"""An agent's unanswered orders by `seq`, and what venues have said of them so far."""


def begun(agent: AgentState, submitted: OrderSubmitted, worth: Money | None) -> Open:
    """Return what is open once the agent's order is allowed."""
    seq = submitted.order.seq
    unanswered, progress = {**agent.unanswered, seq: submitted}, agent.progress
    if worth is not None:
        progress = {**progress, seq: Progress(worth=worth)}
    return unanswered, progress


def after_report(agent: AgentState, event: VenueReported) -> Open:
    """Return what is open after a report that says what happened.

    A final one settles its order, and what was filled of that counts for whatever is
    to take its place.
    """
    seq, known = event.seq, agent.progress.get(event.seq, Progress())
    filled = 0 if event.filled is None else event.filled.minor_units
    if not event.status.is_final:
        now = known._replace(is_acknowledged=True, filled=filled)
        return agent.unanswered, {**agent.progress, seq: now}
    unanswered, progress = {**agent.unanswered}, {**agent.progress}
    del unanswered[seq]
    progress.pop(seq, None)
    before = known.filled_before + filled
    if before:
        for waiting in agent.acting_on(seq):
            other = waiting.order.seq
            there = progress.get(other, Progress())
            progress[other] = there._replace(filled_before=before)
    return unanswered, progress
