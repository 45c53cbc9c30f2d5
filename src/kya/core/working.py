"""Working orders: those that were allowed and whose outcome is not on record."""

from kya.core.levels import Place, places_of
from kya.core.order import Action
from kya.core.order_events import OrderSubmitted
from kya.core.scope import Scope
from kya.core.state import State


def working_in(state: State, place: Place) -> tuple[OrderSubmitted, ...]:
    """Return the working orders that touch the place, by agent and `seq`."""
    return tuple(
        [
            submitted
            for _, agent in sorted(state.agents.items())
            for _, submitted in sorted(agent.unanswered.items())
            if submitted.order.action is not Action.CANCEL
            and place in places_touched(state, submitted)
        ]
    )


def places_touched(state: State, submitted: OrderSubmitted) -> tuple[Place, ...]:
    """Return the places that the order touches, by the scope of its certificate."""
    return places_of(submitted.order, scope_of(state, submitted))


def scope_of(state: State, submitted: OrderSubmitted) -> Scope:
    """Return the scope that the order's certificate grants."""
    return state.credentials[submitted.order.credential].granted.scope
