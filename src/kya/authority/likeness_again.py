"""An agent's behaviour while a log is read again: the steps of the fold, and no others.

What the agent attempted is what the log says. Whether its venue took it counts only for
orders that are allowed again.
"""

from kya.core.baseline import BaselineLocked, Likeness, likeness
from kya.core.behaviour_fold import (
    behaviour_after_order,
    behaviour_after_report,
    with_baseline,
)
from kya.core.case_of import Inputs
from kya.core.decision import Outcome
from kya.core.events import Event
from kya.core.order import Order
from kya.core.order_events import OrderDecided, VenueReported
from kya.core.state import AgentState, State
from kya.core.tokens import NO_DIGEST


def with_lock(state: State, event: Event) -> State:
    """Return the state with the baseline in force that people have locked."""
    return with_baseline(state, event) if isinstance(event, BaselineLocked) else state


def likeness_in(state: State, order: Order, inputs: Inputs) -> Likeness | None:
    """Return how like its agent's past the order is, before it is decided."""
    agent = state.agents[order.agent]
    held, seen = (agent.baseline, agent.behaviour), (inputs.received_at, inputs.price)
    return likeness(held, agent.pinned, order, seen)


def with_attempt(state: State, order: Order, inputs: Inputs) -> State:
    """Return the state after an attempt, whatever is decided on it."""
    event = OrderDecided(
        agent=order.agent,
        seq=order.seq,
        order=NO_DIGEST,
        outcome=Outcome.ALLOWED,  # No step of behaviour looks at it.
        received_at=inputs.received_at,
        price=inputs.price,
    )
    agent = state.agents[order.agent]
    return _with_agent(state, order, behaviour_after_order(agent, order, event))


def with_answer(state: State, order: Order, report: VenueReported) -> State:
    """Return the state after a venue's answer to an order."""
    agent = state.agents[order.agent]
    return _with_agent(state, order, behaviour_after_report(agent, order, report))


def _with_agent(state: State, order: Order, agent: AgentState) -> State:
    """Return the state with this agent in it."""
    return state._replace(agents={**state.agents, order.agent: agent})
