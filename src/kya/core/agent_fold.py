"""What a decision and a venue's report change of one agent, written once for each."""

from kya.core.behaviour_fold import behaviour_after_order, behaviour_after_report
from kya.core.flow import Decided, past_after_decision, past_after_report
from kya.core.order import Order
from kya.core.order_events import OrderDecided, OrderSubmitted, VenueReported
from kya.core.progress import after_report, begun
from kya.core.state import AgentState, Progress


def agent_after_decision(
    agent: AgentState, submitted: OrderSubmitted, decided: Decided, event: OrderDecided
) -> AgentState:
    """Return the agent with its chain head moved, and what was allowed reserved."""
    baseline, behaviour = behaviour_after_order(agent, submitted.order, event)
    unanswered, progress = agent.unanswered, agent.progress
    if decided.allowed:
        unanswered, progress = begun(agent, submitted, _judged_by(event))
    return agent._replace(
        past=past_after_decision(agent.past, decided),
        unanswered=unanswered,
        progress=progress,
        baseline=baseline,
        behaviour=behaviour,
    )


def _judged_by(event: OrderDecided) -> Progress:
    """Return how far an order is that was allowed just now: what it was judged by."""
    return Progress(worth=event.worth, price=event.price, aside=event.aside)


def agent_after_report(
    agent: AgentState, order: Order, event: VenueReported
) -> AgentState:
    """Return the agent after a report on its order that says what happened."""
    unanswered, progress = after_report(agent, event)
    return agent._replace(
        past=past_after_report(agent.past, order, event),
        unanswered=unanswered,
        progress=progress,
        behaviour=behaviour_after_report(agent, order.action, event),
    )
