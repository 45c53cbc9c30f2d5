import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import CorruptionError, InputError
from kya.sequencer.record import RECORD_BYTES_MAX, Record, read_segment
from kya.tlog.merkle import SIZE_MAX

ENTRIES = st.lists(st.binary(max_size=300), min_size=1, max_size=6)


def chained(batches: list[list[bytes]], first: int = 0) -> list[Record]:
    records: list[Record] = []
    for batch in batches:
        records.append(Record(first, tuple(batch)))
        first = records[-1].end
    return records


@given(st.lists(ENTRIES, max_size=5), st.integers(0, 2**40))
def test_records_read_back_as_written(batches: list[list[bytes]], first: int) -> None:
    records = chained(batches, first)
    raw = b"".join(record.encode() for record in records)
    segment = read_segment(raw, "wal")
    assert segment.records == tuple(records)
    assert segment.whole_bytes == len(raw)


@given(st.lists(ENTRIES, min_size=1, max_size=4), st.integers(1, 200))
def test_a_record_is_whole_or_not_there(batches: list[list[bytes]], cut: int) -> None:
    *whole, last = chained(batches)
    raw = b"".join(record.encode() for record in whole)
    torn = last.encode()
    segment = read_segment(raw + torn[: max(0, len(torn) - cut)], "wal")
    assert segment.records == tuple(whole)
    assert segment.whole_bytes == len(raw)


def test_zeros_where_a_record_should_be_are_a_torn_one() -> None:
    first = Record(0, (b"entry",)).encode()
    assert read_segment(first + bytes(5_000), "wal").whole_bytes == len(first)


def test_any_flipped_bit_before_the_last_record_is_corruption() -> None:
    records = chained([[b"one"], [b"two"]])
    first, second = (record.encode() for record in records)
    for at in range(len(first)):
        flipped = bytearray(first + second)
        flipped[at] ^= 0x80
        with pytest.raises(CorruptionError, match=f"before.*{len(first)}"):
            read_segment(bytes(flipped), "wal")


def test_any_flipped_bit_in_the_last_record_drops_it() -> None:
    records = chained([[b"one"], [b"two"]])
    first, second = (record.encode() for record in records)
    for at in range(len(second)):
        flipped = bytearray(second)
        flipped[at] ^= 0x80
        assert read_segment(first + bytes(flipped), "wal").records == (records[0],)


@pytest.mark.parametrize("first", [0, 2, 4])
def test_a_gap_or_a_repetition_is_corruption(first: int) -> None:
    raw = Record(0, (b"a", b"b", b"c")).encode() + Record(first, (b"d",)).encode()
    with pytest.raises(CorruptionError, match="want 3"):
        read_segment(raw, "wal")


def test_an_entry_of_the_largest_size_fits() -> None:
    record = Record(0, (b"x" * 65_535,))
    assert read_segment(record.encode(), "wal").records == (record,)
    with pytest.raises(InputError, match="65536"):
        Record(0, (b"x" * 65_536,)).encode()


def test_a_record_has_a_largest_size() -> None:
    entries = (b"x" * 65_535,) * (RECORD_BYTES_MAX // 65_537)
    assert Record(0, entries).encode()
    with pytest.raises(InputError, match="at most"):
        Record(0, (*entries, b"x" * 65_535)).encode()


@pytest.mark.parametrize(
    ("first", "entries"), [(0, ()), (-1, (b"a",)), (SIZE_MAX, (b"a",))]
)
def test_a_record_of_nothing_or_nowhere_is_refused(
    first: int, entries: tuple[bytes, ...]
) -> None:
    with pytest.raises(InputError):
        Record(first, entries)
