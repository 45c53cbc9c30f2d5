import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.codec.order_fields import Field, field_table
from kya.codec.order_records import OrderRecord, parse_record
from kya.evidence import record_text
from kya.evidence.record_text import values_of
from tests.evidence.order_flow import HOSTILE, Step, flow, records_of, steps

FIELDS = field_table().fields
RECORDS = records_of(flow([Step(), Step(cents=2_500_001), Step(detail=HOSTILE)]))


def read_cell(field: Field, cell: str) -> object:
    """What spec/order-record.md tells a reader to do with a cell."""
    text = cell.removeprefix("'")
    match field.kind:
        case "list":
            return text.split()
        case "integer" | "json":
            return json.loads(text) if text else None
        case _:
            return text or None


def read_csv(raw: bytes) -> list[OrderRecord]:
    reader = csv.DictReader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True)
    assert reader.fieldnames == [field.name for field in FIELDS]
    rows = [
        {field.name: read_cell(field, row[field.name]) for field in FIELDS}
        for row in reader
    ]
    return [
        msgspec.convert({"_type": "kya/order-record/v1", **row}, OrderRecord)
        for row in rows
    ]


def written(name: str, records: list[OrderRecord]) -> bytes:
    return b"".join(getattr(record_text, name)(records))


@settings(max_examples=25)
@given(st.lists(steps, max_size=4))
def test_json_lines_and_csv_are_read_as_the_same_records(wanted: list[Step]) -> None:
    records = records_of(flow(wanted))
    lines = written("json_lines", records).splitlines(keepends=True)
    assert [parse_record(line) for line in lines] == records
    assert read_csv(written("csv", records)) == records


def test_a_hostile_word_of_a_venue_is_no_formula() -> None:
    raw = written("csv", RECORDS).decode()
    cells = [cell for row in csv.reader(io.StringIO(raw, newline="")) for cell in row]
    assert f"'{HOSTILE}" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))] == []


def test_a_log_without_orders_is_a_header() -> None:
    assert written("json_lines", []) == b""
    assert written("csv", []).count(b"\r\n") == 1
    assert documents([]) == []


def documents(records: list[OrderRecord]) -> list[dict[str, Any]]:
    found = json.loads(written("iso20022", records))
    inner: list[dict[str, Any]] = found["BizData"]["Pyld"]["Document"]["Rcrds"]
    return inner


def at(document: dict[str, Any], path: str) -> object:
    found: Any = document
    for name in path.split("."):
        found = found.get(name, {})
    return found or None


def test_every_value_stands_in_its_element() -> None:
    for record, document in zip(RECORDS, documents(RECORDS), strict=True):
        values = values_of(record)
        for field in FIELDS:
            path = field.iso20022 or f"SplmtryData.Envlp.{field.name}"
            assert at(document, path) == (values[field.name] or None), field.name


def test_no_element_is_null() -> None:
    assert b"null" not in written("iso20022", RECORDS)


def test_the_document_says_that_it_is_not_validated() -> None:
    found = json.loads(written("iso20022", RECORDS))
    assert "not validated against any schema" in found["SplmtryData"]["Envlp"]["shape"]


@pytest.mark.parametrize("name", ["json_lines", "csv", "iso20022"])
def test_a_record_goes_out_before_the_next_is_asked_for(name: str) -> None:
    taken: list[int] = []

    def endless() -> Iterator[OrderRecord]:
        while True:
            taken.append(1)
            yield RECORDS[0]

    chunks = getattr(record_text, name)(endless())
    for _ in range(5):
        next(chunks)
    assert len(taken) <= 5
