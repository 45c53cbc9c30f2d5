"""Order records as text: JSON Lines, CSV, and JSON shaped like ISO 20022.

Each takes records and yields bytes, one record at a time.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from kya.codec import canonical, csv_row
from kya.codec.order_fields import Field, field_table
from kya.codec.order_records import OrderRecord, render_record

_Element = dict[str, object]
Value = str | int | list[str] | dict[str, object] | None

_OWN: Final = ("SplmtryData", "Envlp")
"""Where ISO 20022 puts what its message has no element for."""

_SHAPE: Final = (
    "shaped like the ISO 20022 messages auth.116, auth.117 and auth.118; not validated"
    " against any schema, and element names are kya's own"
)


def json_lines(records: Iterable[OrderRecord]) -> Iterator[bytes]:
    """Yield one line of canonical JSON a record."""
    for record in records:
        yield render_record(record)


def csv(records: Iterable[OrderRecord]) -> Iterator[bytes]:
    """Yield a header, then one row a record; spec/order-record.md says how to read."""
    fields = field_table().fields
    yield csv_row.row([each.name for each in fields])
    for record in records:
        values = values_of(record)
        yield csv_row.row([_cell(each, values[each.name]) for each in fields])


def iso20022(records: Iterable[OrderRecord]) -> Iterator[bytes]:
    """Yield one JSON document, one record a line; what is null is left out."""
    yield b'{"BizData":{"Pyld":{"Document":{"Rcrds":[\n'
    separator = b""
    for record in records:
        yield separator + canonical.encode(_shaped(record))
        separator = b",\n"
    shape = canonical.encode(_SHAPE)
    yield b'\n]}}},"SplmtryData":{"Envlp":{"shape":' + shape + b"}}}\n"


def values_of(record: OrderRecord) -> dict[str, Value]:
    """Return the values of a record by field, in JSON's own types."""
    found: dict[str, Value] = msgspec.to_builtins(record)
    return found


def plain_text(field: Field, value: Value) -> str | None:
    """Return a value as one text, null as None: lists by blanks, the rest as JSON."""
    if value is None or isinstance(value, str):
        return value
    if field.kind == "list" and isinstance(value, list):
        return " ".join(value)
    return canonical.encode(value).decode("utf-8")


def _cell(field: Field, value: Value) -> str:
    """Return a value's cell; a number is one, and no formula begins like it."""
    text = plain_text(field, value) or ""
    return text if field.kind in {"integer", "decimal"} else csv_row.safe(text)


def _shaped(record: OrderRecord) -> _Element:
    """Return the record as nested elements."""
    values = values_of(record)
    made: dict[tuple[str, ...], _Element] = {(): {}}
    for field in field_table().fields:
        value = values[field.name]
        if value is None:
            continue
        path = field.iso20022.split(".") if field.iso20022 else [*_OWN, field.name]
        _element(made, tuple(path[:-1]))[path[-1]] = value
    return made[()]


def _element(made: dict[tuple[str, ...], _Element], path: tuple[str, ...]) -> _Element:
    """Return the element at a path, making what is not there yet."""
    if path not in made:
        made[path] = {}
        _element(made, path[:-1])[path[-1]] = made[path]
    return made[path]
