"""From the state to a case: the one place that says what a decision depends on.

Gateway and verifier take the case from here, so that neither can forget a part of it.
Only a back-test puts one together by itself, for it judges by another scope and past.
"""

from typing import NamedTuple

from kya.core.baseline import likeness
from kya.core.case import Case
from kya.core.crossing import facing
from kya.core.halt import halts_upon
from kya.core.incident_fold import watch_of
from kya.core.instant import Instant
from kya.core.order_events import OrderSubmitted
from kya.core.overlay import OverlayAnswer, asked_of
from kya.core.override import OverrideGranted
from kya.core.place_limits import limits_upon
from kya.core.price import ReferencePrice
from kya.core.state import State


class Inputs(NamedTuple):
    """What a decision takes from outside the log; its line puts it on record."""

    received_at: Instant
    price: ReferencePrice | None = None
    conversion: ReferencePrice | None = None
    answers: tuple[OverlayAnswer, ...] = ()


def case_of(state: State, submitted: OrderSubmitted, inputs: Inputs) -> Case:
    """Return the case of an order that the state admits.

    CorruptionError if nobody has enrolled the agent, which admission has asked before.
    """
    order, received_at = submitted.order, inputs.received_at
    credential = state.credentials[order.credential]
    agent, scope = state.agents[order.agent], credential.granted.scope
    day = received_at.day
    return Case(
        order=order,
        received_at=received_at,
        credential=credential,
        scope=scope,
        likeness=likeness(
            (agent.baseline, agent.behaviour),
            agent.pinned,
            order,
            (received_at, inputs.price),
        ),
        past=agent.past.on(day),
        price=inputs.price,
        conversion=inputs.conversion,
        session=agent.session_under(credential.digest),
        pinned=agent.pinned,
        override=_override_for(state, submitted, received_at),
        target=agent.target(order.target),
        halts=halts_upon(state.halts, order, scope),
        place_limits=limits_upon(
            state.place_limits, state.place_use, (order, scope), day
        ),
        facing=facing(
            order,
            scope,
            ((name, each.past.exposure) for name, each in state.agents.items()),
        ),
        overlays=asked_of(state.overlays, inputs.answers),
        watch=watch_of(state, agent, credential),
    )


def _override_for(
    state: State, submitted: OrderSubmitted, received_at: Instant
) -> OverrideGranted | None:
    """Return the override that waits for this very order line, unless it is over."""
    granted = state.overrides.get(submitted.line_digest)
    if granted is None or not granted.serves(submitted.order.agent, received_at):
        return None
    return granted
