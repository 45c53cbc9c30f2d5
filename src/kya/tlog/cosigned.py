"""Whose cosignatures stand under a checkpoint, and the times that they name."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kya.codec.cosignature import split_value
from kya.codec.note import SignedNote, VerifierKey
from kya.core.errors import MalformedError
from kya.core.instant import MICROS_PER_SECOND, Instant


class Cosigned(NamedTuple):
    """A line of one witness: when it saw the tree, or why the line says nothing."""

    key: VerifierKey
    at: Instant | None
    fault: str = ""


def cosigned_by(note: SignedNote, keys: Iterable[VerifierKey]) -> Iterator[Cosigned]:
    """Yield the lines under the note that name one of these keys."""
    known = {(key.name, key.key_id): key for key in keys}
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            yield _read(note.text, line.value, key)


def _read(text: bytes, value: bytes, key: VerifierKey) -> Cosigned:
    """Return what a line says once it verifies."""
    if not key.verifies(text, value):
        return Cosigned(key, None, f"the cosignature of {key.name} does not fit")
    seconds, _ = split_value(value)
    try:
        return Cosigned(key, Instant(seconds * MICROS_PER_SECOND))
    except MalformedError:
        return Cosigned(key, None, f"{key.name} gives it a time after 9999")
