"""Which acts on incidents, and which alerts, may follow the log as it stands.

Time-out means enforcement: once its grace has ended, by the act's own time or by the
log's, nobody extends or releases an incident any more; its agent is suspended, and may
be reinstated by two people.
"""

from kya.core.credential import Standing
from kya.core.dating import against_back_dating, against_clock
from kya.core.incident import (
    NEXT_STATE,
    AlertSettled,
    Incident,
    IncidentAct,
    IncidentActed,
    Step,
)
from kya.core.limits import EXTENSION_SECONDS_MAX
from kya.core.state import State


def against_incident(state: State, event: IncidentActed | AlertSettled) -> str | None:
    """Ask the rule of the event's kind."""
    if isinstance(event, AlertSettled):
        return _against_alert(state, event)
    return _against_act(state, event)


def _against_act(state: State, event: IncidentActed) -> str | None:
    """Ask the table of states, then the rules of time."""
    act = event.act
    incident = state.incidents.get(act.incident)
    if incident is None:
        return f"{act.step.value}: no incident {act.incident} is on record"
    against = (
        _against_step(incident, act)
        or _against_late(state, incident, act)
        or _against_revocation(state, incident, act)
    )
    if against is not None:
        return f"{act.step.value} of incident {incident.id}: {against}"
    return against_back_dating(state, act.at, act.step.value)


def _against_step(incident: Incident, act: IncidentAct) -> str | None:
    """The table leads on from here, and times of one incident only go forward."""
    if (incident.state, act.step) not in NEXT_STATE:
        return f"it is {incident.state.value}"
    if act.step is Step.CONCLUDE and incident.is_concluded:
        return "it is concluded already"
    since = incident.acted_at or incident.opened_at
    is_first = incident.acted_at is None
    if act.at < since or (act.at == since and not is_first):
        return f"dated {act.at}; want it after {since}"
    return None


def _against_late(state: State, incident: Incident, act: IncidentAct) -> str | None:
    """Only before its end is a grace prolonged, and only by so much, or waived."""
    if act.step not in {Step.EXTEND, Step.RELEASE}:
        return None
    ends = incident.grace_ends_at
    if incident.is_due(max(act.at, state.now)):
        return f"its grace ended at {ends}"
    if act.until is None:
        return None
    latest = act.at.later(seconds=EXTENSION_SECONDS_MAX)
    if not ends < act.until <= latest:
        return f"until: want it after {ends} and at most {latest}, got {act.until}"
    return None


def _against_revocation(
    state: State, incident: Incident, act: IncidentAct
) -> str | None:
    """A certificate is revoked once, while it would still be good for something."""
    if act.step is not Step.REVOKE:
        return None
    credential = state.credentials[incident.credential]
    if credential.standing_at(act.at) is Standing.REVOKED:
        return "its certificate is revoked already"
    if act.at > credential.not_after:
        return f"its certificate has ended at {credential.not_after}"
    return None


def _against_alert(state: State, event: AlertSettled) -> str | None:
    """An alert is of an incident on record, and is settled once for each target."""
    incident = state.incidents.get(event.incident)
    if incident is None:
        return f"alert: no incident {event.incident} is on record"
    if event.target in incident.settled:
        return f"alert of incident {incident.id}: {event.target} is settled already"
    return against_clock(state, event.at)
