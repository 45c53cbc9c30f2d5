"""What needs somebody now, the most urgent first; derived, and never stored."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from kya.console.limits import WITNESS_LATE_SECONDS
from kya.console.reading import Reading
from kya.console.sight import Sight
from kya.console.standing import expiring_by
from kya.core.credential import PEOPLE, Credential, Role, Standing
from kya.core.incident import Incident, IncidentState
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.state import State


class Urgency(Enum):
    """How soon it needs somebody; the value is the word on the page."""

    NOW = "now"
    TODAY = "today"
    SOON = "soon"


_ORDER = {urgency: place for place, urgency in enumerate(Urgency)}


class Need(NamedTuple):
    """One thing that needs somebody: what, why, where to go, and until when."""

    urgency: Urgency
    what: str
    why: str
    href: str
    until: Instant | None = None


def needs(reading: Reading, sight: Sight, now: Instant) -> list[Need]:
    """Return everything that needs somebody, the most urgent first."""
    found = [
        *_of_the_log(sight, now),
        *_of_incidents(reading.state, now),
        *_of_halts(reading.state),
        *_of_certificates(reading.state, now),
    ]
    return sorted(found, key=_place)


def _place(need: Need) -> tuple[int, int]:
    """Return where a need stands: what ends first comes first."""
    return _ORDER[need.urgency], 0 if need.until is None else need.until.micros


def _of_the_log(sight: Sight, now: Instant) -> Iterator[Need]:
    """Yield what is wrong with the log, or with our sight of it."""
    if sight.is_distrusted:
        why = f"{sight.fault}. Believe nothing here; ask the gateway's keeper."
        yield Need(Urgency.NOW, "The log contradicts itself", why, "/log")
    elif sight.is_late(now):
        why = sight.fault or "no checkpoint came"
        what = f"The log was last read {sight.seconds_since(now)} s ago"
        yield Need(Urgency.NOW, what, why, "/log")
    seen = sight.witnessed
    if seen is None or seen.size >= sight.size:
        return
    late = (now.micros - seen.at.micros) // MICROS_PER_SECOND
    if late > WITNESS_LATE_SECONDS:
        what = f"Witnesses have seen nothing new for {late // 60} min"
        why = f"{sight.size - seen.size} entries are not witnessed"
        yield Need(Urgency.TODAY, what, why, "/log")


def _of_incidents(state: State, now: Instant) -> Iterator[Need]:
    """Yield every incident that is not over, and those nobody has concluded."""
    for incident in state.incidents.values():
        reasons = ", ".join(reason.value for reason in incident.opening.reasons)
        href = f"/incidents/{incident.id}"
        if not incident.state.is_over:
            why = f"{_state(incident, now)}; {reasons}"
            running = incident.state is not IncidentState.SUSPENDED
            until = incident.grace_ends_at if running else None
            what = f"Incident of {incident.agent}"
            yield Need(Urgency.NOW, what, why, href, until)
        elif not incident.is_concluded:
            why = f"{incident.state.value}; nobody has named its cause: {reasons}"
            what = f"Incident of {incident.agent} to conclude"
            yield Need(Urgency.SOON, what, why, href)


def _state(incident: Incident, now: Instant) -> str:
    """Return where the incident stands, in words."""
    if incident.is_due(now):
        return "grace has ended: nothing but cancels leaves"
    return incident.state.value


def _of_halts(state: State) -> Iterator[Need]:
    """Yield every halt in force."""
    for each in state.halts.values():
        names = " and ".join(each.signed_by)
        what = f"{each.halt.place.words} is {each.halt.state.value}"
        why = f"by {names}: {each.halt.reason}"
        yield Need(Urgency.TODAY, what[0].upper() + what[1:], why, "/halts")


def _of_certificates(state: State, now: Instant) -> Iterator[Need]:
    """Yield the newest certificate of everybody whose certificate ends soon."""
    soon = expiring_by(now).micros
    for digests in state.issued_to.values():
        held = state.credentials[digests[-1]]
        # Nearly all are good for longer, and every page asks about every one of them.
        if held.not_after.micros >= soon or held.standing_at(now) is Standing.REVOKED:
            continue
        has_ended = now > held.not_after
        verb = "has ended" if has_ended else "ends"
        what = f"Certificate of {held.role.value} {held.name} {verb}"
        urgency = Urgency.TODAY if has_ended else Urgency.SOON
        yield Need(urgency, what, _renewal(held), _page_of(held), held.not_after)


def _renewal(held: Credential) -> str:
    """Return what there is to do about it."""
    if held.role is Role.AGENT:
        return "register the agent again, and have its host fetch a new one"
    if held.role in PEOPLE:
        return "enrol the person again under the same name"
    return "renew the installation's own certificates"


def _page_of(held: Credential) -> str:
    return f"/agents/{held.name}" if held.role is Role.AGENT else "/log"
