"""Incidents: where one stands, what people do about it, and who was told.

From the end of its grace on nothing but cancels leaves, unless two people have extended
or released it before, whoever watches or does not (RTS 6 Art. 12, 16).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from kya.core import tokens
from kya.core.errors import MalformedError, shown
from kya.core.incident_policy import Opening
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.limits import SEQ_MAX


class IncidentState(Enum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SUSPENDED = "suspended"
    RELEASED = "released"
    REINSTATED = "reinstated"
    REVOKED = "revoked"

    @property
    def is_over(self) -> bool:
        """Whether it stops its agent no more."""
        return self in OVER


OVER: Final = frozenset(
    {IncidentState.RELEASED, IncidentState.REINSTATED, IncidentState.REVOKED}
)


class Step(Enum):
    """What people do about an incident.

    To acknowledge says "seen" and stops nothing; to revoke ends the certificate of an
    agent that is suspended; to conclude names the root cause of one that is over.
    """

    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    RELEASE = "release"
    REVOKE = "revoke"
    CONCLUDE = "conclude"


NEXT_STATE: Final = {
    (IncidentState.OPEN, Step.ACKNOWLEDGE): IncidentState.ACKNOWLEDGED,
    (IncidentState.OPEN, Step.EXTEND): IncidentState.OPEN,
    (IncidentState.OPEN, Step.RELEASE): IncidentState.RELEASED,
    (IncidentState.ACKNOWLEDGED, Step.EXTEND): IncidentState.ACKNOWLEDGED,
    (IncidentState.ACKNOWLEDGED, Step.RELEASE): IncidentState.RELEASED,
    (IncidentState.SUSPENDED, Step.REVOKE): IncidentState.SUSPENDED,
    (IncidentState.RELEASED, Step.CONCLUDE): IncidentState.RELEASED,
    (IncidentState.REINSTATED, Step.CONCLUDE): IncidentState.REINSTATED,
    (IncidentState.REVOKED, Step.CONCLUDE): IncidentState.REVOKED,
}
"""What is not here cannot happen. Suspension and what follows are the credential's: it
is not usable from the instant of a revocation on, whose entry the authority makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAct:
    """People do something about an incident, and say why.

    `until` is the new end of the grace, for an extension alone; `file` the SHA-256 of
    the incident file, for a conclusion alone, whose `reason` is the root cause.
    """

    incident: str
    step: Step
    reason: str
    at: Instant
    until: Instant | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        """Refuse an act on nothing, for no reason, or with another act's members."""
        tokens.require(tokens.DIGEST, "incident", self.incident)
        tokens.require_text("reason", self.reason)
        if (self.until is None) is (self.step is Step.EXTEND):
            msg = "until: want it for an extension, and for it alone"
            raise MalformedError(msg)
        if (self.file is None) is (self.step is Step.CONCLUDE):
            msg = "file: want it for a conclusion, and for it alone"
            raise MalformedError(msg)
        if self.file is not None:
            tokens.require(tokens.DIGEST, "file", self.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentActed:
    """An act on an incident is on record, and who signed it."""

    signed_by: tuple[str, ...]
    act: IncidentAct

    @property
    def at(self) -> Instant:
        """When it was signed."""
        return self.act.at


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettled:
    """An alert of an incident has reached its target, or was given up.

    `target` names it as the configuration does, `micros` is the time from the decision
    until the target had answered, measured by the gateway, and `detail` its own word.
    """

    incident: str
    target: str
    delivered: bool
    attempts: int
    micros: int
    detail: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse an alert of nothing, to nobody, or without an attempt."""
        tokens.require(tokens.DIGEST, "incident", self.incident)
        tokens.require(tokens.NAME, "target", self.target)
        tokens.require_count("attempts", self.attempts)
        tokens.require_remark("detail", self.detail)
        if type(self.micros) is not int or not 0 <= self.micros <= SEQ_MAX:
            msg = f"micros: want 0 to {SEQ_MAX}, got {shown(self.micros)}"
            raise MalformedError(msg)


class Incident(NamedTuple):
    """An incident of one agent; `id` is the leaf hash of the order that opened it.

    `seq` and `credential`, its certificate, are that order's. `repeats` counts later
    breaches while it was not over, `acted_at` is when people last acted on it.
    `settled` are the targets whose alerts are done with, `told` the alerts that were
    delivered.
    """

    id: str
    agent: str
    seq: int
    credential: str
    mandate: str
    opened_at: Instant
    opening: Opening
    grace_ends_at: Instant
    state: IncidentState = IncidentState.OPEN
    repeats: int = 0
    acted_at: Instant | None = None
    settled: tuple[str, ...] = ()
    told: tuple[AlertSettled, ...] = ()
    suspended_at: Instant | None = None
    over_at: Instant | None = None
    is_concluded: bool = False

    def told_within(self, seconds: int) -> bool:
        """Tell whether an alert reached somebody in time, as logged and as measured."""
        latest = self.opened_at.later(seconds=seconds)
        return any(
            alert.at <= latest and alert.micros <= seconds * MICROS_PER_SECOND
            for alert in self.told
        )

    def is_due(self, at: Instant) -> bool:
        """Tell whether its grace has ended and nobody has decided."""
        return self.state in _RUNNING and at >= self.grace_ends_at


_RUNNING: Final = frozenset({IncidentState.OPEN, IncidentState.ACKNOWLEDGED})
