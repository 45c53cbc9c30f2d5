"""`kya evidence export`: one record for each event of each order, in four formats."""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer

from kya.cli.desk import publish_if_running
from kya.cli.output import DATA_DEFAULT, AsJson, Data, answer, answer_json, talk
from kya.codec.tally import Selection
from kya.core.errors import InputError
from kya.core.instant import Day
from kya.core.lei import Lei
from kya.evidence.build import everything
from kya.evidence.new_file import appearing_file
from kya.evidence.records import order_records
from kya.wiring.record_export import (
    Read,
    RecordFormat,
    log_of_directory,
    log_of_package,
    write_records,
)

_STDOUT: Final = Path("-")


def export(
    out: Annotated[Path, typer.Option(help="New file, or `-` for stdout.")],
    form: Annotated[
        RecordFormat, typer.Option("--format", help="How records are written.")
    ] = RecordFormat.JSONL,
    *,
    package: Annotated[
        Path | None,
        typer.Option(help="An evidence package; the data directory unless given."),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First UTC day; all unless given.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last UTC day, included.")
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help="The agent; all of them unless given.")
    ] = None,
    lei: Annotated[
        str | None, typer.Option(help="The firm's LEI, which the log does not know.")
    ] = None,
    data: Data = DATA_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Export one record for each event of each order (spec/order-record.md).

    Nothing is judged here: check a package with `kya verify`, too. `iso20022` is shaped
    like auth.116, auth.117 and auth.118 and not validated against any schema.
    """
    selection = _selection(agent, first, last)
    firm = None if lei is None else Lei(lei)
    if out == _STDOUT and as_json:
        raise InputError("--json: want --out to be a file, for stdout has the records")
    with _log(package, data) as read, _target(out) as target:
        written = write_records(order_records(read, selection, firm), form, target)
    if as_json:
        answer_json(
            {"orders": written.orders, "path": str(out), "records": written.records}
        )
        return
    said = f"{out}: {written.orders} orders, {written.records} records"
    (talk if out == _STDOUT else answer)(said)


def _selection(agent: str | None, first: str | None, last: str | None) -> Selection:
    """Return which orders are meant; InputError for a period that holds no day."""
    whole = everything(agent)
    selection = Selection(
        agent=agent,
        first=whole.first if first is None else Day.parse(first),
        last=whole.last if last is None else Day.parse(last),
    )
    if selection.first > selection.last:
        raise InputError(f"period: {selection.first} is after {selection.last}")
    return selection


def _log(package: Path | None, data: Path) -> AbstractContextManager[Read]:
    """Return the log to read, a package's before the data directory's."""
    if package is not None:
        return log_of_package(package)
    publish_if_running(data)
    return nullcontext(log_of_directory(data))


def _target(out: Path) -> AbstractContextManager[BinaryIO]:
    """Return where the records go."""
    return nullcontext(sys.stdout.buffer) if out == _STDOUT else appearing_file(out)
