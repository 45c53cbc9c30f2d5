"""Incidents for tests: a board's policy, breaches under it, and what people do.

First as events upon a state, then as notes in a world.
"""

from dataclasses import replace
from typing import Final

from kya.authority import acts
from kya.codec.incidents import render_alert
from kya.core.control import Reason
from kya.core.decide import decide
from kya.core.decision import Decision
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.incident import AlertSettled, Incident, IncidentAct, IncidentActed, Step
from kya.core.incident_policy import IncidentPolicy, Trigger
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.order import Order
from kya.core.order_events import OrderDecided
from kya.core.state import State
from kya.pki.note_signer import NoteSigner, sign_note
from tests.builders import (
    FIRST_LIVE_ORDER_AT,
    a_mandate,
    a_standing_changed,
    an_enrolled_state_under,
    an_incident_policy,
    an_order_submitted,
    eur,
    the_agent_in,
    the_case_in,
    the_next_order,
)
from tests.halting import CARLA, enrol_supervisors
from tests.world import World

AT: Final = FIRST_LIVE_ORDER_AT
GRACE: Final = 300
TOO_LARGE: Final = eur("180,000")


def a_trigger(*reasons: Reason, count: int = 1, within_seconds: int = 3_600) -> Trigger:
    """So many orders that are too large, unless other reasons are given."""
    return Trigger(
        reasons=frozenset(reasons or {Reason.ORDER_AMOUNT_MAX}),
        count=count,
        within_seconds=within_seconds,
    )


def a_watched_state(policy: IncidentPolicy | None = None) -> State:
    """An enrolled agent whose board has an incident policy; no order yet."""
    return an_enrolled_state_under(a_mandate(incidents=policy or an_incident_policy()))


def decided(state: State, order: Order) -> tuple[State, Decision]:
    """The state after the order was judged, and the judgement."""
    submitted = an_order_submitted(order)
    decision = decide(the_case_in(state, order))
    state = apply(state, submitted)
    return apply(state, OrderDecided.of(decision, submitted.leaf)), decision


def ordered(
    state: State, at: Instant = AT, **overrides: object
) -> tuple[State, Decision]:
    """The state after the agent's next order at this instant, and its judgement."""
    return decided(state, the_next_order(state, created_at=at, **overrides))


def breached(state: State, at: Instant = AT) -> tuple[State, Decision]:
    """The same for an order that is too large."""
    return ordered(state, at, amount=TOO_LARGE)


def the_incident_in(state: State) -> Incident:
    """The only incident on record."""
    [incident] = state.incidents.values()
    return incident


def an_open_incident(policy: IncidentPolicy | None = None) -> State:
    """A first order was too large; the grace ends in five minutes."""
    state, _ = breached(a_watched_state(policy))
    return state


def a_step(
    state: State, step: Step, at: Instant | None = None, **overrides: object
) -> IncidentActed:
    """People act on the only incident, ten seconds after it was opened."""
    at = at or the_incident_in(state).opened_at.plus(seconds=10)
    values: dict[str, object] = {
        "incident": the_incident_in(state).id,
        "step": step,
        "reason": "people looked",
        "at": at,
        "until": at.plus(seconds=3_600) if step is Step.EXTEND else None,
        "file": "0" * 63 + "1" if step is Step.CONCLUDE else None,
    }
    act = IncidentAct(**{**values, **overrides})  # type: ignore[arg-type]
    return IncidentActed(signed_by=("olga", "rita"), act=act)


def a_suspension(state: State, at: Instant | None = None) -> Event:
    """The authority suspends the agent when the grace has ended."""
    incident = the_incident_in(state)
    return a_standing_changed(
        Act.SUSPEND,
        credential=the_agent_in(state).credential,
        at=at or incident.grace_ends_at,
    )


def an_alert(state: State, **overrides: object) -> AlertSettled:
    """Somebody was told of the only incident within 40 ms."""
    incident = the_incident_in(state)
    values: dict[str, object] = {
        "incident": incident.id,
        "target": "pager",
        "delivered": True,
        "attempts": 1,
        "micros": 40_000,
        "detail": "204",
        "at": incident.opened_at,
    }
    return AlertSettled(**{**values, **overrides})  # type: ignore[arg-type]


# --------------------------------------------------------------------------- in a world


def a_watched_world(policy: IncidentPolicy | None = None) -> World:
    """A world whose board has an incident policy, with people who supervise."""
    world = World(incidents=policy or an_incident_policy())
    enrol_supervisors(world)
    return world


def world_breached(policy: IncidentPolicy | None = None) -> World:
    """A world in which the agent's first order has opened an incident."""
    world = a_watched_world(policy)
    assert world.trade(world.order(amount=TOO_LARGE)) == "denied"
    return world


def step_note(
    world: World, step: Step, *people: NoteSigner, **changes: object
) -> bytes:
    """An act on the only incident, signed by an operator and compliance unless told."""
    act = replace(a_step(world.state, step, world.now).act, **changes)  # type: ignore[arg-type]
    return acts.step(act, *(people or (world.operators[0], CARLA)))


def alert_note(
    world: World, signer: NoteSigner | None = None, **changes: object
) -> bytes:
    """An alert of the only incident, as the gateway puts it on record."""
    event = an_alert(world.state, **{"at": world.now, **changes})
    return sign_note(render_alert(event), signer or world.gateway).render()


def take_step(world: World, step: Step, *people: NoteSigner, **changes: object) -> None:
    """Put an act on record, ten seconds after what the world has seen."""
    world.now = world.now.plus(seconds=10)
    world.append(step_note(world, step, *people, **changes))


def suspended_when_due(world: World) -> None:
    """Suspend the agent at the end of the grace, as whoever watches does."""
    world.now = the_incident_in(world.state).grace_ends_at
    world.change_standing(Act.SUSPEND, world.now)


def world_revoked_by_people() -> World:
    """Suspended when the grace had ended; two people then end the certificate.

    An order is refused before the authority has said a word of it.
    """
    world = world_breached()
    world.append(alert_note(world))
    suspended_when_due(world)
    take_step(world, Step.REVOKE)
    world.now = world.now.plus(seconds=1)
    assert world.trade(world.order(created_at=world.now)) == "refused"
    world.now = world.now.plus(seconds=1)
    world.change_standing(Act.REVOKE, world.now)
    return world


def the_fridays_world() -> World:
    """An incident told, seen, and not decided; suspended, and revoked next day."""
    world = world_breached()
    world.append(alert_note(world))
    take_step(world, Step.ACKNOWLEDGE, world.operators[0])
    assert world.trade(world.order(created_at=world.now)) == "allowed"
    world.report(2)
    suspended_when_due(world)
    assert world.trade(world.order(created_at=world.now)) == "refused"
    world.now = world.now.plus(seconds=3_600)
    world.change_standing(Act.REVOKE, world.now)
    return world
