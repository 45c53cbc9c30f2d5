"""Records: how the write-ahead log frames entries that become durable together.

A record is whole or it is not there: `KYAW`, index of the first entry (8 bytes), number
of entries (4), length of the body (4), SHA-256 of these numbers and the body (32), and
the body, in which two bytes of length come before each entry. Numbers are big-endian.
"""

from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Final

from kya.core.errors import CorruptionError, InputError
from kya.tlog.merkle import SIZE_MAX
from kya.tlog.tile import encode_entries

RECORD_BYTES_MAX: Final = 16 * 1024 * 1024
"""One body: what a disk takes in tenths of a second, and a reader in one piece."""

# No note holds this: the index that follows has NUL bytes, which notes may not have.
_MAGIC: Final = b"KYAW"
_NUMBERS: Final = Struct(">QII")
_DIGEST_BYTES: Final = 32
_HEADER_BYTES: Final = len(_MAGIC) + _NUMBERS.size + _DIGEST_BYTES


@dataclass(frozen=True, slots=True)
class Record:
    """Neighbouring entries of the log, from index `first` on."""

    first: int
    entries: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Refuse a place that no log has, and a record of nothing."""
        if not self.entries or not 0 <= self.first <= SIZE_MAX - len(self.entries):
            raise InputError(f"record at {self.first}: want entries, and a place")

    @property
    def end(self) -> int:
        """Return the size of the log after this record."""
        return self.first + len(self.entries)

    def encode(self) -> bytes:
        """Return the record as it is stored."""
        body = encode_entries(self.entries)
        if len(body) > RECORD_BYTES_MAX:
            raise InputError(
                f"record at {self.first}: {len(body)} bytes; want at most "
                f"{RECORD_BYTES_MAX}"
            )
        numbers = _NUMBERS.pack(self.first, len(self.entries), len(body))
        return b"".join((_MAGIC, numbers, sha256(numbers + body).digest(), body))


def body_bytes(entries: tuple[bytes, ...]) -> int:
    """Return how many bytes the entries take in a record's body."""
    return sum(map(len, entries)) + 2 * len(entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What one file of records holds: the whole ones, and where they end."""

    records: tuple[Record, ...]
    whole_bytes: int


def read_segment(raw: bytes, what: str) -> Segment:
    """Return the whole records at the file's beginning; what follows them is torn.

    Only the last write can be torn. CorruptionError if a whole record stands after a
    broken one: then it is not a crash that broke it.
    """
    records: list[Record] = []
    at = 0
    while (record := _record_at(raw, at)) is not None:
        if records and record.first != records[-1].end:
            raise CorruptionError(
                f"{what}: the record at byte {at} begins with entry {record.first}; "
                f"want {records[-1].end}"
            )
        records.append(record)
        at += _HEADER_BYTES + body_bytes(record.entries)
    after = raw.find(_MAGIC, at + 1)
    while after >= 0:
        if _record_at(raw, after) is not None:
            raise CorruptionError(
                f"{what}: broken at byte {at}, before a whole record at byte {after}"
            )
        after = raw.find(_MAGIC, after + 1)
    return Segment(records=tuple(records), whole_bytes=at)


def _record_at(raw: bytes, at: int) -> Record | None:
    """Return the whole record that begins at this byte, if there is one."""
    start = at + _HEADER_BYTES
    if len(raw) < start or not raw.startswith(_MAGIC, at):
        return None
    numbers = raw[at + len(_MAGIC) : start - _DIGEST_BYTES]
    first, count, length = _NUMBERS.unpack(numbers)
    body = raw[start : start + length]
    digest = raw[start - _DIGEST_BYTES : start]
    if len(body) != length or sha256(numbers + body).digest() != digest:
        return None
    entries: list[bytes] = []
    place = 0
    while place < length:
        end = place + 2 + int.from_bytes(body[place : place + 2])
        entries.append(body[place + 2 : end])
        place = end
    if place != length or len(entries) != count:
        raise CorruptionError(f"record at byte {at}: its entries do not fill it")
    return Record(first, tuple(entries))
