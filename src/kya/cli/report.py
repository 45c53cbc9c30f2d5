"""`kya report`: what a board and a regulator read of a package, once it is verified."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.bringing import (
    Executions,
    Held,
    PackagePath,
    Policy,
    Root,
    StampPolicy,
    StampRoots,
    read_brought,
    trusted_authorities,
)
from kya.cli.output import AsJson, answer, write_new
from kya.cli.progress import progress
from kya.core.errors import InputError
from kya.report.compose import compose
from kya.report.gathered import Gathered
from kya.report.html import render_html
from kya.verify.package import LIMITS
from kya.verify.verify import examine
from kya.wiring.overlay_engines import engines
from kya.wiring.report_files import pdf_of


def report(
    package: PackagePath,
    root: Root,
    policy: Policy = None,
    checkpoint: Held = None,
    executions: Executions = None,
    *,
    tsa: StampRoots = None,
    tsa_policy: StampPolicy = "",
    html: Annotated[
        Path | None, typer.Option(help="New file: the report as one page.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="New file: the report as PDF/A-3b.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a package, and write what came of it for people to read.

    The same package gives the same bytes. Of a package that fails, the first page says
    so. Exit codes are those of `kya verify`, as is what --json prints.
    """
    if html is None and pdf is None:
        raise InputError("report: want --html, --pdf or both")
    gathered = Gathered()
    with progress() as shown, engines() as ask:
        stamped_by = trusted_authorities(tsa, tsa_policy)
        brought = read_brought(
            root,
            policy=policy,
            held=checkpoint,
            executions=executions,
            authorities=stamped_by,
            ask=ask,
        )
        examination = examine(package, brought, LIMITS, shown, gathered)
    document = compose(examination, gathered)
    if pdf is not None:
        write_new(pdf, pdf_of(document))
    if html is not None:
        write_new(html, render_html(document))
    if as_json:
        answer(examination.report.to_json().decode("ascii").rstrip("\n"))
    else:
        for written in (html, pdf):
            if written is not None:
                answer(f"{written}: {document.headline}")
    raise typer.Exit(examination.report.exit_code)
