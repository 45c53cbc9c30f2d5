"""What locks, orders and reports change in how an agent's behaviour is known."""

from typing import Final

from kya.core.attempt import MILLIS, attempt_of
from kya.core.baseline import Baseline, BaselineLocked
from kya.core.behaviour import Behaviour, advance, answered, score
from kya.core.order import Action, Order
from kya.core.order_events import OrderDecided, VenueReported, VenueStatus
from kya.core.state import AgentState, State

FAILED: Final = (VenueStatus.REJECTED, VenueStatus.NOT_RECEIVED)
"""What a venue says of an order that it has not taken."""


def with_baseline(state: State, event: BaselineLocked) -> State:
    """Put the baseline in force; sequences are held against it from now on."""
    name = event.lock.agent
    agent = state.agents[name]
    baseline = Baseline.locked(event.lock, agent.pinned, agent.baseline)
    changed = with_sequence_anew(agent._replace(baseline=baseline))
    return state._replace(agents={**state.agents, name: changed})


def with_sequence_anew(agent: AgentState) -> AgentState:
    """Return the agent with the evidence of its sequences begun again."""
    baseline = agent.baseline
    if baseline is None:
        return agent
    behaviour = agent.behaviour.held_against(baseline.reference)
    return agent._replace(behaviour=behaviour)


def with_release(agent: AgentState) -> AgentState:
    """Return an agent that goes on under a new certificate: on probation, at first."""
    baseline = agent.baseline
    if baseline is None:
        return agent
    return with_sequence_anew(agent._replace(baseline=baseline.on_probation()))


Known = tuple[Baseline | None, Behaviour]
"""How an agent's behaviour is known: its baseline, and what it has tried so far."""


def behaviour_after_order(
    agent: AgentState, order: Order, event: OrderDecided
) -> Known:
    """Return what is known after an attempt; every one counts, allowed or not."""
    baseline, behaviour = agent.baseline, agent.behaviour
    if baseline is None:
        if order.action is Action.CANCEL:
            return None, behaviour
        pace = behaviour.pace.after(event.received_at.micros // MILLIS)
        return None, Behaviour(pace, behaviour.sequence)
    attempt = attempt_of(order, event.received_at, event.price)
    reference, scored = baseline.reference, None
    if order.action is not Action.CANCEL:
        scored = event.score or score(reference, behaviour, attempt)
        baseline = baseline.after_order(event.received_at)
    return baseline, advance(reference, behaviour, attempt, scored)


def behaviour_after_report(
    agent: AgentState, action: Action, event: VenueReported
) -> Behaviour:
    """Return the behaviour after a venue's last word on what it was sent."""
    baseline = agent.baseline
    if baseline is None or not event.status.is_final or action is Action.CANCEL:
        return agent.behaviour
    at, failed = event.at.micros // MILLIS, event.status in FAILED
    return answered(baseline.reference, agent.behaviour, at, failed=failed)
