"""Lines of JSON, notes and plain bytes, damaged where a reader might not look."""

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from kya.codec.canonical import encode

VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    2**53,
    2**63,
    2**64,
    10**400,
    1.5,
    1e308,
    "",
    " ",
    "0" * 64,
    "f" * 64,
    "-0.00",
    "1e9",
    "99999999999999999999999999999.99",
    "2026-02-30T00:00:00.000000Z",
    "0001-01-01T00:00:00.000000Z",
    "9999-12-31T23:59:60.000000Z",
    "2026-05-15T24:00:00.000000Z",
    "a\x00b",
    "a\nb",
    "\u202e\ufeff",
    "٣",
    "AA==",
    "AB==",
    "x" * 5_000,
    [],
    {},
    [[]],
    ["EUR/USD", "EUR/USD"],
)
NESTED: Final = b"[" * 3_000
RAW_VALUES: Final = (
    b"NaN",
    b"1E400",
    b"-0",
    b"1" * 5_000,
    b'"\\ud800"',
    b'"\\u0041"',
    b'"\xff"',
    NESTED,
    b'{"a":1,"a":1}',
)


def damaged_line(line: bytes, chance: Random) -> bytes:
    """Return a line whose JSON says something else, or the same in other words."""
    try:
        value = json.loads(line)
    except ValueError:
        return damaged_bytes(line, chance)
    for _ in range(chance.randint(0, 3)):
        _change(value, chance)
    spelt = chance.choice(SPELLINGS)(value, chance)
    return spelt + chance.choice((b"\n", b"\n", b"\n", b"\n", b"", b"\r\n", b"\n\n"))


def damaged_note(note: bytes, chance: Random) -> bytes:
    """Return a note with faults in its text, its lines, or its bytes."""
    text, _, block = note.rpartition(b"\n\n")
    lines = block.splitlines(keepends=True)
    match chance.randrange(4):
        case 0:
            text = damaged_line(text, chance).removesuffix(b"\n")
        case 1:
            lines *= chance.choice((0, 2, 17))
        case 2:
            lines = [_damaged_signature(line, chance) for line in lines]
        case _:
            return damaged_bytes(note, chance)
    separator = chance.choice((b"\n\n", b"\n\n", b"\n\n", b"\n", b"\n\n\n"))
    return text + separator + b"".join(lines)


def damaged_bytes(raw: bytes, chance: Random) -> bytes:
    """Return the bytes with some flipped, cut out, put in twice, or cut off."""
    bent = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        at, end = sorted((chance.randint(0, len(bent)), chance.randint(0, len(bent))))
        match chance.randrange(5):
            case 0 if at < len(bent):
                bent[at] ^= 1 << chance.randrange(8)
            case 1:
                del bent[at:end]
            case 2:
                bent[at:at] = bent[at:end]
            case 3:
                bent[at:at] = chance.choice((b"\x00", b"\xff", b"\n", b" ", b"\x80"))
            case _:
                del bent[end:]
    return bytes(bent)


def _change(value: dict[str, Any], chance: Random) -> None:
    """Change one member, here or in an object below."""
    keys = sorted(value)
    if not keys:
        return
    key = chance.choice(keys)
    if isinstance(value[key], dict) and chance.random() < 0.5:
        _change(value[key], chance)
        return
    match chance.randrange(4):
        case 0:
            del value[key]
        case 1:
            value[chance.choice(("_type", "at", "zzz", "Ä"))] = value[key]
        case 2:
            value[key] = value[chance.choice(keys)]
        case _:
            value[key] = chance.choice(VALUES)


def _canonical(value: dict[str, Any], _: Random) -> bytes:
    try:
        return encode(value)
    except OverflowError:  # An integer beyond any encoder of ours.
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _spaced(value: dict[str, Any], _: Random) -> bytes:
    return json.dumps(value).encode()


def _twice(value: dict[str, Any], chance: Random) -> bytes:
    spelt = _canonical(value, chance)
    return spelt[:-1] + b"," + spelt[1:]


def _raw(value: dict[str, Any], chance: Random) -> bytes:
    """Put bytes that no encoder writes in the place of one member."""
    keys = sorted(value)
    if not keys:
        return chance.choice(RAW_VALUES)
    marked = {**value, chance.choice(keys): "\x7fhere"}
    spelt = _canonical(marked, chance)
    return spelt.replace(b'"\x7fhere"', chance.choice(RAW_VALUES))


def _damaged_signature(line: bytes, chance: Random) -> bytes:
    match chance.randrange(4):
        case 0:
            return damaged_bytes(line, chance)
        case 1:
            blob = base64.b64encode(chance.randbytes(chance.randrange(90)))
            return line.rsplit(b" ", 1)[0] + b" " + blob + b"\n"
        case 2:
            return line.replace("—".encode(), b"-")
        case _:
            return line.replace(b" ", "\u2003".encode(), 1)


SPELLINGS: Final[tuple[Callable[[dict[str, Any], Random], bytes], ...]] = (
    _canonical,
    _canonical,
    _canonical,
    _spaced,
    _twice,
    _raw,
)
