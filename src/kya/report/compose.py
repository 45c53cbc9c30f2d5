"""The whole report of an examination, from its first page to what it carries."""

from dataclasses import replace

from kya.codec.regulations import regulations
from kya.report.annex_dora import worksheets
from kya.report.annex_rts6 import self_assessment
from kya.report.controls import controls_section
from kya.report.examined import Examined
from kya.report.gathered import Gathered
from kya.report.incidents import incidents_section
from kya.report.model import (
    Basis,
    Document,
    Row,
    Section,
    Sentence,
    Source,
    Table,
    entries,
)
from kya.report.outsiders import outsiders_section
from kya.report.perimeter import perimeter_section
from kya.report.statistics import statistics_section, stopped_section
from kya.report.summary import summary_section
from kya.report.verdicts import headline, unchecked_section, verdict_section
from kya.report.wording import grouped, listed, moment
from kya.verify.examination import Examination
from kya.verify.finding import Verdict
from kya.verify.report import Subject

VERDICT_JSON = "verification.json"
REPORT_JSON = "report.json"
_UNREAD = "its log could not be read"


def compose(examination: Examination, gathered: Gathered) -> Document:
    """Return the report; of a log that cannot be read, the verdicts alone."""
    report, found = examination.report, examination.found
    examined = None
    is_whole = found is not None and not examination.is_partial
    if found is not None and is_whole and found.reexecution.tally.size:
        examined = Examined(examination, found, gathered)
    return Document(
        title=listed(report.subject.agents) if report.subject.agents else "No agent",
        subtitle=_period(examined),
        package_digest=examination.package_digest,
        at=examined.found.reexecution.state.now if examined else None,
        verdict=report.verdict,
        headline=headline(report),
        facts=_facts(examination, examined),
        sections=tuple(_sections(examination, examined)),
        attached=_attached(examination),
    )


def _sections(examination: Examination, examined: Examined | None) -> list[Section]:
    """Return the sections in reading order."""
    report = examination.report
    if examined is None:
        why = "only parts of the log are here" if examination.is_partial else _UNREAD
        nothing = Sentence(
            f"No figure can be derived from this package: {why}.",
            Source(Basis.PROGRAM, "kya verify"),
        )
        first = [Section("Summary", (nothing,)), verdict_section(report)]
        return [*first, unchecked_section(report)]
    return [
        summary_section(examined),
        verdict_section(report),
        _timeline(examined),
        statistics_section(examined),
        stopped_section(examined),
        incidents_section(examined),
        controls_section(examined),
        outsiders_section(examined),
        perimeter_section(report.subject),
        unchecked_section(report),
        *_annexes(examined),
    ]


def _annexes(examined: Examined) -> list[Section]:
    """Return the annexes; of a package that fails nobody fills in a form."""
    if examined.examination.report.verdict is Verdict.FAILS:
        text = "Not filled in, for this package FAILS verification."
        said = Sentence(text, Source(Basis.PROGRAM, "kya verify"))
        return [Section("Annexes", (said,))]
    table = regulations()
    return [self_assessment(examined, table), worksheets(examined, table)]


def _timeline(examined: Examined) -> Section:
    """Return what happened, in the order of the log."""
    timeline = examined.gathered.timeline
    rows = [
        Row((moment(each.at), each.text), entries(each.entry))
        for each in timeline.moments
    ]
    more = timeline.omitted
    said = Sentence(
        "What was granted, stopped, restored or noticed, in the order of the log; times"
        " are UTC, as whoever signed wrote them."
        + (f" {grouped(more)} more are left out here." if more else ""),
        examined.whole_log,
    )
    table = Table(header=("UTC", "what"), widths=(4, 13, 2), rows=tuple(rows))
    return Section("Timeline", (said, table))


def _period(examined: Examined | None) -> str:
    """Return the days that the package is about."""
    if examined is None:
        return "period unknown"
    selection = examined.tally.selection
    return f"{selection.first} to {selection.last}"


def _facts(
    examination: Examination, examined: Examined | None
) -> tuple[tuple[str, str], ...]:
    """Return what stands on the first page: which package, which log, which root."""
    subject = examination.report.subject
    facts = [
        ("package, SHA-256 of SHA256SUMS", examination.package_digest or "none"),
        ("log", subject.origin or "unknown"),
        ("entries", grouped(subject.entries)),
        ("SHA-256 of the verifier's root", subject.root_sha256),
    ]
    if subject.known:
        facts.append(("examined in full", _from_on(subject)))
    if examined is not None:
        facts.insert(3, ("root hash of the log", examined.found.head.root.hex()))
    return tuple(facts)


def _from_on(subject: Subject) -> str:
    """Return from which entry on the log was examined, and what was taken before it."""
    known = grouped(subject.known)
    before = f"the {known} before were taken as the verifier had found them"
    return f"from entry {known} on; {before}"


def _attached(examination: Examination) -> tuple[tuple[str, bytes], ...]:
    """Return the evidence that a PDF carries: derived by the verifier, never copied.

    The package goes by its digest there: its folder may be called anything.
    """
    report = examination.report
    named = replace(report.subject, package=examination.package_digest)
    verdict = (VERDICT_JSON, replace(report, subject=named).to_json())
    again = examination.report_json
    return (verdict,) if again is None else ((REPORT_JSON, again), verdict)
