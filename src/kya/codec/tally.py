"""The tally: what a package's report says, folded from the entries of the log.

Evidence and verifier each run it over the entries that they read, and compare.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from kya.codec.certificate_figures import CertificateFigures, Lapse, StandingFigures
from kya.codec.decisions import DecisionLine
from kya.codec.figures import Bucket
from kya.codec.halt_figures import Halts
from kya.codec.incident_figures import Incidents
from kya.codec.override_figures import OverrideFigures
from kya.codec.place_figures import LimitedPlaces
from kya.core.credential import Role
from kya.core.events import Event
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.incident import AlertSettled, IncidentActed
from kya.core.instant import Day, Instant
from kya.core.latch import LatchRearmed
from kya.core.lifecycle import Act
from kya.core.order import Action
from kya.core.order_events import (
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.core.override import OverrideGranted
from kya.core.place_limits import PlaceLimited
from kya.core.power_events import CertificateIssued, LogOpened, StandingChanged

PRICE_SOURCES_MAX: Final = 64
"""Distinct price sources named in a report; more are counted as `other sources`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which orders a package shows: of one agent or all, received in [first, last]."""

    agent: str | None
    first: Day
    last: Day

    def takes(self, agent: str, received_at: Instant) -> bool:
        """Tell whether an order is among them."""
        if self.agent is not None and agent != self.agent:
            return False
        return self.first <= received_at.day <= self.last


@dataclass(slots=True)
class AgentTally:
    """What is counted of one agent.

    `mode_of` holds the allowed orders that the venue has not settled; `last_stopped` is
    the last order that did not go, `awaiting` the replacement or reinstatement after
    which no order has gone yet.
    """

    total: Bucket = field(default_factory=Bucket)
    modes: dict[str, Bucket] = field(
        default_factory=lambda: {"live": Bucket(), "paper": Bucket()}
    )
    certificates: dict[str, CertificateFigures] = field(
        default_factory=dict[str, CertificateFigures]
    )
    standings: list[StandingFigures] = field(default_factory=list[StandingFigures])
    overrides: list[OverrideFigures] = field(default_factory=list[OverrideFigures])
    rearmed: list[tuple[int, LatchRearmed]] = field(
        default_factory=list[tuple[int, LatchRearmed]]
    )
    mode_of: dict[int, str] = field(default_factory=dict[int, str])
    asked_again: set[int] = field(default_factory=set[int])
    lapses: list[Lapse] = field(default_factory=list[Lapse])
    last_stopped: tuple[int, Instant] | None = None
    awaiting: tuple[int, Instant] | None = None


@dataclass(slots=True)
class Tally:
    """Counts entries in the order of the log; `selection` says which orders."""

    selection: Selection
    opened: LogOpened | None = None
    size: int = 0
    agents: dict[str, AgentTally] = field(default_factory=dict[str, AgentTally])
    price_sources: set[str] = field(default_factory=set[str])
    halts: Halts = field(default_factory=Halts)
    incidents: Incidents = field(default_factory=Incidents)
    places: LimitedPlaces = field(default_factory=LimitedPlaces)
    _order: tuple[int, OrderSubmitted] | None = None
    _holders: dict[str, str] = field(default_factory=dict[str, str])

    def take(self, event: Event, decision: DecisionLine | None = None) -> None:
        """Count the next entry; a decision comes with its line."""
        index, self.size = self.size, self.size + 1
        match event:
            case OrderSubmitted():
                self._order = (index, event)
            case OrderDecided() if decision is not None:
                self._take_decision(index, event, decision)
            case VenueReported():
                self._take_report(index, event)
            case CertificateIssued(credential=credential):
                if credential.role is Role.AGENT:
                    self._take_certificate(index, event)
            case StandingChanged():
                self._take_standing(index, event)
                self.incidents.take(index, event)
            case IncidentActed() | AlertSettled():
                self.incidents.take(index, event)
            case OverrideGranted(override=override):
                found = OverrideFigures(entry=index, granted=event)
                self._agent(override.agent).overrides.append(found)
            case HaltOrdered() | TradingResumed():
                self.halts.take(index, event)
            case PlaceLimited():
                self.places.take(index, event)
            case LatchRearmed(rearm=rearm):
                self._agent(rearm.agent).rearmed.append((index, event))
            case LogOpened():
                self.opened = event
            case _:
                pass

    def selected(self) -> dict[str, AgentTally]:
        """Return the agents that the selection is about, by name."""
        wanted = self.selection.agent
        return {
            name: agent
            for name, agent in sorted(self.agents.items())
            if wanted in {None, name}
        }

    def _take_decision(
        self, index: int, event: OrderDecided, line: DecisionLine
    ) -> None:
        """Count an order, its decision and its reasons, if it is selected."""
        if self._order is None:
            return
        (order_index, submitted), self._order = self._order, None
        if event.opening is not None:
            self.incidents.open(order_index, submitted.order.credential, event)
        if line.override is not None:
            for found in self._agent(event.agent).overrides:
                found.take(order_index, line)
        if not self.selection.takes(event.agent, event.received_at):
            return
        agent, outcome = self._agent(event.agent), event.outcome.value
        mode = agent.modes.get(line.mode) or agent.modes.setdefault(line.mode, Bucket())
        order = submitted.order
        size = None if order.action is Action.CANCEL else order.amount
        for bucket in (agent.total, mode):
            bucket.take_order(order_index, size, outcome)
            if line.reasons:
                bucket.take_reasons(index, line.reasons)
        if outcome == "allowed":
            agent.mode_of[event.seq] = line.mode
        certificate = agent.certificates.get(order.credential)
        if certificate is not None:
            certificate.orders += 1
        for price in (line.price, line.conversion):
            if price is not None and price is not msgspec.UNSET:
                self._take_source(price.source)
        _note_lapse(agent, order_index, event)

    def _take_report(self, index: int, event: VenueReported) -> None:
        """Count the answer to a selected order."""
        agent = self.agents.get(event.agent)
        mode = agent.mode_of.get(event.seq) if agent else None
        if agent is None or mode is None:
            return
        self._take_source(event.price_source)
        if not event.status.is_final:
            if event.status is VenueStatus.UNKNOWN:
                agent.asked_again.add(event.seq)
            return
        asked_again = event.seq in agent.asked_again
        agent.asked_again.discard(event.seq)
        del agent.mode_of[event.seq]
        for bucket in (agent.total, agent.modes[mode]):
            bucket.take_answer(index, event.status.value, asked_again=asked_again)

    def _take_certificate(self, index: int, event: CertificateIssued) -> None:
        """Enrol an agent's certificate."""
        credential = event.credential
        agent = self._agent(credential.name)
        former = agent.certificates.get(event.replaces or "")
        if former is not None:
            _measure_since(agent, Act.REVOKE, former, (index, event.at))
            agent.awaiting = (index, event.at)
        self._holders[credential.digest] = credential.name
        agent.certificates[credential.digest] = CertificateFigures(
            entry=index, credential=credential, replaces=event.replaces, at=event.at
        )

    def _take_standing(self, index: int, event: StandingChanged) -> None:
        """Note what happened to an agent's certificate."""
        name = self._holders.get(event.credential)
        if name is None:
            return
        agent, now = self.agents[name], (index, event.at)
        certificate = agent.certificates[event.credential]
        if event.act is Act.SUSPEND and agent.last_stopped is not None:
            _measure(agent, "stopped_to_suspended", agent.last_stopped, now)
        if event.act is Act.REVOKE:
            _measure_since(agent, Act.SUSPEND, certificate, now)
        if event.act is Act.REINSTATE:
            agent.awaiting = now
        agent.standings.append(
            StandingFigures(
                entry=index,
                serial=certificate.credential.serial,
                act=event.act,
                reason=event.reason,
                at=event.at,
            )
        )

    def _take_source(self, source: str) -> None:
        """Note where a price came from."""
        if source and len(self.price_sources) < PRICE_SOURCES_MAX:
            self.price_sources.add(source)
        elif source and source not in self.price_sources:
            self.price_sources.add("other sources")

    def _agent(self, name: str) -> AgentTally:
        """Return the agent's tally, a new one at first sight."""
        if name not in self.agents:
            self.agents[name] = AgentTally()
        return self.agents[name]


