"""The scan's quick reader of JSON: it reads what the standard library's reads."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.verify.plain_fields import fields_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def by_the_standard_library(line: bytes) -> object:
    return json.loads(line.decode("utf-8"))


def what_came_of_it(line: bytes, read: object) -> object:
    assert callable(read)
    try:
        return repr(read(line))
    except (ValueError, RecursionError) as error:
        return type(error), str(error)


@given(JSON)
def test_reads_a_value_like_the_standard_library(value: object) -> None:
    line = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")

    assert what_came_of_it(line, fields_of) == what_came_of_it(
        line, by_the_standard_library
    )


@given(JSON, st.data())
def test_reads_spoilt_bytes_like_the_standard_library(
    value: object, data: st.DataObject
) -> None:
    line = bytearray(json.dumps(value).encode())
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] = data.draw(st.integers(0, 255))

    assert what_came_of_it(bytes(line), fields_of) == what_came_of_it(
        bytes(line), by_the_standard_library
    )


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":1e400}',
        b'{"a":"\\ud800"}',
        b'{"a":"\t"}',
        b'{"a":"\xff"}',
        b'{"a":18446744073709551616}',
        b'{"a":1}{',
        b"[" * 100_000,
    ],
)
def test_reads_what_is_odd_like_the_standard_library(line: bytes) -> None:
    assert what_came_of_it(line, fields_of) == what_came_of_it(
        line, by_the_standard_library
    )
