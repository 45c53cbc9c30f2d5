"""From the read model to what programs are told; nothing here asks or decides."""

from kya.client.models import (
    AgentSummary,
    BaselineTold,
    ControlTold,
    Counter,
    HaltTold,
    IncidentSummary,
    OrderSummary,
    PersonTold,
    ScopeLine,
)
from kya.codec.decisions import DecisionLine
from kya.console.counters import Bar, ScopeRow
from kya.console.order_story import ControlRow, controls_of, score_text
from kya.console.reading import OrderRow, Reading
from kya.console.standing import AgentStanding
from kya.core.baseline_age import BaselineAge
from kya.core.credential import Credential
from kya.core.halt import HaltOrdered
from kya.core.incident import Incident
from kya.core.instant import Instant
from kya.core.state import AgentState


def text_or_none(value: object) -> str | None:
    """Return the text of what may not be there."""
    return None if value is None else str(value)


def halt_told(ordered: HaltOrdered) -> HaltTold:
    """Return a halt in force."""
    return HaltTold(
        halt=ordered.leaf,
        place=str(ordered.halt.place),
        state=ordered.halt.state.value,
        reason=ordered.halt.reason,
        signed_by=list(ordered.signed_by),
        at=str(ordered.at),
    )


def agent_summary(standing: AgentStanding, reading: Reading) -> AgentSummary:
    """Return where an agent stands."""
    incident = standing.incident
    return AgentSummary(
        agent=standing.name,
        authority=standing.authority.value,
        behaviour=standing.behaviour.value,
        credential=standing.credential.digest,
        serial=f"{standing.credential.serial:X}",
        not_after=str(standing.credential.not_after),
        orders=reading.orders_of(standing.name),
        incident=None if incident is None else incident.id,
        halts=[halt_told(each) for each in standing.halts],
    )


def counter(bar: Bar) -> Counter:
    """Return one counter."""
    return Counter(
        name=bar.name,
        used=bar.used,
        limit=bar.limit,
        unit=bar.unit,
        permille=bar.permille,
    )


def scope_line(row: ScopeRow) -> ScopeLine:
    """Return one limit."""
    return ScopeLine(name=row.name, mandate=row.mandate, certificate=row.certificate)


def baseline_told(
    name: str, agent: AgentState, reading: Reading
) -> BaselineTold | None:
    """Return the agent's baseline, if one is in force."""
    held = agent.baseline
    if held is None:
        return None
    newest = reading.scores.get(name)
    limits = reading.state.credentials[agent.credential].granted.scope.limits
    age = BaselineAge.at(reading.state.now, held.as_of, limits)
    return BaselineTold(
        agent=name,
        baseline=held.digest,
        since=str(held.since),
        expires_at=None if age is None else str(age.expires_at),
        on_probation=held.probation,
        watched_until=None if held.watched_until is None else str(held.watched_until),
        sequence_score=score_text(agent.behaviour.sequence_score),
        newest_score=None if newest is None else score_text(newest),
    )


def order_summary(row: OrderRow) -> OrderSummary:
    """Return one order as lists show it."""
    order = row.order
    return OrderSummary(
        index=row.index,
        agent=order.agent,
        seq=order.seq,
        client_order_id=order.client_order_id,
        action=order.action.value,
        market=order.market,
        side=order.side.value,
        type=order.type.value,
        amount=str(order.amount),
        currency=order.amount.currency.code,
        venue=order.venue,
        received_at=str(row.received_at),
        outcome=row.outcome.value,
        reasons=list(row.reasons),
        warnings=list(row.warnings),
        score=None if row.score is None else score_text(row.score),
        venue_status=None if row.status is None else row.status.value,
    )


def controls_told(decision: DecisionLine) -> list[ControlTold]:
    """Return what every control found, what failed first."""
    return [_control(row) for row in controls_of(decision)]


def _control(row: ControlRow) -> ControlTold:
    """Return what one control found."""
    return ControlTold(
        id=row.id,
        outcome=row.outcome,
        limit=row.limit,
        measured=row.measured,
        unit=row.unit,
        reason=row.reason or None,
        source=row.source,
    )


def incident_summary(incident: Incident, now: Instant) -> IncidentSummary:
    """Return one incident."""
    return IncidentSummary(
        incident=incident.id,
        agent=incident.agent,
        order_seq=incident.seq,
        state=incident.state.value,
        opened_at=str(incident.opened_at),
        grace_ends_at=str(incident.grace_ends_at),
        is_due=incident.is_due(now),
        reasons=[reason.value for reason in incident.opening.reasons],
        repeats=incident.repeats,
        told=len(incident.told),
        suspended_at=text_or_none(incident.suspended_at),
        over_at=text_or_none(incident.over_at),
        is_concluded=incident.is_concluded,
    )


def person_told(held: Credential, now: Instant) -> PersonTold:
    """Return the newest certificate of a person or a service."""
    return PersonTold(
        name=held.name,
        role=held.role.value,
        credential=held.digest,
        standing=held.standing_at(now).value,
        not_after=str(held.not_after),
    )
