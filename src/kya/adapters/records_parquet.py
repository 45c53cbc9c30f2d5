"""Order records as Parquet, through Apache Arrow's own library (`kya[parquet]`).

Decimals are decimals and instants are timestamps in microseconds, UTC. Rows are written
in groups, so memory holds one group.
"""
# Arrow's stubs leave parts of its overloads without a type.
# pyright: reportUnknownMemberType=false

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from kya.codec.order_fields import Field, field_table
from kya.codec.order_records import OrderRecord
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.evidence.record_text import Value, plain_text, values_of

GROUP_ROWS: Final = 2_000
"""Rows of one group. Above the library itself some 50 MB were used, for 10,000 rows as
for 30,000."""

# 38 digits are what readers of Parquet share; 18 after the point are an ether's wei.
_PRECISION: Final = 38
_SCALE: Final = 18
_WHOLE_DIGITS_MAX: Final = _PRECISION - _SCALE

Cell = str | int | Decimal | datetime | None
Row = dict[str, Cell]


def write_parquet(records: Iterable[OrderRecord], out: BinaryIO) -> None:
    """Write all records to `out`, which is left open.

    InputError, naming record and field, for an amount that Parquet's decimals cannot
    hold exactly.
    """
    fields = field_table().fields
    schema = pa.schema([(each.name, _type(each)) for each in fields])
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _groups(records):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _groups(records: Iterable[OrderRecord]) -> Iterator[list[Row]]:
    """Yield the records as rows, in groups."""
    rows = map(_row, records)
    while group := list(islice(rows, GROUP_ROWS)):
        yield group


def _row(record: OrderRecord) -> Row:
    """Return a record's cells by column."""
    values = values_of(record)
    fields = field_table().fields
    return {each.name: _cell(each, values[each.name], record.entry) for each in fields}


def _type(field: Field) -> pa.DataType:
    """Return the type of a column."""
    match field.kind:
        case "integer":
            return pa.int64()
        case "decimal":
            return pa.decimal128(_PRECISION, _SCALE)
        case "instant":
            return pa.timestamp("us", tz="UTC")
        case "text" | "list" | "json":
            return pa.string()


def _cell(field: Field, value: Value, entry: int) -> Cell:
    """Return a value as Arrow takes it."""
    if field.kind == "integer" and isinstance(value, int):
        return value
    text = plain_text(field, value)
    if text is None or field.kind not in {"decimal", "instant"}:
        return text
    if field.kind == "instant":
        return Instant.parse(text).to_datetime()
    if len(text.partition(".")[0]) > _WHOLE_DIGITS_MAX:
        raise InputError(
            f"record of entry {entry}: {field.name}: want at most {_WHOLE_DIGITS_MAX}"
            f" digits before the point in Parquet, got {text}; take another format"
        )
    return Decimal(text)
