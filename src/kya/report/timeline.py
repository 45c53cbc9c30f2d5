"""The timeline: who granted, stopped, restored or noticed what, and at which entry."""

from dataclasses import dataclass, field
from typing import Final, assert_never

from kya.codec.decisions import DecisionLine
from kya.codec.figures import Runs
from kya.core.baseline import BaselineLocked
from kya.core.copy_events import ExecutionUnexplained
from kya.core.credential import Credential, Role
from kya.core.events import Event
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.incident import AlertSettled, IncidentActed
from kya.core.instant import Instant
from kya.core.latch import LatchRearmed
from kya.core.order_events import Equivocated, OrderDecided
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.place_limits import PlaceLimited
from kya.core.power_events import (
    AgentRegistered,
    CertificateIssued,
    LogOpened,
    MandateGranted,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.roll import LogContinued, LogRolled
from kya.core.workload_events import RuntimePinned
from kya.report.wording import ACTS, listed, moment, span

MOMENTS_MAX: Final = 300
"""Moments that are shown; the rest are only counted."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at an entry."""

    entry: int
    at: Instant
    text: str


@dataclass(slots=True)
class Timeline:
    """Collects moments in the order of the log; the first 300 are kept."""

    moments: list[Moment] = field(default_factory=list[Moment])
    omitted: int = 0
    kinds: dict[str, Runs] = field(default_factory=dict[str, Runs])
    _holders: dict[str, Credential] = field(default_factory=dict[str, Credential])
    _live: set[str] = field(default_factory=set[str])
    _of_incident: dict[str, str] = field(default_factory=dict[str, str])

    def take_decision(
        self, entry: int, event: OrderDecided, line: DecisionLine, agent: str | None
    ) -> None:
        """Tell of an agent's first live order, and of a decision that opens much."""
        if event.opening is not None:
            self._of_incident[event.order] = event.agent
        if agent not in {None, event.agent}:
            return
        name = f"order {event.seq} of {event.agent}"
        if line.mode == "live" and event.agent not in self._live:
            self._live.add(event.agent)
            text = f"{name} is the first live one: {event.outcome.value}"
            self._keep(entry, event.received_at, text)
        if event.opening is not None:
            until = moment(event.opening.grace_ends_at)
            reasons = listed([reason.value for reason in event.opening.reasons])
            self._keep(
                entry,
                event.received_at,
                f"{name} is {event.outcome.value} ({reasons}); an incident opens, its"
                f" grace ends at {until}",
            )

    def take(self, entry: int, event: Event, agent: str | None) -> None:
        """Tell of any other entry that grants or uses power over the agent."""
        self.kinds.setdefault(type(event).__name__, Runs()).add(entry)
        about = (
            self._told_of_certificates(event)
            or self._told_of_incidents(event)
            or _told(event)
        )
        if about is not None and agent in {None, about[0] or agent}:
            self._keep(entry, about[1], about[2])

    def _told_of_certificates(self, event: Event) -> "_About | None":
        """Return whom, when and what an entry is about, if of a certificate."""
        match event:
            case CertificateIssued(credential=found) if found.role is Role.AGENT:
                self._holders[found.digest] = found
                again = ", in place of another" if event.replaces else ""
                return (
                    found.name,
                    event.at,
                    f"certificate {found.serial:X} issued to {found.name}{again}",
                )
            case StandingChanged() if event.credential in self._holders:
                found = self._holders[event.credential]
                done = f"{ACTS[event.act]}: {event.reason}"
                text = f"certificate {found.serial:X} of {found.name} {done}"
                return found.name, event.at, text
            case RevocationScheduled() if event.credential in self._holders:
                found = self._holders[event.credential]
                text = f"certificate {found.serial:X} of {found.name} is to be revoked"
                due = f"{text} at {moment(event.due)}: {event.reason}"
                return found.name, event.at, due
            case _:
                return None

    def _told_of_incidents(self, event: Event) -> "_About | None":
        """Return what was done about an incident, or who was told."""
        match event:
            case IncidentActed(act=act):
                until = f" until {moment(act.until)}" if act.until else ""
                text = f"{listed(event.signed_by)}: {act.step.value} incident"
                agent = self._of_incident.get(act.incident, "")
                text = f"{text} {act.incident[:8]}{until}: {act.reason}"
                return agent, event.at, text
            case AlertSettled():
                took = f"after {span(event.micros)}, attempt {event.attempts}"
                done = f"told {took}" if event.delivered else f"not reached {took}"
                text = f"{event.target} {done}, of incident {event.incident[:8]}"
                return self._of_incident.get(event.incident, ""), event.at, text
            case _:
                return None

    def _keep(self, entry: int, at: Instant, text: str) -> None:
        """Keep a moment while there is room."""
        if len(self.moments) < MOMENTS_MAX:
            self.moments.append(Moment(entry, at, text))
        else:
            self.omitted += 1


def _of_the_name(event: LogOpened | LogRolled | LogContinued) -> str:
    """Return what happens to the log's name."""
    match event:
        case LogOpened():
            return f"log {event.origin} opened"
        case LogRolled():
            return (
                f"two people end {event.origin}; the log goes on as {event.successor}"
            )
        case LogContinued():
            return f"the log goes on as {event.origin}"
        case _ as never:
            assert_never(never)


_About = tuple[str, Instant, str]
"""The agent that it is about, or nobody in particular; when; what."""


def _told(event: Event) -> _About | None:
    """Return what an entry tells that is of no certificate."""
    match event:
        case LogOpened() | LogRolled() | LogContinued():
            return "", event.at, _of_the_name(event)
        case MandateGranted(mandate=mandate):
            who = f"the directors of {mandate.operator}"
            text = f"{who} grant {mandate.agent} a mandate"
            return mandate.agent, event.at, text
        case AgentRegistered(registration=found):
            return found.agent, event.at, f"two operators register {found.agent}"
        case RuntimePinned():
            text = f"the runtime that {event.agent} may run is pinned"
            return event.agent, event.at, text
        case BaselineLocked():
            who = listed(event.signed_by)
            text = f"{who} lock the baseline of {event.lock.agent}"
            return event.lock.agent, event.at, text
        case OverrideGranted(override=override):
            aside = listed(override.controls)
            text = f"{listed(event.signed_by)} set {aside} aside for one order"
            return override.agent, event.at, f"{text}: {override.reason}"
        case LatchRearmed(rearm=rearm):
            text = f"{listed(event.signed_by)} arm {rearm.latch.value} again"
            return rearm.agent, event.at, f"{text}: {rearm.reason}"
        case Equivocated():
            text = f"{event.agent} signed two orders as its number {event.seq}"
            return event.agent, event.at, text
        case _:
            return _told_of_places(event)


def _told_of_places(event: Event) -> _About | None:
    """Return what an entry tells of a place, and so of every agent."""
    match event:
        case HaltOrdered(halt=halt):
            text = f"{listed(event.signed_by)}: {halt.place} {halt.state.value}"
            return "", event.at, f"{text}: {halt.reason}"
        case TradingResumed(resume=resume):
            text = f"{listed(event.signed_by)} lift a halt: {resume.reason}"
            return "", event.at, text
        case PlaceLimited(limits=limits):
            text = f"{listed(event.signed_by)} limit {limits.place}: {limits.reason}"
            return "", event.at, text
        case OverlayOrdered(overlay=overlay):
            text = f"{listed(event.signed_by)}: policy {overlay.name}: {overlay.reason}"
            return "", event.at, text
        case ExecutionUnexplained(found=found):
            order = found.client_id or "no order"
            text = f"{event.venue} lists what this log cannot explain ({order})"
            return "", event.at, text
        case _:
            return None
