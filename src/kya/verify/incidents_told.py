"""Question 7: whether each incident followed the procedure, with times from the log.

That it was opened where the mandate says, and that nothing left after its grace, is
established by making every decision again; here is what people and services had to do.
"""

from collections.abc import Iterator
from typing import Final

from kya.core.incident import Incident, IncidentState
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.state import State
from kya.verify.finding import Findings

SOON_SECONDS: Final = 60
"""How long after the end of a grace the suspension may still be on its way."""


def conclude_incidents(state: State, findings: Findings) -> None:
    """Say of all incidents what holds, what fails and what cannot be told yet."""
    incidents = tuple(state.incidents.values())
    for incident in incidents:
        _examine(incident, state, findings)
    if findings.failed(7):
        return
    watched = [each for each in state.mandates.values() if each.incidents is not None]
    if incidents:
        findings.holds(7, _told(incidents))
    elif watched:
        findings.holds(
            7,
            f"mandates that say what opens an incident: {len(watched)}; no decision"
            " under them does",
        )
    else:
        findings.unknown(7, "no mandate on record says what opens an incident")


def _examine(incident: Incident, state: State, findings: Findings) -> None:
    """Say what was not done about one incident, or not in time."""
    what, now = f"incident {incident.id[:16]} of {incident.agent}", state.now
    ends = incident.grace_ends_at
    runs = incident.state in {IncidentState.OPEN, IncidentState.ACKNOWLEDGED}
    if runs and now > ends.later(seconds=SOON_SECONDS):
        findings.fails(
            7,
            "the end of the log",
            f"{what}: its grace ended at {ends}, nobody decided, and it was never"
            f" suspended; the log goes on to {now}",
        )
    elif runs:
        findings.unknown(
            7, f"{what}: {incident.state.value} at the end of the log, until {ends}"
        )
    _examine_alert(incident, state, findings)


def _examine_alert(incident: Incident, state: State, findings: Findings) -> None:
    """Say if nobody was told in time, where the board asks for that."""
    policy = state.mandates[incident.mandate].incidents
    seconds = None if policy is None else policy.alert_seconds
    if seconds is None or incident.told_within(seconds):
        return
    what = f"incident {incident.id[:16]} of {incident.agent}"
    if state.now > incident.opened_at.later(seconds=seconds):
        findings.fails(
            7, "the end of the log", f"{what}: nobody was told within {seconds} s"
        )
    else:
        findings.unknown(7, f"{what}: nobody was told yet; the log ends before")


def _told(incidents: tuple[Incident, ...]) -> str:
    """Return what became of them, and how fast."""
    states = [each.state.value for each in incidents]
    counted = ", ".join(f"{states.count(name)} {name}" for name in sorted(set(states)))
    return (
        f"incidents: {len(incidents)} ({counted}), each opened as its mandate says; no"
        " order but cancels was allowed from the end of a grace on"
        f"{_alerts(incidents)}{_suspensions(incidents)}"
    )


def _alerts(incidents: tuple[Incident, ...]) -> str:
    """Return how long the slowest first alert took, if there was any."""
    told = [min(a.micros for a in each.told) for each in incidents if each.told]
    if not told:
        return ""
    return f"; first alerts delivered: {len(told)}, within {_seconds(max(told))}"


def _suspensions(incidents: tuple[Incident, ...]) -> str:
    """Return how late the latest suspension was after a grace, if there was any."""
    late = list(_lateness(incidents))
    if not late:
        return ""
    return (
        f"; suspended at the end of a grace: {len(late)}, at most"
        f" {_seconds(max(late))} after it"
    )


def _lateness(incidents: tuple[Incident, ...]) -> Iterator[int]:
    for each in incidents:
        at: Instant | None = each.suspended_at
        if at is not None and at >= each.grace_ends_at:
            yield at.micros - each.grace_ends_at.micros


def _seconds(micros: int) -> str:
    """Return `0.031 s`, rounded up to a millisecond."""
    millis = -(-micros * 1_000 // MICROS_PER_SECOND)
    return f"{millis // 1_000}.{millis % 1_000:03} s"
