"""`kya verify`: check an evidence package, offline, trusting nothing in it."""

import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kya.cli.output import AsJson, answer, console, read_bytes
from kya.cli.progress import progress
from kya.core.errors import InputError
from kya.evidence.verify_page import verify_page
from kya.pki.stamp_authorities import Authorities
from kya.verify.brought import Brought
from kya.verify.finding import Verdict
from kya.verify.package import LIMITS
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
    package: Annotated[
        Path, typer.Argument(help="The package: a directory or a .tar.gz.")
    ],
    root: Annotated[
        Path, typer.Option(help="Your own copy of the root certificate, PEM.")
    ],
    policy: Annotated[
        Path | None,
        typer.Option(help="Your own copy of the log policy (C2SP tlog-policy)."),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A checkpoint of this log that you kept from before."),
    ] = None,
    executions: Annotated[
        Path | None,
        typer.Option(help="Executions as you had them from the venues: JSON or CSV."),
    ] = None,
    *,
    since: Annotated[
        Path | None,
        typer.Option(help="A checkpoint up to which you have verified this log."),
    ] = None,
    tsa: Annotated[
        Path | None,
        typer.Option(help="Roots of the time-stamping authorities you trust, PEM."),
    ] = None,
    tsa_policy: Annotated[
        str, typer.Option(help="The policy, an OID, that their stamps must name.")
    ] = "",
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
        if since is not None and checkpoint is not None:
            raise InputError("--since: want it alone; it is the checkpoint you hold")
        brought = Brought.read(
            read_bytes(root, "root"),
            _own(policy, "policy"),
            _own(since or checkpoint, "checkpoint"),
            _own(executions, "executions"),
        )
        brought = replace(
            brought,
            continues=since is not None,
            ask=ask,
            authorities=_authorities(_own(tsa, "tsa"), tsa_policy),
        )
        report = verify_again(package, brought, LIMITS, shown)
    if as_json:
        answer(report.to_json().decode("ascii").rstrip("\n"))
    else:
        _print(report)
    raise typer.Exit(report.exit_code)


def _authorities(roots: bytes | None, policy: str) -> Authorities | None:
    """Return whose time stamps count; InputError without the library to check them."""
    if roots is None:
        return None
    if find_spec("rfc3161_client") is None:
        raise InputError("--tsa: rfc3161-client is not installed; want kya[stamps]")
    return Authorities.read(roots, policy)


def _own(path: Path | None, what: str) -> bytes | None:
    """Return what a file of the verifier's own holds, if it has one."""
    return None if path is None else read_bytes(path, what)


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
