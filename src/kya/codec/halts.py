"""What stops trading and starts it again: `halt`, `resume` and `rearm` lines."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.halt import Halt, Resume, TradingState
from kya.core.instant import Instant
from kya.core.latch import Latch, Rearm
from kya.core.levels import Place


class HaltLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/halt/v1`: trading at a place is halted, or may only reduce positions."""

    type_: Literal["kya/halt/v1"] = msgspec.field(name="_type")
    at: str
    place: str
    reason: str
    state: str


class ResumeLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/resume/v1`: a halt is lifted; `halt` is the leaf hash of its entry."""

    type_: Literal["kya/resume/v1"] = msgspec.field(name="_type")
    at: str
    halt: str
    reason: str


class RearmLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/rearm/v1`: a latch that has stopped an agent is set back."""

    type_: Literal["kya/rearm/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    latch: str
    reason: str


HALT_TYPE: Final = "kya/halt/v1"
RESUME_TYPE: Final = "kya/resume/v1"
REARM_TYPE: Final = "kya/rearm/v1"

_HALT: Final = msgspec.json.Decoder(HaltLine)
_RESUME: Final = msgspec.json.Decoder(ResumeLine)
_REARM: Final = msgspec.json.Decoder(RearmLine)
_STATE: Final = by_value("state", TradingState)
_LATCH: Final = by_value("latch", Latch)


def parse_halt(line: bytes) -> Halt:
    """Return the halt of the line; MalformedError otherwise."""
    return canonical.read_line(line, _HALT, "halt", _halt_from)


def parse_resume(line: bytes) -> Resume:
    """Return the resume of the line; MalformedError otherwise."""
    return canonical.read_line(line, _RESUME, "resume", _resume_from)


def parse_rearm(line: bytes) -> Rearm:
    """Return the re-arming of the line; MalformedError otherwise."""
    return canonical.read_line(line, _REARM, "rearm", _rearm_from)


def render_halt(halt: Halt) -> bytes:
    """Return the halt's line, LF included."""
    return canonical.encode_line(
        HaltLine(
            type_=HALT_TYPE,
            at=str(halt.at),
            place=str(halt.place),
            reason=halt.reason,
            state=halt.state.value,
        )
    )


def render_resume(resume: Resume) -> bytes:
    """Return the resume's line, LF included."""
    return canonical.encode_line(
        ResumeLine(
            type_=RESUME_TYPE,
            at=str(resume.at),
            halt=resume.halt,
            reason=resume.reason,
        )
    )


def render_rearm(rearm: Rearm) -> bytes:
    """Return the re-arming's line, LF included."""
    return canonical.encode_line(
        RearmLine(
            type_=REARM_TYPE,
            agent=rearm.agent,
            at=str(rearm.at),
            latch=rearm.latch.value,
            reason=rearm.reason,
        )
    )


def _halt_from(wire: HaltLine) -> Halt:
    return Halt(
        place=Place.parse(wire.place),
        state=_STATE(wire.state),
        reason=wire.reason,
        at=Instant.parse(wire.at),
    )


def _resume_from(wire: ResumeLine) -> Resume:
    return Resume(halt=wire.halt, reason=wire.reason, at=Instant.parse(wire.at))


def _rearm_from(wire: RearmLine) -> Rearm:
    return Rearm(
        agent=wire.agent,
        latch=_LATCH(wire.latch),
        reason=wire.reason,
        at=Instant.parse(wire.at),
    )
