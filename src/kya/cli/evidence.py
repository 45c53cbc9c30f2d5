"""`kya evidence`: from the log to a package, and from a package to one order."""

import shlex
import tempfile
import time
from pathlib import Path
from typing import Annotated, Final, Protocol

import typer

from kya.cli.desk import publish_if_running
from kya.cli.export import export
from kya.cli.output import DATA_DEFAULT, AsJson, Data, answer, answer_json, talk
from kya.cli.progress import progress
from kya.codec.package_layout import LOG
from kya.codec.tally import Selection
from kya.core.instant import MICROS_PER_SECOND, Day
from kya.evidence.archive import archive
from kya.evidence.build import BuiltPackage, Progress, build_package
from kya.evidence.cms import CONTENT, MESSAGE, find_order, write_order
from kya.evidence.partial import build_partial
from kya.evidence.reader import LogReader
from kya.verify.package import opened
from kya.wiring.witnessed import log_directory, newest_seen

ARCHIVE: Final = ".tar.gz"
_WITNESS_SECONDS: Final = 5
_WITNESS_PAUSE_SECONDS: Final = 0.05
app = typer.Typer(
    help="Evidence: build a package, export an order.", no_args_is_help=True
)
app.command("export")(export)


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
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Only that agent's orders, and hashes."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build the evidence package of a period from the published log.

    A partial one withholds what other entries say; it answers fewer questions.
    """
    if (size := publish_if_running(data)) is not None:
        _wait_for_witnesses(data, size)
    selection = Selection(agent=agent, first=Day.parse(first), last=Day.parse(last))
    build_it = build_partial if partial else build_package
    if out.name.endswith(ARCHIVE):
        with tempfile.TemporaryDirectory(dir=out.parent) as draft:
            built = _build(build_it, data, selection, Path(draft) / "package")
            archive(built.path, out)
    else:
        built = _build(build_it, data, selection, out)
    if as_json:
        answer_json(
            {"entries": built.entries, "orders": built.orders, "path": str(out)}
        )
    else:
        answer(f"{out}: {built.orders} orders, {built.entries} log entries")


@app.command("cms")
def cms(
    package: Annotated[
        Path, typer.Argument(help="The package: a directory or a .tar.gz.")
    ],
    agent: Annotated[str, typer.Option(help="Whose order.")],
    seq: Annotated[int, typer.Option(min=1, help="Which one: the agent's own count.")],
    out: Annotated[Path, typer.Option(help="Folder for order.txt and order.p7s.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Export one order as a CMS message, which `openssl cms -verify` judges.

    Nothing is judged here: check the package with `kya verify`, too.
    """
    with opened(package) as found:
        order = find_order(lambda path: found.read(LOG + path), agent, seq)
    write_order(order, out)
    attime = order.received_at.micros // MICROS_PER_SECOND
    if as_json:
        answer_json(
            {
                "attime": attime,
                "crl": order.crl_number,
                "path": str(out),
                "received_at": str(order.received_at),
            }
        )
        return
    answer(f"{out}: order {seq} of {agent}, received at {order.received_at}")
    answer(f"under revocation list {order.crl_number}; check it with your own root:")
    answer(_command(out, attime))


def _wait_for_witnesses(data: Path, size: int) -> None:
    """Give the log's witnesses, if it has any, seconds to cosign what was signed."""
    log, begun = log_directory(data), time.monotonic()
    while log.witnesses.witnesses:
        seen = newest_seen(log)
        if seen is not None and seen.size >= size:
            return
        if time.monotonic() - begun > _WITNESS_SECONDS:
            talk("witnesses have not cosigned the last entries: question 8 will say so")
            return
        time.sleep(_WITNESS_PAUSE_SECONDS)


def _command(out: Path, attime: int) -> str:
    """Return the command that judges an exported order."""
    return (
        f"openssl cms -verify -binary -inform DER -in {shlex.quote(str(out / MESSAGE))}"
        f" -content {shlex.quote(str(out / CONTENT))} -CAfile root.pem -purpose any"
        f" -crl_check -attime {attime} -out /dev/null"
    )


class _Builder(Protocol):
    def __call__(
        self,
        *,
        source: LogReader,
        root_pem: bytes,
        selection: Selection,
        out: Path,
        progress: Progress,
    ) -> BuiltPackage: ...


def _build(
    build_it: _Builder, data: Path, selection: Selection, out: Path
) -> BuiltPackage:
    """Build the package as a directory."""
    with progress() as report:
        return build_it(
            source=log_directory(data),
            root_pem=(data / "trust/root.pem").read_bytes(),
            selection=selection,
            out=out,
            progress=report,
        )
