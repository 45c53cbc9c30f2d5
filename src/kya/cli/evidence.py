"""`kya evidence`: from the log to a package for a stranger."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from kya.cli.output import DATA_DEFAULT, AsJson, Data, answer, answer_json, talk
from kya.cli.progress import progress
from kya.codec.tally import Selection
from kya.core.errors import TransientError
from kya.core.instant import Day
from kya.evidence.archive import archive
from kya.evidence.build import BuiltPackage, build_package
from kya.evidence.reader import LogDirectory
from kya.wiring.remote import Remote

ARCHIVE: Final = ".tar.gz"
app = typer.Typer(help="Evidence: build a package.", no_args_is_help=True)


@app.command("build")
def build(
    first: Annotated[str, typer.Option("--from", help="First UTC day, 2026-05-01.")],
    last: Annotated[str, typer.Option("--to", help="Last UTC day, included.")],
    out: Annotated[
        Path, typer.Option(help="New directory, or a new file that ends in .tar.gz.")
    ],
    agent: Annotated[
        str | None, typer.Option(help="The agent; all of them unless given.")
    ] = None,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Build the evidence package of a period from the published log."""
    _publish_if_running(data)
    selection = Selection(agent=agent, first=Day.parse(first), last=Day.parse(last))
    if out.name.endswith(ARCHIVE):
        with tempfile.TemporaryDirectory(dir=out.parent) as draft:
            built = _build(data, selection, Path(draft) / "package")
            archive(built.path, out)
    else:
        built = _build(data, selection, out)
    if as_json:
        answer_json(
            {"entries": built.entries, "orders": built.orders, "path": str(out)}
        )
    else:
        answer(f"{out}: {built.orders} orders, {built.entries} log entries")


def _build(data: Path, selection: Selection, out: Path) -> BuiltPackage:
    """Build the package as a directory."""
    with progress() as report:
        return build_package(
            source=LogDirectory(data / "log"),
            root_pem=(data / "trust/root.pem").read_bytes(),
            selection=selection,
            out=out,
            progress=report,
        )


def _publish_if_running(data: Path) -> None:
    """Have a running gateway sign the log as it stands; a stopped one has done so."""
    try:
        Remote.of(data).publish()
    except TransientError:
        talk("no gateway is running: the package ends with the last checkpoint")
