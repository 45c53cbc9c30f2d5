"""What people are told of an incident: that it was opened, and how it went on."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from kya.core.incident import Incident, IncidentState
from kya.core.instant import Instant


class Change(Enum):
    """What has happened to an incident; `TRIED` is a test, and nothing has."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    RELEASED = "released"
    REINSTATED = "reinstated"
    REVOKED = "revoked"
    TRIED = "tried"

    @property
    def is_last(self) -> bool:
        """Whether nobody has to act on the incident any more."""
        return self in {Change.RELEASED, Change.REINSTATED, Change.REVOKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One change of one incident, as it is told.

    `since` is when it happened, `sent_at` when this attempt to tell it began; `index`
    is the log's entry of the order that opened the incident, in the log `origin`.
    """

    change: Change
    incident: str
    agent: str
    reasons: tuple[str, ...]
    opened_at: Instant
    grace_ends_at: Instant
    since: Instant
    sent_at: Instant
    index: int
    origin: str

    @property
    def id(self) -> str:
        """The same for one change, however often it is told; no full stop is in it."""
        return f"{self.incident}-{self.change.value}-{self.since.micros}"

    @property
    def words(self) -> str:
        """All of it in one line, for people."""
        if self.change is Change.TRIED:
            return f"kya: a test of this target by {self.origin}; nothing has happened"
        grace = ""
        if not self.change.is_last:
            grace = f", grace until {self.grace_ends_at}"
        return (
            f"kya: {self.agent}: incident {self.incident[:16]} {self.change.value}:"
            f" {', '.join(self.reasons)}{grace} (entry {self.index} of {self.origin})"
        )


def alert_of(
    change: Change, incident: Incident, sent_at: Instant, place: tuple[str, int]
) -> Alert:
    """Return what is told of the change; `place` is the log's name and the entry."""
    origin, index = place
    return Alert(
        change=change,
        incident=incident.id,
        agent=incident.agent,
        reasons=tuple(reason.value for reason in incident.opening.reasons),
        opened_at=incident.opened_at,
        grace_ends_at=incident.grace_ends_at,
        since=_since(change, incident),
        sent_at=sent_at,
        index=index,
        origin=origin,
    )


def changes(before: Incident | None, after: Incident) -> Iterator[Change]:
    """Yield what lies between, as it is told; what came and went again is left out."""
    if before is None:
        yield Change.OPENED
    elif after.grace_ends_at != before.grace_ends_at:
        yield Change.EXTENDED
    was = IncidentState.OPEN if before is None else before.state
    if after.state is not was:
        yield Change(after.state.value)


def _since(change: Change, incident: Incident) -> Instant:
    """Return when the change happened."""
    if change in {Change.ACKNOWLEDGED, Change.EXTENDED}:
        return incident.acted_at or incident.opened_at
    if change is Change.SUSPENDED:
        return incident.suspended_at or incident.opened_at
    return (incident.over_at if change.is_last else None) or incident.opened_at
