"""Cursors: where a page ended, in a text that only the same list takes back.

A cursor names the last item and not a count, so that what is added meanwhile neither
repeats nor hides an item. It is no secret: its sixteen octets tie it to one list of one
log, with the filters it was asked with, so that a mistake is found and not answered.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

from kya.core.errors import MalformedError
from kya.programs.limits import CURSOR_CHARS_MAX

_TIE_BYTES: Final = 16


def seal(position: str, of: str) -> str:
    """Return the cursor of a position in the list that `of` names."""
    said = position.encode()
    return urlsafe_b64encode(_tie(said, of) + said).decode("ascii").rstrip("=")


def unseal(cursor: str, of: str) -> str:
    """Return the position; MalformedError for a cursor of another list, or of none."""
    try:
        if len(cursor) > CURSOR_CHARS_MAX:
            raise ValueError
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        position = raw[_TIE_BYTES:].decode()
    except ValueError as error:
        raise MalformedError("cursor: want one that this list has given out") from error
    if seal(position, of) != cursor:
        raise MalformedError("cursor: want one that this list has given out")
    return position


def _tie(said: bytes, of: str) -> bytes:
    """Return what ties a position to its list."""
    return sha256(b"kya/cursor/v1\n" + of.encode() + b"\n" + said).digest()[:_TIE_BYTES]
