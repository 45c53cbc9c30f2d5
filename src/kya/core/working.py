"""Working orders: those that were allowed and whose outcome is not on record."""

from kya.core.errors import CorruptionError
from kya.core.levels import Place, places_of
from kya.core.order_events import OrderSubmitted
from kya.core.state import State


def working_in(state: State, place: Place) -> tuple[OrderSubmitted, ...]:
    """Return the working orders that touch the place, by agent and `seq`."""
    return tuple(
        [
            submitted
            for _, agent in sorted(state.agents.items())
            for _, submitted in sorted(agent.unanswered.items())
            if place in places_touched(state, submitted)
        ]
    )


def places_touched(state: State, submitted: OrderSubmitted) -> tuple[Place, ...]:
    """Return the places that the order touches, by the scope of its certificate."""
    order = submitted.order
    grant = state.credentials[order.credential].grant
    if grant is None:
        msg = f"credential of {order.agent}: it grants nothing"
        raise CorruptionError(msg)
    return places_of(order, grant.scope)
