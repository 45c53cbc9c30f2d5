"""A venue's list as a file that a reader brings: JSON Lines, or CSV with a header.

It is no document of ours: the order of members or columns is free, and there is no
canonical form. What each line must say is that of a copied execution, and its venue.
"""

import csv
import io
from collections.abc import Iterator
from typing import Final

import msgspec

from kya.codec.csv_row import row
from kya.codec.drop_copies import (
    ExecutionFields,
    execution_fields,
    execution_from,
)
from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.execution import Execution
from kya.core.limits import EXECUTIONS_FILE_BYTES_MAX

COLUMNS: Final = (*ExecutionFields.__struct_fields__, "venue")


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One execution and the venue whose list it is in."""

    amount: str
    at: str
    client_id: str
    currency: str
    execution_id: str
    market: str
    price: str
    side: str
    venue: str
    venue_order_id: str


_LINE: Final = msgspec.json.Decoder(_Line)

Listed = dict[str, tuple[Execution, ...]]
"""Executions by venue, in the order of the file."""


def read_executions(raw: bytes) -> Listed:
    """Return the executions of a file by venue; MalformedError names the line."""
    if len(raw) > EXECUTIONS_FILE_BYTES_MAX:
        raise MalformedError(f"executions: more than {EXECUTIONS_FILE_BYTES_MAX} bytes")
    found: dict[str, list[Execution]] = {}
    is_json = raw.lstrip()[:1] == b"{"
    for number, line in _json_lines(raw) if is_json else _csv_rows(raw):
        try:
            tokens.require(tokens.VENUE, "venue", line.venue)
            fields = msgspec.convert(line, ExecutionFields, from_attributes=True)
            found.setdefault(line.venue, []).append(execution_from(fields))
        except MalformedError as error:
            raise MalformedError(f"executions: line {number}: {error}") from error
    return {venue: tuple(lines) for venue, lines in found.items()}


def render_executions(listed: Listed) -> bytes:
    """Return the executions as CSV, one line each."""
    rows = [row(COLUMNS)]
    for venue, executions in sorted(listed.items()):
        for execution in executions:
            fields = execution_fields(execution)
            cells = [getattr(fields, name) for name in COLUMNS[:-1]]
            rows.append(row([*cells, venue]))
    return b"".join(rows)


def _json_lines(raw: bytes) -> Iterator[tuple[int, _Line]]:
    """Yield the objects of a file of JSON Lines, with their numbers."""
    for number, line in enumerate(raw.splitlines(), start=1):
        try:
            yield number, _LINE.decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise MalformedError(f"executions: line {number}: {error}") from error


def _csv_rows(raw: bytes) -> Iterator[tuple[int, _Line]]:
    """Yield the rows of a CSV file, with the numbers of their lines."""
    try:
        rows = csv.DictReader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True)
        if sorted(rows.fieldnames or ()) != sorted(COLUMNS):
            raise MalformedError(f"executions: want a header of {', '.join(COLUMNS)}")
        for cells in rows:
            yield rows.line_num, msgspec.convert(cells, _Line)
    except (csv.Error, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise MalformedError(f"executions: not a table of them: {error}") from error
