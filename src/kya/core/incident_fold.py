"""What decisions, people, the authority and alerts change in an agent's incidents."""

from dataclasses import replace

from kya.core.credential import Credential, ReasonCode, Withdrawal
from kya.core.incident import (
    NEXT_STATE,
    AlertSettled,
    Incident,
    IncidentActed,
    IncidentState,
    Step,
)
from kya.core.incident_policy import NO_BREACHES
from kya.core.incident_watch import Watch
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.core.power_events import StandingChanged
from kya.core.state import AgentState, State

_AFTER_ACT = {
    Act.SUSPEND: IncidentState.SUSPENDED,
    Act.REINSTATE: IncidentState.REINSTATED,
    Act.REVOKE: IncidentState.REVOKED,
}


def watch_of(state: State, agent: AgentState, credential: Credential) -> Watch | None:
    """Return what a decision under this credential must know of incidents, if anything.

    Nothing where its mandate has no policy and no incident of the agent is open.
    """
    running = _running(state, agent)
    mandate = _mandate_of(state, credential)
    if mandate is None or mandate.incidents is None:
        if running is None:
            return None
        return Watch(None, 0, (), running)
    earlier = agent.breaches.under(
        credential.granted.mandate, mandate.incidents
    ).instants
    return Watch(mandate.incidents, mandate.grace_seconds, earlier, running)


def incidents_after_decision(
    state: State, agent: AgentState, submitted: OrderSubmitted, event: OrderDecided
) -> tuple[AgentState, dict[str, Incident] | None]:
    """Return the agent, and the incidents if they have changed, after a decision."""
    if not event.breaches:
        return agent, None
    credential = state.credentials[submitted.order.credential]
    running = _running(state, agent)
    if running is not None:
        again = running._replace(repeats=running.repeats + 1)
        return agent, {**state.incidents, running.id: again}
    if event.opening is not None:
        opened = Incident(
            id=submitted.leaf,
            agent=event.agent,
            seq=event.seq,
            credential=credential.digest,
            mandate=credential.granted.mandate,
            opened_at=event.received_at,
            opening=event.opening,
            grace_ends_at=event.opening.grace_ends_at,
        )
        changed = agent._replace(incident=opened.id, breaches=NO_BREACHES)
        return changed, {**state.incidents, opened.id: opened}
    mandate = _mandate_of(state, credential)
    if mandate is None or mandate.incidents is None:
        return agent, None
    policy, digest = mandate.incidents, credential.granted.mandate
    counted = agent.breaches.under(digest, policy)
    counted = counted.adding(policy, event.breaches, event.received_at.micros)
    return agent._replace(breaches=counted), None


def with_incident(state: State, event: IncidentActed | AlertSettled) -> State:
    """Carry out what people did about an incident, or remember who was told."""
    if isinstance(event, AlertSettled):
        return _with_alert(state, event)
    return _with_act(state, event)


def _with_act(state: State, event: IncidentActed) -> State:
    """Carry out what people did about an incident."""
    act, incident = event.act, state.incidents[event.act.incident]
    changed = incident._replace(
        state=NEXT_STATE[incident.state, act.step],
        grace_ends_at=act.until or incident.grace_ends_at,
        is_concluded=incident.is_concluded or act.step is Step.CONCLUDE,
        acted_at=act.at,
    )
    if act.step is Step.RELEASE:
        changed = changed._replace(over_at=act.at)
    if act.step is Step.REVOKE:
        return _with(_with_revocation_due(state, incident, act.at), changed)
    return _with(state, changed)


def _with_revocation_due(state: State, incident: Incident, at: Instant) -> State:
    """Let the incident's certificate end now; the authority then says so for ever."""
    credential = state.credentials[incident.credential]
    due = Withdrawal(at, ReasonCode.CESSATION_OF_OPERATION)
    ended = replace(credential, withdrawal=due)
    return state._replace(credentials={**state.credentials, credential.digest: ended})


def _with_alert(state: State, event: AlertSettled) -> State:
    """Remember that somebody was told, or could not be."""
    incident = state.incidents[event.incident]
    told = (*incident.told, event) if event.delivered else incident.told
    settled = (*incident.settled, event.target)
    changed = incident._replace(settled=settled, told=told)
    return _with(state, changed)._replace(now=max(state.now, event.at))


def incidents_after_standing(state: State, event: StandingChanged) -> State:
    """Let an incident follow the credential that it was opened under."""
    credential = state.credentials[event.credential]
    agent = state.agents.get(credential.name)
    running = None if agent is None else _running(state, agent)
    if running is None or running.credential != event.credential:
        return state
    changed = running._replace(state=_AFTER_ACT[event.act])
    if event.act is Act.SUSPEND:
        return _with(state, changed._replace(suspended_at=event.at))
    return _with(state, changed._replace(over_at=event.at))


def due_incidents(state: State, at: Instant) -> tuple[Incident, ...]:
    """Return the incidents whose grace has ended without anybody's decision."""
    found = (_running(state, agent) for agent in state.agents.values())
    return tuple(each for each in found if each is not None and each.is_due(at))


def _with(state: State, incident: Incident) -> State:
    """Put the changed incident in the place of what it was; one that is over ends."""
    incidents = {**state.incidents, incident.id: incident}
    agent = state.agents[incident.agent]
    if not incident.state.is_over or agent.incident != incident.id:
        return state._replace(incidents=incidents)
    agents = {**state.agents, incident.agent: agent._replace(incident=None)}
    return state._replace(incidents=incidents, agents=agents)


def _running(state: State, agent: AgentState) -> Incident | None:
    """Return the agent's incident that is not over, if there is one."""
    return None if agent.incident is None else state.incidents[agent.incident]


def _mandate_of(state: State, credential: Credential) -> Mandate | None:
    """Return the mandate that the credential stands under."""
    return state.mandates.get(credential.granted.mandate)
