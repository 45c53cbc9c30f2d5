"""The control of incidents: past a grace in which nobody decided, nothing leaves."""

from typing import Final

from kya.core.case import Case
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    NotArmed,
    Reason,
)

INCIDENT_GRACE: Final = Control(
    id="incident.grace", version=1, unit="", source="RTS 6 Art. 12, 16"
)
_WITHIN: Final = "within its grace"


def incident_is_within_its_grace(case: Case) -> ControlResult | NotArmed:
    """No incident of the agent has run past its grace without people's decision."""
    watch = case.watch
    if watch is None:
        return NOT_ARMED
    incident = watch.incident
    if incident is None:
        return ControlResult(INCIDENT_GRACE, ControlOutcome.PASSED, _WITHIN, "none")
    measured = f"{incident.state.value} until {incident.grace_ends_at}"
    if case.received_at < incident.grace_ends_at:
        return ControlResult(INCIDENT_GRACE, ControlOutcome.PASSED, _WITHIN, measured)
    return ControlResult(
        INCIDENT_GRACE,
        ControlOutcome.FAILED,
        _WITHIN,
        measured,
        Reason.INCIDENT_GRACE_OVER,
    )
