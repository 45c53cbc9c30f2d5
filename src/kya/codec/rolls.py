"""The lines by which a log goes on under its next name."""

from typing import Final, Literal

import msgspec

from kya.codec import base64_text, canonical
from kya.codec.note import SignedNote, require_key_name
from kya.core.instant import Instant
from kya.core.roll import LogContinued, LogRolled


class RollLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/roll/v1`: the last entry of the log `origin`; `next` is what follows it."""

    type_: Literal["kya/roll/v1"] = msgspec.field(name="_type")
    at: str
    next: str
    origin: str
    reason: str


class ContinuationLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/continuation/v1`: the first entry of `origin`, after that checkpoint."""

    type_: Literal["kya/continuation/v1"] = msgspec.field(name="_type")
    at: str
    checkpoint: str
    origin: str


ROLL_TYPE: Final = "kya/roll/v1"
CONTINUATION_TYPE: Final = "kya/continuation/v1"

_ROLL: Final = msgspec.json.Decoder(RollLine)
_CONTINUATION: Final = msgspec.json.Decoder(ContinuationLine)


def parse_roll(line: bytes) -> LogRolled:
    """Return the roll of the line; MalformedError otherwise."""
    return canonical.read_line(line, _ROLL, "roll", _roll_from)


def render_roll(rolled: LogRolled) -> bytes:
    """Return the roll's line, LF included."""
    return canonical.encode_line(
        RollLine(
            type_=ROLL_TYPE,
            at=str(rolled.at),
            next=rolled.successor,
            origin=rolled.origin,
            reason=rolled.reason,
        )
    )


def parse_continuation(line: bytes) -> LogContinued:
    """Return the continuation of the line; MalformedError otherwise."""
    what = "continuation"
    return canonical.read_line(line, _CONTINUATION, what, _continuation_from)


def render_continuation(continued: LogContinued) -> bytes:
    """Return the continuation's line, LF included."""
    return canonical.encode_line(
        ContinuationLine(
            type_=CONTINUATION_TYPE,
            at=str(continued.at),
            checkpoint=base64_text.encode(continued.checkpoint),
            origin=continued.origin,
        )
    )


def _roll_from(wire: RollLine) -> LogRolled:
    # A name that no key can have would leave a log that nobody can go on with.
    require_key_name(wire.next)
    return LogRolled(
        origin=wire.origin,
        successor=wire.next,
        reason=wire.reason,
        at=Instant.parse(wire.at),
    )


def _continuation_from(wire: ContinuationLine) -> LogContinued:
    note = base64_text.decode("checkpoint", wire.checkpoint)
    SignedNote.parse(note)
    at = Instant.parse(wire.at)
    return LogContinued(origin=wire.origin, checkpoint=note, at=at)
