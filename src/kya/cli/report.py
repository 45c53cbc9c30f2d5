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
    Since,
    StampPolicy,
    StampRoots,
    read_brought,
    trusted_authorities,
)
from kya.cli.key import existing_key
from kya.cli.output import AsJson, answer, read_bytes, write_new
from kya.cli.progress import progress
from kya.core.errors import InputError
from kya.report.compose import compose
from kya.report.gathered import Gathered
from kya.report.html import render_html
from kya.verify.package import LIMITS
from kya.verify.verify import examine
from kya.wiring.clock import system_clock
from kya.wiring.overlay_engines import engines
from kya.wiring.report_files import Signatory, pdf_of, signed_pdf


def report(
    package: PackagePath,
    root: Root,
    policy: Policy = None,
    checkpoint: Held = None,
    executions: Executions = None,
    *,
    since: Since = None,
    tsa: StampRoots = None,
    tsa_policy: StampPolicy = "",
    html: Annotated[
        Path | None, typer.Option(help="New file: the report as one page.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="New file: the report as PDF/A-3b.")
    ] = None,
    sign: Annotated[
        Path | None,
        typer.Option(help="TOML that says where the key lives that signs the PDF."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="The certificate of that key, PEM: a person's.")
    ] = None,
    stamp_url: Annotated[
        str | None,
        typer.Option(help="An authority that stamps the signature (RFC 3161)."),
    ] = None,
    crl: Annotated[
        Path | None,
        typer.Option(help="The CA's list that goes in, PEM, where the log's is over."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a package, and write what came of it for people to read.

    The same package gives the same bytes. Of a package that fails, the first page says
    so; with --since, also from which entry on it was examined. A signature (PAdES) is
    new each time; stamped, it holds chain and revocation lists, and outlives them. Exit
    codes are those of `kya verify`, and so is what --json prints.
    """
    if html is None and pdf is None:
        raise InputError("report: want --html, --pdf or both")
    signatory = _signatory(sign, certificate, stamp_url, crl)
    if signatory is not None and pdf is None:
        raise InputError("--sign: want --pdf, for a page is not signed")
    gathered = Gathered()
    with progress() as shown, engines() as ask:
        stamped_by = trusted_authorities(tsa, tsa_policy)
        brought = read_brought(
            root,
            policy=policy,
            held=checkpoint,
            since=since,
            executions=executions,
            authorities=stamped_by,
            ask=ask,
        )
        examination = examine(package, brought, LIMITS, shown, gathered)
    document = compose(examination, gathered)
    if pdf is not None:
        content = pdf_of(document)
        if signatory is not None:
            now = system_clock().clock.now()
            content = signed_pdf(content, signatory, examination, brought.root, now)
        write_new(pdf, content)
    if html is not None:
        write_new(html, render_html(document))
    if as_json:
        answer(examination.report.to_json().decode("ascii").rstrip("\n"))
    else:
        for written in (html, pdf):
            if written is not None:
                answer(f"{written}: {document.headline}")
    raise typer.Exit(examination.report.exit_code)


def _signatory(
    key: Path | None,
    certificate: Path | None,
    stamp_url: str | None,
    crl: Path | None,
) -> Signatory | None:
    """Return who signs, if anybody; InputError for half of what that takes."""
    if crl is not None and stamp_url is None:
        raise InputError("--crl: want --stamp-url, for only what is stamped holds it")
    if key is None or certificate is None:
        if key or certificate or stamp_url:
            raise InputError("--sign, --certificate: want both, or neither")
        return None
    return Signatory(
        signer=existing_key(key),
        certificates=read_bytes(certificate, "certificate"),
        stamp_url=stamp_url,
        newer_list=None if crl is None else read_bytes(crl, "crl"),
    )
