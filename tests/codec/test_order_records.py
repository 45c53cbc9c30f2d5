import re
from typing import Any

import msgspec
import pytest

from kya.codec.canonical import encode_line
from kya.codec.order_fields import field_table
from kya.codec.order_records import (
    BEGUN_WITH,
    EVENT_OF,
    OrderRecord,
    RecordEvent,
    parse_record,
    render_record,
)
from kya.core.errors import MalformedError
from kya.core.order_events import VenueStatus
from kya.core.scope_limits import ACTIONS_WITH_A_ROAD
from tests.evidence.order_flow import Step, flow, records_of

RECORD = records_of(flow([Step()]))[0]
FIELDS = field_table().fields


def altered(**fields: object) -> bytes:
    document: dict[str, Any] = msgspec.to_builtins(RECORD)
    return encode_line(document | fields)


def test_a_record_is_read_as_it_is_written() -> None:
    assert parse_record(render_record(RECORD)) == RECORD


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"event": "MAYB"}, "event: want one of NEWO"),
        ({"leaf": "x"}, "leaf: want"),
        ({"previous": "x"}, "previous: want"),
        ({"event_at": "yesterday"}, "instant: want"),
        ({"entry": "1"}, r"order record: Expected `int`"),
        ({"more": 1}, "unknown field"),
        ({"_type": "kya/order/v1"}, "Invalid enum value"),
    ],
)
def test_what_is_no_record_is_refused(fields: dict[str, object], wanted: str) -> None:
    with pytest.raises(MalformedError, match=wanted):
        parse_record(altered(**fields))


def test_a_second_spelling_is_refused() -> None:
    with pytest.raises(MalformedError, match="canonical"):
        parse_record(render_record(RECORD).replace(b":", b": ", 1))


def test_the_reviewed_table_and_the_record_have_the_same_fields() -> None:
    names = [field.name for field in FIELDS]
    assert ["type_", *names] == list(OrderRecord.__struct_fields__)


def test_the_table_says_what_every_event_means() -> None:
    codes = [meaning.code for meaning in field_table().events]
    assert sorted(codes) == sorted(event.value for event in RecordEvent)
    assert all(re.fullmatch("[A-Z]{4}", code) for code in codes)


def test_every_word_of_a_venue_is_an_event() -> None:
    assert EVENT_OF.keys() == set(VenueStatus)


def test_what_begins_an_order_is_never_a_venues_word() -> None:
    first = {event for event in RecordEvent if event.is_first}
    assert first == {RecordEvent.BLOCKED, *BEGUN_WITH.values()}
    assert first.isdisjoint(EVENT_OF.values())


def test_what_can_be_allowed_begins_with_an_event() -> None:
    assert BEGUN_WITH.keys() == ACTIONS_WITH_A_ROAD


def test_numbers_of_the_law_are_numbers_or_ranges() -> None:
    for field in FIELDS:
        for numbers in (
            field.mica_orders,
            field.mica_transactions,
            field.order_book,
            field.rts24,
        ):
            assert numbers is None or re.fullmatch(r"\d+(-\d+)?(, \d+)*", numbers)
            assert numbers is None or field.title, field.name


def test_no_element_lies_on_the_path_of_another() -> None:
    paths = sorted(field.iso20022 for field in FIELDS if field.iso20022)
    assert len(set(paths)) == len(paths)
    assert [p for p in paths if any(q.startswith(f"{p}.") for q in paths)] == []
