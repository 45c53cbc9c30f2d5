import io
from datetime import UTC
from decimal import Decimal
from itertools import repeat
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.adapters.records_parquet import GROUP_ROWS, write_parquet
from kya.codec.order_fields import field_table
from kya.codec.order_records import OrderRecord
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.evidence.record_text import plain_text, values_of
from tests.evidence.order_flow import HOSTILE, Step, flow, records_of, steps

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

FIELDS = field_table().fields
RECORD = records_of(flow([Step(detail=HOSTILE)]))[-1]


def read(records: list[OrderRecord]) -> Any:  # noqa: ANN401  a table of pyarrow
    out = io.BytesIO()
    write_parquet(records, out)
    return pq.read_table(io.BytesIO(out.getvalue()))


def expected(record: OrderRecord) -> dict[str, object]:
    """The values of JSON Lines, as numbers and instants."""
    found: dict[str, object] = {}
    for field in FIELDS:
        value = values_of(record)[field.name]
        text = plain_text(field, value)
        if field.kind == "integer" or text is None:
            found[field.name] = value
        elif field.kind == "decimal":
            found[field.name] = Decimal(text)
        elif field.kind == "instant":
            found[field.name] = Instant.parse(text).to_datetime()
        else:
            found[field.name] = text
    return found


@settings(max_examples=20)
@given(st.lists(steps, max_size=4))
def test_what_is_read_again_equals_json_lines(wanted: list[Step]) -> None:
    records = records_of(flow(wanted))
    assert read(records).to_pylist() == [expected(record) for record in records]


def test_columns_have_exact_types() -> None:
    schema = read([RECORD]).schema
    assert schema.names == [field.name for field in FIELDS]
    assert schema.field("quantity").type == pa.decimal128(38, 18)
    assert schema.field("event_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("entry").type == pa.int64()


def test_an_instant_keeps_its_microsecond() -> None:
    at = "2026-05-15T09:16:00.000001Z"
    (row,) = read([msgspec.structs.replace(RECORD, event_at=at)]).to_pylist()
    assert row["event_at"].astimezone(UTC).microsecond == 1


def test_the_smallest_part_of_an_ether_is_kept() -> None:
    wei = "1.000000000000000001"
    (row,) = read([msgspec.structs.replace(RECORD, quantity=wei)]).to_pylist()
    assert row["quantity"] == Decimal(wei)


def test_an_amount_that_no_column_can_hold_is_named() -> None:
    most = "9" * 20
    assert read([msgspec.structs.replace(RECORD, quantity=most)]).num_rows == 1
    with pytest.raises(
        InputError, match="record of entry 12: quantity: want at most 20"
    ):
        read([msgspec.structs.replace(RECORD, quantity=f"1{most}")])


def test_no_order_is_a_table_without_rows() -> None:
    assert read([]).num_rows == 0


def test_rows_are_written_in_groups() -> None:
    out = io.BytesIO()
    write_parquet(repeat(RECORD, GROUP_ROWS + 1), out)
    groups = pq.ParquetFile(io.BytesIO(out.getvalue())).metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [
        GROUP_ROWS,
        1,
    ]
