"""What follows an incident: `incident` lines of people, the gateway's `alert` lines."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.incident import AlertSettled, IncidentAct, Step
from kya.core.instant import Instant


class IncidentLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/incident/v1`: people do something about an incident.

    `until` stands for an extension alone, `file` for a conclusion alone.
    """

    type_: Literal["kya/incident/v1"] = msgspec.field(name="_type")
    at: str
    incident: str
    reason: str
    step: str
    file: str | msgspec.UnsetType = msgspec.UNSET
    until: str | msgspec.UnsetType = msgspec.UNSET


class AlertLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/alert/v1`: an alert has reached its target, or was given up."""

    type_: Literal["kya/alert/v1"] = msgspec.field(name="_type")
    at: str
    attempts: int
    delivered: bool
    detail: str
    incident: str
    micros: int
    target: str


INCIDENT_TYPE: Final = "kya/incident/v1"
ALERT_TYPE: Final = "kya/alert/v1"

_INCIDENT: Final = msgspec.json.Decoder(IncidentLine)
_ALERT: Final = msgspec.json.Decoder(AlertLine)
_STEP: Final = by_value("step", Step)


def parse_incident(line: bytes) -> IncidentAct:
    """Return the act of the line; MalformedError otherwise."""
    return canonical.read_line(line, _INCIDENT, "incident", _act_from)


def parse_alert(line: bytes) -> AlertSettled:
    """Return the settled alert of the line; MalformedError otherwise."""
    return canonical.read_line(line, _ALERT, "alert", _alert_from)


def render_incident(act: IncidentAct) -> bytes:
    """Return the act's line, LF included."""
    return canonical.encode_line(
        IncidentLine(
            type_=INCIDENT_TYPE,
            at=str(act.at),
            incident=act.incident,
            reason=act.reason,
            step=act.step.value,
            file=msgspec.UNSET if act.file is None else act.file,
            until=msgspec.UNSET if act.until is None else str(act.until),
        )
    )


def render_alert(event: AlertSettled) -> bytes:
    """Return the alert's line, LF included."""
    return canonical.encode_line(
        AlertLine(
            type_=ALERT_TYPE,
            at=str(event.at),
            attempts=event.attempts,
            delivered=event.delivered,
            detail=event.detail,
            incident=event.incident,
            micros=event.micros,
            target=event.target,
        )
    )


def _act_from(wire: IncidentLine) -> IncidentAct:
    return IncidentAct(
        incident=wire.incident,
        step=_STEP(wire.step),
        reason=wire.reason,
        at=Instant.parse(wire.at),
        until=None if wire.until is msgspec.UNSET else Instant.parse(wire.until),
        file=None if wire.file is msgspec.UNSET else wire.file,
    )


def _alert_from(wire: AlertLine) -> AlertSettled:
    return AlertSettled(
        incident=wire.incident,
        target=wire.target,
        delivered=wire.delivered,
        attempts=wire.attempts,
        micros=wire.micros,
        detail=wire.detail,
        at=Instant.parse(wire.at),
    )
