"""One line of RFC 8785 JSON: the form in which everything is said and signed.

Our subset has no floats, ASCII keys, and integers of at most 2**53 - 1, for which
msgspec's sorted encoding gives the same bytes as RFC 8785 asks for (tested against an
implementation of the standard). Two spellings of one value are refused by rendering
what was read and comparing, which also finds duplicate keys, white space and escapes.
"""

import hashlib
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from kya.core.errors import MalformedError

T = TypeVar("T")
Read = TypeVar("Read")

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_TYPE_PREFIX: Final = b'{"_type":"'
_TYPE_BYTES_MAX: Final = 64


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every document on the wire: known fields only, each with its type."""


def encode(value: object) -> bytes:
    """Return the canonical JSON of a value, without a line feed."""
    return _ENCODER.encode(value)


def encode_line(value: object) -> bytes:
    """Return the canonical JSON of a value as one line, LF included."""
    return _ENCODER.encode(value) + b"\n"


def decode(raw: bytes, decoder: "msgspec.json.Decoder[T]", what: str) -> T:
    """Return the value that the bytes are the one spelling of.

    Raises MalformedError, saying what was expected where.
    """
    try:
        value = decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        msg = f"{what}: {error}"
        raise MalformedError(msg) from error
    if _ENCODER.encode(value) != raw:
        msg = (
            f"{what}: not in canonical form (RFC 8785: sorted keys, no white space,"
            " each key once, no escape that is not needed)"
        )
        raise MalformedError(msg)
    return value


def read(
    raw: bytes,
    decoder: "msgspec.json.Decoder[T]",
    what: str,
    meaning: Callable[[T], Read],
) -> Read:
    """Return what the bytes mean; MalformedError, naming the kind, otherwise."""
    wire = decode(raw, decoder, what)
    try:
        return meaning(wire)
    except MalformedError as error:
        msg = f"{what}: {error}"
        raise MalformedError(msg) from error


def read_line(
    raw: bytes,
    decoder: "msgspec.json.Decoder[T]",
    what: str,
    meaning: Callable[[T], Read],
) -> Read:
    """Return what one line means, LF included."""
    return read(_without_line_feed(raw, what), decoder, what, meaning)


def type_of(line: bytes) -> str:
    """Return what the line says it is; `_type` sorts before every key of ours."""
    if line.startswith(_TYPE_PREFIX):
        end = line.find(b'"', len(_TYPE_PREFIX))
        if 0 < end <= len(_TYPE_PREFIX) + _TYPE_BYTES_MAX:
            return line[len(_TYPE_PREFIX) : end].decode("ascii", "replace")
    msg = "statement: want one line of canonical JSON that begins with _type"
    raise MalformedError(msg)


def digest(line: bytes) -> str:
    """Return the SHA-256 of a line, as lower-case hexadecimal."""
    return hashlib.sha256(line).hexdigest()


def leaf_digest(raw: bytes) -> str:
    """Return an entry's leaf hash, SHA-256(0x00 || entry) (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + raw).hexdigest()


def _without_line_feed(line: bytes, what: str) -> bytes:
    """Return the line without its end; MalformedError if it has none."""
    if line[-1:] != b"\n":
        msg = f"{what}: want one line that ends in LF"
        raise MalformedError(msg)
    return line[:-1]
