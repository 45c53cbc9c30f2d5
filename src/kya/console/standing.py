"""Where an agent stands, on two axes that say nothing of one another."""

from enum import Enum
from typing import Final, NamedTuple

from kya.console.limits import EXPIRING_SECONDS
from kya.console.reading import Reading
from kya.core.baseline_age import BaselineAge
from kya.core.behaviour_score import CRITICAL, WARN
from kya.core.credential import Credential, Standing
from kya.core.halt import HaltOrdered
from kya.core.incident import NEXT_STATE, Incident, Step
from kya.core.instant import Instant
from kya.core.levels import Place
from kya.core.state import AgentState, State


class Authority(Enum):
    """Whether the agent may act at all."""

    VALID = "valid"
    EXPIRING = "expiring"
    GRACE = "grace"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Behaviour(Enum):
    """Whether it acts as it used to."""

    NO_BASELINE = "no baseline"
    BASELINE_EXPIRED = "baseline expired"
    IN_BASELINE = "in baseline"
    DRIFTING = "drifting"
    ANOMALOUS = "anomalous"


BADNESS: Final = {
    Authority.VALID: "good",
    Authority.EXPIRING: "note",
    Authority.GRACE: "warn",
    Authority.SUSPENDED: "bad",
    Authority.EXPIRED: "bad",
    Authority.REVOKED: "bad",
    Behaviour.NO_BASELINE: "none",
    Behaviour.BASELINE_EXPIRED: "bad",
    Behaviour.IN_BASELINE: "good",
    Behaviour.DRIFTING: "warn",
    Behaviour.ANOMALOUS: "bad",
}
"""How each is drawn, beside its word."""


class AgentStanding(NamedTuple):
    """An agent, its newest certificate, and where it stands on both axes."""

    name: str
    agent: AgentState
    credential: Credential
    authority: Authority
    behaviour: Behaviour
    incident: Incident | None
    halts: tuple[HaltOrdered, ...]
    baseline_age: BaselineAge | None


def standing_of(reading: Reading, name: str, now: Instant) -> AgentStanding:
    """Return where the agent stands now; KeyError for one that is not enrolled."""
    state = reading.state
    agent = state.agents[name]
    credential = state.credentials[agent.credential]
    incident = None if agent.incident is None else state.incidents[agent.incident]
    age = baseline_age(agent, credential, now)
    return AgentStanding(
        name=name,
        agent=agent,
        credential=credential,
        authority=_authority(credential, incident, now),
        behaviour=_behaviour(agent, age, reading.scores.get(name)),
        incident=incident,
        halts=_halts_on(state, name, credential),
        baseline_age=age,
    )


def _authority(
    credential: Credential, incident: Incident | None, now: Instant
) -> Authority:
    """Return the first that holds, the gravest first."""
    standing = credential.standing_at(now)
    if standing is Standing.REVOKED:
        return Authority.REVOKED
    if standing is Standing.SUSPENDED:
        return Authority.SUSPENDED
    if incident is not None and incident.is_due(now):
        # As good as suspended: nothing but cancels leaves from the end of the grace on.
        return Authority.SUSPENDED
    if now > credential.not_after:
        return Authority.EXPIRED
    if incident is not None:
        return Authority.GRACE
    ends_soon = credential.not_after < expiring_by(now)
    return Authority.EXPIRING if ends_soon else Authority.VALID


def expiring_by(now: Instant) -> Instant:
    """Return before when a certificate ends that ends soon."""
    return now.later(seconds=EXPIRING_SECONDS)


def baseline_age(
    agent: AgentState, credential: Credential, now: Instant
) -> BaselineAge | None:
    """Return how long the agent's baseline still counts, where its scope says so."""
    held = agent.baseline
    if held is None:
        return None
    return BaselineAge.at(now, held.as_of, credential.granted.scope.limits)


def _behaviour(
    agent: AgentState, age: BaselineAge | None, newest: int | None
) -> Behaviour:
    """Return what the sequence and the newest order's score say together."""
    if agent.baseline is None:
        return Behaviour.NO_BASELINE
    if age is not None and not age.micros_left:
        return Behaviour.BASELINE_EXPIRED
    level = max(agent.behaviour.sequence_score, newest or 0)
    if level >= CRITICAL:
        return Behaviour.ANOMALOUS
    return Behaviour.DRIFTING if level >= WARN else Behaviour.IN_BASELINE


def _halts_on(
    state: State, name: str, credential: Credential
) -> tuple[HaltOrdered, ...]:
    """Return the halts that touch every order of the agent, or some of its markets."""
    scope = credential.granted.scope
    touched = {f"agent:{name}", "firm", f"desk:{scope.limits.desk}"}
    touched |= {f"market:{market}" for market in scope.markets}
    touched |= {f"venue:{venue}" for venue in scope.venues}
    found = [each for place, each in state.halts.items() if str(place) in touched]
    return tuple(found)


def places_in(state: State) -> list[Place]:
    """Return every place that an order of any agent can go to, the firm first."""
    names = {"firm"}
    for name, agent in state.agents.items():
        scope = state.credentials[agent.credential].granted.scope
        names.add(f"agent:{name}")
        names |= {f"market:{market}" for market in scope.markets}
        names |= {f"venue:{venue}" for venue in scope.venues}
        if scope.limits.desk is not None:
            names.add(f"desk:{scope.limits.desk}")
    order = {"firm": 0, "venue": 1, "market": 2, "desk": 3, "agent": 4}
    places = [Place.parse(name) for name in names]
    return sorted(places, key=lambda place: (order[place.level.value], place.name))


def next_steps(incident: Incident, now: Instant) -> list[str]:
    """Return the steps that the incident's table has from here, and time allows."""
    is_due = incident.is_due(now)
    return [
        step.value
        for step in (Step.ACKNOWLEDGE, Step.EXTEND, Step.RELEASE, Step.REVOKE)
        if (incident.state, step) in NEXT_STATE
        and not (is_due and step is not Step.ACKNOWLEDGE)
    ]


def people_of(state: State) -> list[Credential]:
    """Return the newest certificate of everybody but agents, by role and name."""
    newest = [state.credentials[digests[-1]] for digests in state.issued_to.values()]
    held = [each for each in newest if each.grant is None]
    return sorted(held, key=lambda each: (each.role.value, each.name))
