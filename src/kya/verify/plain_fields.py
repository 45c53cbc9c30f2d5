"""A line of JSON as plain dictionaries: no type of ours looks at it on the way."""

import json
from typing import Final

import msgspec

from kya.verify.plain_prices import Fields

_DECODER: Final = msgspec.json.Decoder()


def fields_of(line: bytes) -> Fields:
    """Return the JSON of a line; ValueError, UnicodeError or RecursionError otherwise.

    Where the quick reader reads anything, the standard library's reads the same; what
    the quick one refuses, that one judges.
    """
    found: Fields
    try:
        found = _DECODER.decode(line)
    except (ValueError, RecursionError):
        found = json.loads(line.decode("utf-8"))
    return found
