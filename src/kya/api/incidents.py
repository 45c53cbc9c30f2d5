"""Incidents as people and tools ask for them: those that are not over come first."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel

from kya.api.problems import ProblemError, not_found
from kya.core.incident import Incident
from kya.sequencer.sequencer import Sequencer

LISTED_MAX: Final = 1_000
Digits = Annotated[str, Query(pattern="^[0-9a-f]{0,64}$")]


class AlertShown(BaseModel, frozen=True):
    """An alert that was delivered."""

    at: str
    micros: int
    target: str


class IncidentShown(BaseModel, frozen=True):
    """One incident; instants that have not come are null."""

    incident: str
    agent: str
    credential: str
    mandate: str
    state: str
    opened_at: str
    grace_ends_at: str
    trigger: int
    reasons: list[str]
    repeats: int
    told: list[AlertShown]
    suspended_at: str | None
    over_at: str | None
    is_concluded: bool


def incident_routes(sequencer: Sequencer) -> APIRouter:
    """Return the routes that tell where incidents stand."""
    routes = APIRouter()

    @routes.get("/v1/incidents")
    async def incidents(begins: Digits = "") -> list[IncidentShown]:
        """List incidents whose id begins so, those that are not over first."""
        found = [
            incident
            for incident in tuple(sequencer.state.incidents.values())[::-1]
            if incident.id.startswith(begins)
        ]
        if begins and not found:
            raise ProblemError(not_found(f"no incident begins with {begins}"))
        await sequencer.durable(sequencer.size)
        found.sort(key=lambda incident: incident.state.is_over)
        return [_shown(incident) for incident in found[:LISTED_MAX]]

    return routes


def _shown(incident: Incident) -> IncidentShown:
    """Return the incident's fields."""
    suspended, over = incident.suspended_at, incident.over_at
    return IncidentShown(
        incident=incident.id,
        agent=incident.agent,
        credential=incident.credential,
        mandate=incident.mandate,
        state=incident.state.value,
        opened_at=str(incident.opened_at),
        grace_ends_at=str(incident.grace_ends_at),
        trigger=incident.opening.trigger,
        reasons=[reason.value for reason in incident.opening.reasons],
        repeats=incident.repeats,
        told=[
            AlertShown(at=str(each.at), micros=each.micros, target=each.target)
            for each in incident.told
        ],
        suspended_at=None if suspended is None else str(suspended),
        over_at=None if over is None else str(over),
        is_concluded=incident.is_concluded,
    )
