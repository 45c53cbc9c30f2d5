"""What is told of agents, mandates, people, incidents and halts."""

from kya.client.models import (
    AgentSummary,
    AgentTold,
    BaselineTold,
    HaltTold,
    Happening,
    IncidentSummary,
    IncidentTold,
    InEffect,
    MandateTold,
    Need,
    Page,
    PersonTold,
)
from kya.codec.scopes import render_scope
from kya.console import telling
from kya.console.attention import needs as needs_of
from kya.console.counters import bars, compared, scope_rows
from kya.console.standing import next_steps, people_of, standing_of
from kya.core import tokens
from kya.core.credential import Credential, Role
from kya.core.halt import HaltOrdered
from kya.core.incident import Incident, IncidentState
from kya.core.mandate import Mandate
from kya.core.state import State
from kya.programs import told
from kya.programs.asking import Question, behind, chosen, missing
from kya.programs.limits import NEEDS_MAX


async def agents(question: Question) -> Page[AgentSummary]:
    """All agents, by name."""
    reading, after = question.reading, question.position() or ""
    names = sorted(name for name in reading.state.agents if name > after)
    return question.page(
        names,
        str,
        lambda name: told.agent_summary(
            standing_of(reading, name, question.now), reading
        ),
    )


async def agent(question: Question) -> AgentTold:
    """One agent: where it stands, its limits and what is used of them."""
    reading, name = question.reading, question.part("agent")
    if name not in reading.state.agents:
        raise missing(f"agent {name}")
    standing = standing_of(reading, name, question.now)
    grant = standing.credential.granted
    used = bars(standing.agent, grant.scope, question.now)
    return AgentTold(
        summary=told.agent_summary(standing, reading),
        mandate=grant.mandate,
        seq=standing.agent.past.seq,
        counters=[told.counter(bar) for bar in used],
        scope=[told.scope_line(r) for r in scope_rows(reading.state, standing.agent)],
        baseline=told.baseline_told(name, standing.agent, reading),
    )


async def baselines(question: Question) -> Page[BaselineTold]:
    """The baselines in force, by agent."""
    reading, after = question.reading, question.position() or ""
    found = (
        told.baseline_told(name, agent, reading)
        for name, agent in sorted(reading.state.agents.items())
        if name > after
    )
    rows = (each for each in found if each is not None)
    return question.page(rows, lambda each: each.agent, lambda each: each)


async def mandates(question: Question) -> Page[MandateTold]:
    """The mandates, in the order of the log."""
    state, after = question.reading.state, question.position()
    rows = iter(state.mandates.items())
    if after is not None:
        rows = behind(rows, lambda row: row[0], after)
    return question.page(
        rows, lambda row: row[0], lambda row: _mandate(question, state, *row)
    )


def _mandate(
    question: Question, state: State, digest: str, mandate: Mandate
) -> MandateTold:
    """Return a mandate as the board wrote it, and where it is in effect."""
    held = [state.credentials[d] for d in state.issued_to.get(mandate.agent, ())]
    return MandateTold(
        mandate=digest,
        agent=mandate.agent,
        operator=mandate.operator,
        resolved_at=str(mandate.resolved_at),
        valid_from=str(mandate.valid_from),
        valid_until=str(mandate.valid_until),
        resolution=mandate.resolution,
        grace_seconds=mandate.grace_seconds,
        scope=render_scope(mandate.scope).decode(),
        in_effect=[
            _in_effect(question, each, mandate)
            for each in held
            if each.granted.mandate == digest
        ],
    )


def _in_effect(question: Question, held: Credential, mandate: Mandate) -> InEffect:
    """Return a certificate under the mandate, and where it says something else."""
    rows = compared(mandate.scope, held.granted.scope)
    return InEffect(
        credential=held.digest,
        standing=held.standing_at(question.now).value,
        differences=[told.scope_line(row) for row in rows if not row.is_same],
    )


async def people(question: Question) -> Page[PersonTold]:
    """The newest certificate of everybody but agents, by role and name."""
    roles, after = chosen(question, "role", Role), question.position() or ""
    rows = (
        held
        for held in people_of(question.reading.state)
        if held.role in roles and _place(held) > after
    )
    return question.page(
        rows, _place, lambda held: told.person_told(held, question.now)
    )


def _place(held: Credential) -> str:
    """Return where a person stands in the list."""
    return f"{held.role.value} {held.name}"


async def incidents(question: Question) -> Page[IncidentSummary]:
    """The incidents, the newest first."""
    states = chosen(question, "state", IncidentState)
    name, after = question.text("agent"), question.position()
    rows = iter(list(question.reading.state.incidents.values())[::-1])
    if after is not None:
        rows = behind(rows, _id, after)
    wanted = (
        each for each in rows if each.state in states and name in {"", each.agent}
    )
    return question.page(
        wanted, _id, lambda each: told.incident_summary(each, question.now)
    )


def _id(incident: Incident) -> str:
    """Return the incident's name."""
    return incident.id


async def incident(question: Question) -> IncidentTold:
    """One incident, its story, and what people may do next."""
    reading = question.reading
    name = question.part("incident", tokens.DIGEST)
    found = reading.state.incidents.get(name)
    if found is None:
        raise missing(f"incident {name}")
    return IncidentTold(
        summary=told.incident_summary(found, question.now),
        story=[_happening(each) for each in reading.stories.get(name, [])],
        next_steps=next_steps(found, question.now),
    )


async def halts(question: Question) -> Page[HaltTold]:
    """The halts in force, by place."""
    after = question.position() or ""
    halted = question.reading.state.halts.values()
    rows = sorted((h for h in halted if _where(h) > after), key=_where)
    return question.page(rows, _where, told.halt_told)


def _where(ordered: HaltOrdered) -> str:
    """Return the place of a halt."""
    return str(ordered.halt.place)


async def happenings(question: Question) -> Page[Happening]:
    """What people and the authority have done, the newest first."""
    below = question.entry_position()
    rows = (
        each
        for each in reversed(question.reading.happened)
        if below is None or each.entry < below
    )
    return question.page(rows, lambda each: str(each.entry), _happening)


def _happening(each: telling.Happening) -> Happening:
    """Return one thing that happened."""
    return Happening(entry=each.entry, at=str(each.at), said=each.said)


async def needs(question: Question) -> list[Need]:
    """What needs somebody now, the most urgent first."""
    found = needs_of(question.reading, question.follower.sight, question.now)
    return [
        Need(
            urgency=each.urgency.value,
            what=each.what,
            why=each.why,
            until=told.text_or_none(each.until),
        )
        for each in found[:NEEDS_MAX]
    ]
