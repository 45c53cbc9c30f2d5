"""Incidents in a package's report: what opened each, who was told, what was done."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kya.core.incident import AlertSettled, IncidentActed
from kya.core.lifecycle import Act
from kya.core.order_events import OrderDecided
from kya.core.power_events import StandingChanged


@dataclass(slots=True, kw_only=True)
class IncidentFigures:
    """One incident: the order's entry, its certificate, and all that followed."""

    entry: int
    credential: str
    decided: OrderDecided
    acts: list[tuple[int, IncidentActed]] = field(
        default_factory=list[tuple[int, IncidentActed]]
    )
    alerts: list[tuple[int, AlertSettled]] = field(
        default_factory=list[tuple[int, AlertSettled]]
    )
    standings: list[tuple[int, StandingChanged]] = field(
        default_factory=list[tuple[int, StandingChanged]]
    )

    def fields(self) -> dict[str, object]:
        """Return the incident as it stands in report.json."""
        decided, opening = self.decided, self.decided.opening
        return {
            "acts": [_act(*each) for each in self.acts],
            "agent": decided.agent,
            "alerts": [_alert(*each) for each in self.alerts],
            "entry": self.entry,
            "grace_ends_at": opening and str(opening.grace_ends_at),
            "incident": decided.order,
            "opened_at": str(decided.received_at),
            "reasons": [reason.value for reason in opening.reasons] if opening else [],
            "seq": decided.seq,
            "standings": [
                {"act": event.act.value, "at": str(event.at), "entry": entry}
                for entry, event in self.standings
            ],
        }


@dataclass(slots=True)
class Incidents:
    """Every incident of a log by its id, in the order of the log."""

    all: dict[str, IncidentFigures] = field(default_factory=dict[str, IncidentFigures])

    def open(self, entry: int, credential: str, event: OrderDecided) -> None:
        """Note an incident that a decision has opened; `entry` is its order's."""
        self.all[event.order] = IncidentFigures(
            entry=entry, credential=credential, decided=event
        )

    def take(
        self, entry: int, event: IncidentActed | AlertSettled | StandingChanged
    ) -> None:
        """Note what was done about one, or about the certificate that it is under."""
        if isinstance(event, StandingChanged):
            for found in self.all.values():
                if found.credential == event.credential and not _is_over(found):
                    found.standings.append((entry, event))
        # Admission refuses what is of no incident; here it is no figure.
        elif isinstance(event, IncidentActed):
            if event.act.incident in self.all:
                self.all[event.act.incident].acts.append((entry, event))
        elif event.incident in self.all:
            self.all[event.incident].alerts.append((entry, event))

    def about(self, agent: str | None) -> Iterable[IncidentFigures]:
        """Return the incidents of this agent, or of all."""
        return (
            each for each in self.all.values() if agent in {None, each.decided.agent}
        )


def _is_over(found: IncidentFigures) -> bool:
    """Tell whether it was released, or its certificate reinstated or revoked."""
    released = any(event.act.step.value == "release" for _, event in found.acts)
    return released or any(e.act is not Act.SUSPEND for _, e in found.standings)


def _act(entry: int, event: IncidentActed) -> dict[str, object]:
    act = event.act
    return {
        "at": str(act.at),
        "entry": entry,
        "file": act.file,
        "reason": act.reason,
        "signed_by": list(event.signed_by),
        "step": act.step.value,
        "until": act.until and str(act.until),
    }


def _alert(entry: int, event: AlertSettled) -> dict[str, object]:
    return {
        "at": str(event.at),
        "attempts": event.attempts,
        "delivered": event.delivered,
        "entry": entry,
        "micros": event.micros,
        "target": event.target,
    }
