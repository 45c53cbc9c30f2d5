"""`kya verify`: check an evidence package, offline, trusting nothing in it."""

import sys
from typing import Annotated, Final

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kya.cli.bringing import (
    Executions,
    Held,
    PackagePath,
    Policy,
    Root,
    Since,
    StampPolicy,
    StampRoots,
    limits_here,
    read_brought,
    trusted_authorities,
)
from kya.cli.output import AsJson, answer, console
from kya.cli.progress import progress
from kya.evidence.verify_page import verify_page
from kya.verify.finding import Verdict
from kya.verify.report import Answer, Report
from kya.verify.verify import verify as verify_again
from kya.wiring.overlay_engines import engines

FINDINGS_SHOWN: Final = 5
_STYLES: Final = {
    Verdict.HOLDS: "green",
    Verdict.FAILS: "bold red",
    Verdict.UNKNOWN: "yellow",
}


def _print_page(asked: bool) -> None:  # noqa: FBT001  An option's callback.
    """Print verify.html and end, where it was asked for."""
    if asked:
        sys.stdout.buffer.write(verify_page())
        raise typer.Exit(0)


def verify(
    package: PackagePath,
    root: Root,
    policy: Policy = None,
    checkpoint: Held = None,
    executions: Executions = None,
    *,
    since: Since = None,
    tsa: StampRoots = None,
    tsa_policy: StampPolicy = "",
    as_json: AsJson = False,
    _page: Annotated[
        bool,
        typer.Option(
            "--page",
            help="Print the verifier for a browser, one HTML file, and end.",
            callback=_print_page,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Check an evidence package offline and answer the ten questions.

    With --since, what lies below that checkpoint is not examined in full again: you
    have verified it, and the answers say from which entry on they were checked.

    Overlays are asked again where their engines are installed, in their release.
    Exit code 0: all hold. 1: at least one fails. 3: none fails, some cannot be told.
    """
    with progress() as shown, engines() as ask:
        brought = read_brought(
            root,
            policy=policy,
            held=checkpoint,
            since=since,
            executions=executions,
            authorities=trusted_authorities(tsa, tsa_policy),
            ask=ask,
        )
        report = verify_again(package, brought, limits_here(), shown)
    if as_json:
        answer(report.to_json().decode("ascii").rstrip("\n"))
    else:
        _print(report)
    raise typer.Exit(report.exit_code)


def _print(report: Report) -> None:
    """Print the verdict table, and beside it what was not checked."""
    subject = report.subject
    out = console()
    out.print(Text(f"package   {subject.package}"))
    out.print(Text(f"log       {subject.origin}, {subject.entries} entries"))
    if subject.known:
        out.print(Text(f"since     your checkpoint of {subject.known} entries"))
    if subject.withheld:
        out.print(Text(f"a part    {subject.withheld} of these entries are withheld"))
    out.print(Text(f"agents    {', '.join(subject.agents) or 'none'}"))
    out.print(Text(f"orders    {subject.orders}"))
    out.print(Text(f"root      SHA-256 {subject.root_sha256} (yours)"))
    out.print()
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    for each in (*report.answers, report.package):
        number = str(each.question) if each.question else ""
        verdict = Text(each.verdict.value, style=_STYLES[each.verdict])
        table.add_row(number, _question(each), verdict)
    out.print(table)
    out.print()
    _print_perimeter(report, out)
    out.print(Text("Not checked:"))
    for sentence in report.not_checked:
        out.print(Text(f"  {sentence}"))
    out.print()
    out.print(Text(_conclusion(report), style=_STYLES[report.verdict]))


def _print_perimeter(report: Report, out: Console) -> None:
    """Print, for each market, which regimes the reviewed table has for it."""
    found = list(report.subject.perimeter())
    for each in found[:1]:
        out.print(Text(f"Perimeter, each market as spot, reviewed {each.reviewed}:"))
    for each in found:
        name = each.market
        for line in each.summary():
            out.print(Text(f"  {name:8}  {line}"))
            name = ""
    if found:
        out.print()


def _question(each: Answer) -> Group:
    """Return a question with the findings that decided it."""
    deciding = [f for f in each.findings if f.verdict is each.verdict]
    lines: list[RenderableType] = [Text(each.text)]
    for finding in deciding[:FINDINGS_SHOWN]:
        where = f"{finding.where}: " if finding.where else ""
        lines.append(_indented(f"{where}{finding.sentence}"))
    if len(deciding) > FINDINGS_SHOWN:
        lines.append(
            _indented(f"and {len(deciding) - FINDINGS_SHOWN} more; see --json")
        )
    return Group(*lines)


def _indented(text: str) -> Padding:
    """Return a finding, set under its question."""
    return Padding(Text(text, style="dim"), (0, 0, 0, 2))


def _conclusion(report: Report) -> str:
    """Return the last line: how many questions had which verdict."""
    verdicts = [each.verdict for each in report.answers]
    counts = ", ".join(
        f"{verdicts.count(verdict)} {verdict.value}"
        for verdict in Verdict
        if verdicts.count(verdict)
    )
    known = report.subject.known
    since = f", from entry {known} on" if known else ""
    return f"{report.verdict.value}: of ten questions, {counts}{since}"
