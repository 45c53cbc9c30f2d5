"""The few DER types that we write and read ourselves (ITU-T X.690).

The reader is lenient about spelling on purpose: every caller renders what it read and
compares, which leaves one accepted spelling.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.x509 import ObjectIdentifier

from kya.core.errors import MalformedError

INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
ENUMERATED: Final = 0x0A
UTF8_STRING: Final = 0x0C
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

_CONTEXT: Final = 0xA0  # Constructed.
_SHORT_LENGTH_MAX: Final = 0x7F
_LENGTH_OCTETS_MAX: Final = 4
_ARC_BITS: Final = 7
_OIDS_KEPT: Final = 64
"""A certificate of ours names some twenty, and the next one the same."""


def encode(tag: int, content: bytes) -> bytes:
    """Return tag, shortest length and content."""
    length = len(content)
    if length <= _SHORT_LENGTH_MAX:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*members: bytes) -> bytes:
    """Return a SEQUENCE of members that are already encoded."""
    return encode(SEQUENCE, b"".join(members))


def set_of(*members: bytes) -> bytes:
    """Return a SET OF members that are already encoded, in DER's order (§11.6)."""
    return encode(SET, b"".join(sorted(members)))


def within(number: int, *members: bytes) -> bytes:
    """Return members that are already encoded within a context tag of this number."""
    return encode(_CONTEXT | number, b"".join(members))


def integer(value: int) -> bytes:
    """Return a non-negative INTEGER in the fewest octets."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def bit_string(octets: bytes) -> bytes:
    """Return a BIT STRING of whole octets."""
    return encode(BIT_STRING, b"\x00" + octets)


@lru_cache(maxsize=_OIDS_KEPT)
def object_identifier(oid: ObjectIdentifier) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in oid.dotted_string.split("."))
    return encode(OBJECT_IDENTIFIER, b"".join(map(_arc, (first * 40 + second, *rest))))


def _arc(value: int) -> bytes:
    """Return one arc, base 128, all octets but the last with the high bit set."""
    octets = [value & 0x7F]
    while value := value >> _ARC_BITS:
        octets.append(0x80 | (value & 0x7F))
    return bytes(reversed(octets))


@dataclass(frozen=True, slots=True)
class Element:
    """One decoded tag and content."""

    tag: int
    content: bytes


def elements(encoded: bytes) -> tuple[Element, ...]:
    """Return the elements that lie end to end in these bytes, else MalformedError."""
    found: list[Element] = []
    offset = 0
    while offset < len(encoded):
        element, offset = _element_at(encoded, offset)
        found.append(element)
    return tuple(found)


def _element_at(encoded: bytes, offset: int) -> tuple[Element, int]:
    """Return the element at this offset and the offset after it."""
    header = encoded[offset : offset + 2]
    if len(header) != 2:  # noqa: PLR2004  a tag octet and a first length octet
        raise MalformedError("der: cut off within a header")
    tag, length = header
    start = offset + 2
    if length > _SHORT_LENGTH_MAX:
        count = length & 0x7F
        if not 1 <= count <= _LENGTH_OCTETS_MAX:
            raise MalformedError("der: want a definite length of at most four octets")
        length = int.from_bytes(encoded[start : start + count])
        start += count
    end = start + length
    if end > len(encoded):
        raise MalformedError("der: cut off within a value")
    return Element(tag, encoded[start:end]), end
