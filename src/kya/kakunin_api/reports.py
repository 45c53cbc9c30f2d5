"""`reports`: our own verification of a package, its findings, and no verdict of law."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace
from starlette.responses import Response

from kya.codec.tally import Selection
from kya.core.errors import KyaError
from kya.core.instant import MICROS_PER_DAY, Day, Instant
from kya.evidence.build import build_package
from kya.kakunin_api.asking import Asking, Service
from kya.kakunin_api.envelope import RefusedError, answered, not_found
from kya.kakunin_api.limits import REPORT_SECONDS, WINDOW_DAYS_MAX
from kya.kakunin_api.notebook import ReportMade
from kya.verify.report import Report
from kya.verify.verify import verify_package

_NAME_BYTES: Final = 8
_DAYS: Final = 30
_FRAMEWORKS: Final = "standards_frameworks"


async def create(asking: Asking) -> Response:
    """Build the evidence of a window and verify it; one at a time.

    Where that takes long, the answer is a report that is still generating.
    """
    fields = await asking.fields()
    agent = asking.permitted(fields.needed("agent_id"))
    days, notes = _days(fields.take("window_days")), fields.text("notes")
    if fields.take(_FRAMEWORKS):
        msg = f"{_FRAMEWORKS}: findings are about evidence, and about no standard"
        raise RefusedError(422, msg)
    fields.require_none_left()
    if agent not in asking.record.state.agents:
        raise not_found(f"no agent {agent[:80]!a} is enrolled")
    running = asking.service.reporting
    if running:
        raise RefusedError(
            429, "one report at a time", code="busy", headers={"retry-after": "5"}
        )
    begun = _begun(asking, agent, days, notes)
    asking.service.notebook.add(begun)
    task = asyncio.create_task(_make(asking.service, begun))
    running.add(task)
    task.add_done_callback(running.discard)
    await asyncio.wait({task}, timeout=REPORT_SECONDS)
    return answered(_shown(asking.service.notebook.reports[begun.report]), 201)


def _days(value: object) -> int:
    """Return how many days a report is about, today included."""
    if value is None:
        return _DAYS
    if type(value) is not int or not 1 <= value <= WINDOW_DAYS_MAX:
        raise RefusedError(400, f"window_days: want 1 to {WINDOW_DAYS_MAX}")
    return value


async def show(asking: Asking) -> Response:
    """Show a report, with where its findings are."""
    return answered(_shown(_report(asking)))


async def findings(asking: Asking) -> Response:
    """Give out the findings: what `kya verify --json` says of the same package."""
    made = _report(asking)
    if not made.findings:
        raise not_found(f"report {made.report}: {made.summary}")
    return Response(made.findings, media_type="application/json")


async def pdf(asking: Asking) -> Response:
    """Refuse: a report for people is made of a package, and by another command."""
    made = _report(asking)
    msg = f"report {made.report}: run kya report on an evidence package for pages"
    raise RefusedError(422, msg)


def _report(asking: Asking) -> ReportMade:
    """Return the report of the path."""
    name = str(asking.request.path_params["report"])
    made = asking.service.notebook.reports.get(name)
    if made is None or not asking.token.is_for(made.agent):
        raise not_found(f"no report {name[:80]!a}")
    return made


def _begun(asking: Asking, agent: str, days: int, notes: str | None) -> ReportMade:
    """Return the report of a window, of which nothing is known yet."""
    now = asking.now
    first = Instant(max(0, now.micros - (days - 1) * MICROS_PER_DAY)).day
    return ReportMade(
        report=f"report-{asking.service.chance(_NAME_BYTES).hex()}",
        agent=agent,
        first=str(first),
        last=str(now.day),
        status="generating",
        summary=None,
        notes=notes,
        at=str(now),
        ended_at=str(now),
        findings="",
    )


async def _make(service: Service, begun: ReportMade) -> None:
    """End a report; one whose package cannot be built has failed, and says why."""
    first, last = Day.parse(begun.first), Day.parse(begun.last)
    selection = Selection(agent=begun.agent, first=first, last=last)
    try:
        report = await asyncio.to_thread(_examined, service, selection)
        status, summary, text = "ready", summary_of(report), report.to_json().decode()
    except (KyaError, OSError) as error:
        status, summary, text = "failed", str(error), ""
    service.notebook.add(
        replace(
            begun,
            status=status,
            summary=summary,
            findings=text,
            ended_at=str(service.now()),
        )
    )


def _examined(service: Service, selection: Selection) -> Report:
    """Return what our verifier finds in the package of what the log has published."""
    with tempfile.TemporaryDirectory() as folder:
        built = build_package(
            source=service.log,
            root_pem=service.root_pem,
            selection=selection,
            out=Path(folder) / "package",
        )
        return verify_package(built.path, root_pem=service.root_pem)


def summary_of(report: Report) -> str:
    """Return the ten answers in one line; UNKNOWN is never counted as an answer."""
    answers = [f"{each.question} {each.verdict.value}" for each in report.answers]
    files = f"files {report.package.verdict.value}"
    return f"{report.verdict.value}: {files}; questions {', '.join(answers)}"


def _shown(made: ReportMade) -> dict[str, object]:
    """Return a report as callers read it."""
    found = msgspec.json.decode(made.findings) if made.findings else None
    return {
        "id": made.report,
        "agent_id": made.agent,
        "title": f"Verification of {made.agent}, {made.first} to {made.last}",
        "status": made.status,
        "summary": made.summary,
        "notes": made.notes,
        "period_start": str(Day.parse(made.first).start),
        "period_end": made.at,
        "created_at": made.at,
        "updated_at": made.ended_at,
        "findings_url": f"/api/v1/reports/{made.report}/findings",
        "findings": found,
    }
