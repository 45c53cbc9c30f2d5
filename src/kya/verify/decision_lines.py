"""The lines of decisions: read without care, and told apart."""

from typing import Final

import msgspec

from kya.codec.decisions import DecisionLine

_DECODER: Final = msgspec.json.Decoder(DecisionLine)


def loosely(line: bytes) -> DecisionLine | None:
    """Return the fields without checking them, None if they cannot be read.

    What comes of it counts only for a line that is written again and compared, or that
    was verified before.
    """
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def difference(logged: DecisionLine, again: DecisionLine) -> str:
    """Return the first field in which the two decisions differ."""
    for name in ("outcome", "reasons", *DecisionLine.__struct_fields__):
        was, is_now = getattr(logged, name), getattr(again, name)
        if was != is_now:
            return f"{name} is {was!r:.300} in the log, {is_now!r:.300} re-executed"
    return "the decision is spelt in another way"
