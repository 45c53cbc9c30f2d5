"""The desk where people act on incidents, and read what became of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kya.authority import acts
from kya.authority.incidents import short
from kya.codec.incident_file import IncidentFile, Wanted
from kya.core.errors import InputError
from kya.core.incident import AlertSettled, IncidentAct, IncidentActed, Step
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.order_events import OrderDecided
from kya.core.power_events import StandingChanged
from kya.pki.entries import Entry
from kya.wiring.desk import Desk
from kya.wiring.log_reader import published_entries
from kya.wiring.people import People, signers_of
from kya.wiring.remote import IncidentHeard

_DIGITS = frozenset("0123456789abcdef")


def incident_named(desk: Desk, begins: str) -> IncidentHeard:
    """Return the one incident whose id begins so; InputError for none or several."""
    if not begins or set(begins) - _DIGITS:
        raise InputError("incident: want the first digits of its id, in hexadecimal")
    found = desk.remote.incidents(begins)
    if len(found) > 1:
        named = ", ".join(short(each.incident) for each in found)
        raise InputError(f"incident {begins}: several begin so: {named}")
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedStep:
    """What people want to do about an incident, and why."""

    step: Step
    reason: str
    until: Instant | None = None
    file: str | None = None


def take_step(desk: Desk, incident: str, wanted: WantedStep, people: People) -> int:
    """Return the entry by which these people, or this one, act on the incident."""
    signers = signers_of(desk, people)
    act = IncidentAct(
        incident=incident,
        step=wanted.step,
        reason=wanted.reason,
        at=desk.clock(),
        until=wanted.until,
        file=wanted.file,
    )
    return desk.remote.append(acts.step(act, *signers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened to an incident: where it stands, when, and in words."""

    entry: int
    at: Instant
    said: str


def story_of(directory: Path, size: int, incident: IncidentHeard) -> list[Happened]:
    """Return all that the published log says of an incident, in its order."""
    found = enumerate(published_entries(directory, size))
    return [each for index, raw in found for each in _told(index, raw, incident)]


def file_of(
    directory: Path, size: int, incident: IncidentHeard, bot_log: bytes | None
) -> bytes:
    """Return the incident file: what the published log knows around an incident."""
    wanted = Wanted(
        incident=incident.incident,
        agent=incident.agent,
        opened_at=Instant.parse(incident.opened_at),
    )
    file = IncidentFile(wanted)
    for index, raw in enumerate(published_entries(directory, size)):
        file.take(index, raw)
    return file.render(bot_log)


def _told(index: int, raw: bytes, incident: IncidentHeard) -> Iterator[Happened]:
    """Yield what an entry says of the incident, if it says anything."""
    named = incident.incident.encode() in raw or incident.credential.encode() in raw
    if not named:
        return
    event = Entry.read(raw).event
    match event:
        case OrderDecided(order=order) if order == incident.incident:
            reasons = ", ".join(reason.value for reason in event.breaches)
            said = f"opened by order {event.seq}, {event.outcome.value}: {reasons}"
            yield Happened(entry=index, at=event.received_at, said=said)
        case IncidentActed(act=act) if act.incident == incident.incident:
            until = "" if act.until is None else f" until {act.until}"
            names = " and ".join(event.signed_by)
            said = f"{act.step.value}{until} by {names}: {act.reason}"
            yield Happened(entry=index, at=act.at, said=said)
        case AlertSettled() if event.incident == incident.incident:
            came = "delivered" if event.delivered else "given up"
            said = f"alert to {event.target} {came} after {event.micros} us"
            yield Happened(entry=index, at=event.at, said=said)
        case StandingChanged(credential=credential) if (
            credential == incident.credential and str(event.at) >= incident.opened_at
        ):
            yield Happened(entry=index, at=event.at, said=_standing(event))
        case _:
            return


def _standing(event: StandingChanged) -> str:
    done = {
        Act.SUSPEND: "suspended",
        Act.REINSTATE: "reinstated",
        Act.REVOKE: "revoked",
    }
    return f"certificate {done[event.act]}: {event.reason}"