def _note_lapse(agent: AgentTally, index: int, event: OrderDecided) -> None:
    """Remember the last order stopped; measure until the first one allowed again."""
    now = (index, event.received_at)
    if event.outcome.value != "allowed":
        agent.last_stopped = now
    elif agent.awaiting is not None:
        _measure(agent, "restored_to_allowed", agent.awaiting, now)
        agent.awaiting = None


_SINCE: Final = {
    Act.SUSPEND: "suspended_to_revoked",
    Act.REVOKE: "revoked_to_replaced",
}


def _measure_since(
    agent: AgentTally,
    act: Act,
    certificate: CertificateFigures,
    end: tuple[int, Instant],
) -> None:
    """Note the time since the certificate's last change, if that was this act."""
    serial = certificate.credential.serial
    changes = [change for change in agent.standings if change.serial == serial]
    if changes and changes[-1].act is act:
        _measure(agent, _SINCE[act], (changes[-1].entry, changes[-1].at), end)


def _measure(
    agent: AgentTally, name: str, start: tuple[int, Instant], end: tuple[int, Instant]
) -> None:
    """Note the time between two entries."""
    agent.lapses.append(
        Lapse(
            name=name,
            start=start[0],
            end=end[0],
            micros=end[1].micros - start[1].micros,
        )
    )
