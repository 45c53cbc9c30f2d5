"""Incidents: what opened each, who was told and when, what was done, how it ended."""

from collections.abc import Iterator

from kya.codec.incident_figures import IncidentFigures
from kya.core.instant import Instant
from kya.report.examined import Examined
from kya.report.model import Block, Row, Section, Sentence, Table, entries
from kya.report.wording import ACTS, counted, listed, moment, span


def incidents_section(examined: Examined) -> Section:
    """Return every incident of what the package is about."""
    about = examined.tally.selection.agent
    found = list(examined.tally.incidents.about(about))
    blocks: list[Block] = []
    if not found:
        blocks.append(Sentence("No incident was opened.", examined.whole_log))
    for number, each in enumerate(found, start=1):
        blocks.append(_opening(number, each))
        blocks.append(_steps(each))
    halts = list(examined.tally.halts.about(about))
    on_record = counted(len(halts), "halt") if halts else "No halt"
    blocks.append(
        Sentence(f"{on_record} of trading by people on record.", examined.whole_log)
    )
    return Section("Incidents", tuple(blocks))


def _opening(number: int, found: IncidentFigures) -> Sentence:
    """Return what opened an incident."""
    decided, opening = found.decided, found.decided.opening
    reasons = listed([each.value for each in opening.reasons]) if opening else "unknown"
    grace = moment(opening.grace_ends_at) if opening else "unknown"
    return Sentence(
        f"Incident {number} ({decided.order[:16]}): order {decided.seq} of"
        f" {decided.agent} was {decided.outcome.value} at {moment(decided.received_at)}"
        f" ({reasons}); the grace ended at {grace}.",
        entries(found.entry, found.entry + 1),
    )


def _steps(found: IncidentFigures) -> Table:
    """Return what followed, in the order of the log."""
    steps = sorted(_told(found), key=lambda step: step[0])
    since = found.decided.received_at
    return Table(
        header=("UTC", "after", "what"),
        widths=(4, 3, 10, 3),
        rows=tuple(
            Row(
                (moment(at), span(max(0, at.micros - since.micros)), text),
                entries(entry),
            )
            for entry, at, text in steps
        ),
    )


def _told(found: IncidentFigures) -> Iterator[tuple[int, Instant, str]]:
    """Yield entry, time and what was done."""
    for entry, alert in found.alerts:
        done = "told" if alert.delivered else "not reached"
        text = f"{alert.target} {done} within {span(alert.micros)}"
        yield entry, alert.at, f"{text}, {counted(alert.attempts, 'attempt')}"
    for entry, event in found.acts:
        who, act = listed(event.signed_by), event.act
        until = f" until {moment(act.until)}" if act.until else ""
        yield entry, act.at, f"{who}: {act.step.value}{until}: {act.reason}"
    for entry, change in found.standings:
        text = f"certificate {ACTS[change.act]}: {change.reason}"
        yield entry, change.at, text
