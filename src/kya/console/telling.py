"""What an entry says, in one sentence for people."""

from collections.abc import Iterator
from dataclasses import dataclass

from kya.core.baseline import BaselineLocked
from kya.core.copy_events import ExecutionUnexplained
from kya.core.erasure import TextErased
from kya.core.errors import CorruptionError
from kya.core.events import Event
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.halt_admission import lifted_by
from kya.core.incident import AlertSettled, IncidentActed
from kya.core.instant import Instant
from kya.core.latch import LatchRearmed
from kya.core.lifecycle import Act
from kya.core.order_events import Equivocated, OrderDecided
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.place_limits import PlaceLimited
from kya.core.power_events import (
    AgentRegistered,
    CertificateIssued,
    EnrolmentRefused,
    IssuerRenewed,
    LogOpened,
    MandateGranted,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.roll import LogContinued, LogRolled
from kya.core.state import State
from kya.core.workload_events import RuntimePinned, SessionStarted

_DONE = {
    Act.SUSPEND: "suspended",
    Act.REINSTATE: "reinstated",
    Act.REVOKE: "revoked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened: its entry, when, and in words."""

    entry: int
    at: Instant
    said: str


def told(index: int, event: Event, before: State) -> Happening | None:
    """Return what people read of an entry; None where pages show it otherwise."""
    said = _said(event, before)
    if said is None:
        return None
    return Happening(entry=index, at=_dated(event), said=said)


def told_of_incident(
    index: int, event: Event, before: State, after: State
) -> Iterator[tuple[str, Happening]]:
    """Yield the incident that an entry opens or changes, and what it says of it."""
    match event:
        case OrderDecided(order=leaf) if leaf in after.incidents:
            if leaf not in before.incidents:
                reasons = ", ".join(reason.value for reason in event.breaches)
                said = f"opened by order {event.seq}, {event.outcome.value}: {reasons}"
                yield leaf, Happening(entry=index, at=event.received_at, said=said)
        case IncidentActed(act=act):
            said = _said(event, before) or ""
            yield act.incident, Happening(entry=index, at=act.at, said=said)
        case AlertSettled():
            came = "delivered" if event.delivered else "given up"
            millis = event.micros // 1_000
            said = f"alert to {event.target} {came} after {millis} ms"
            yield event.incident, Happening(entry=index, at=event.at, said=said)
        case StandingChanged(credential=credential):
            for incident in before.incidents.values():
                if incident.credential == credential and not incident.state.is_over:
                    said = f"certificate {_DONE[event.act]}: {event.reason}"
                    yield (
                        incident.id,
                        Happening(entry=index, at=event.at, said=said),
                    )
        case _:
            return


def _said(event: Event, before: State) -> str | None:
    """Return the sentence of an entry, None where pages show it otherwise."""
    authority = _of_the_authority(event, before)
    people = authority or _of_people(event, before)
    return people or _of_the_gateway(event) or _of_names(event)


def _of_the_authority(event: Event, before: State) -> str | None:
    """Return what the authority or the board has put on record."""
    match event:
        case LogOpened():
            return f"log {event.origin} opened"
        case MandateGranted(mandate=mandate):
            return f"mandate granted to {mandate.agent}"
        case AgentRegistered(registration=registration):
            return f"agent {registration.agent} registered"
        case EnrolmentRefused():
            return f"enrolment of {event.agent} refused: {event.rule}"
        case CertificateIssued(credential=held):
            role = held.role.value
            who = role if role == held.name else f"{role} {held.name}"
            return f"certificate issued to {who}"
        case IssuerRenewed():
            return "certificate of the issuing CA renewed"
        case StandingChanged():
            name = before.credentials[event.credential].name
            return f"certificate of {name} {_DONE[event.act]}: {event.reason}"
        case RuntimePinned():
            return f"runtime of {event.agent} pinned"
        case RevocationScheduled():
            name = before.credentials[event.credential].name
            return f"certificate of {name} to be revoked {event.due}: {event.reason}"
        case _:
            return None


def _of_people(event: Event, before: State) -> str | None:
    """Return what people have signed."""
    match event:
        case HaltOrdered(halt=halt):
            names = _names(event.signed_by)
            return f"{halt.state.value} {halt.place.words} by {names}: {halt.reason}"
        case TradingResumed(resume=resume):
            lifted = lifted_by(before, event)
            where = "" if lifted is None else f" {lifted.halt.place.words}"
            return f"resumed{where} by {_names(event.signed_by)}: {resume.reason}"
        case IncidentActed(act=act):
            until = "" if act.until is None else f" until {act.until}"
            names = _names(event.signed_by)
            return f"{act.step.value}{until} by {names}: {act.reason}"
        case LatchRearmed(rearm=rearm):
            names = _names(event.signed_by)
            return f"{rearm.latch.value} of {rearm.agent} re-armed by {names}"
        case PlaceLimited(limits=limits):
            return f"limits of {limits.place.words} by {_names(event.signed_by)}"
        case OverlayOrdered(overlay=overlay):
            return f"overlay {overlay.name} by {_names(event.signed_by)}"
        case OverrideGranted(override=override):
            names = _names(event.signed_by)
            return f"override for one order of {override.agent} by {names}"
        case BaselineLocked(lock=lock):
            return f"baseline of {lock.agent} locked by {_names(event.signed_by)}"
        case TextErased():
            return "a text beside the log was destroyed"
        case _:
            return None


def _of_the_gateway(event: Event) -> str | None:
    """Return what the gateway has heard or found."""
    match event:
        case SessionStarted(session=session):
            return f"session of {session.agent} started"
        case ExecutionUnexplained():
            return f"an execution at {event.venue} is not explained"
        case Equivocated():
            return f"{event.agent} signed two orders as number {event.seq}"
        case _:
            return None


def _of_names(event: Event) -> str | None:
    """Return what an entry says of the log's own name."""
    match event:
        case LogRolled(successor=successor, reason=reason):
            return f"the log ends as {event.origin}; next is {successor}: {reason}"
        case LogContinued():
            return f"the log goes on as {event.origin}"
        case _:
            return None


def _names(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _dated(event: Event) -> Instant:
    """Return when an entry says it was."""
    at = getattr(event, "at", None)
    if not isinstance(at, Instant):
        raise CorruptionError(f"{type(event).__name__}: it says not when")
    return at
