"""The line that says how far the gateway's clock was from UTC."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.clock_comparison import ClockCompared, Deviation, TimeKeeper
from kya.core.errors import MalformedError
from kya.core.instant import Instant


class ClockLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/clock/v1`: both figures, or neither where nobody can tell."""

    type_: Literal["kya/clock/v1"] = msgspec.field(name="_type")
    at: str
    bound_micros: int | None
    keeper: str
    offset_micros: int | None


CLOCK_TYPE: Final = "kya/clock/v1"

_CLOCK: Final = msgspec.json.Decoder(ClockLine)
_KEEPER: Final = by_value("keeper", TimeKeeper)


def parse_clock(line: bytes) -> ClockCompared:
    """Return the comparison of the line; MalformedError otherwise."""
    return canonical.read_line(line, _CLOCK, "clock", _clock_from)


def render_clock(compared: ClockCompared) -> bytes:
    """Return the comparison's line, LF included."""
    deviation = compared.deviation
    return canonical.encode_line(
        ClockLine(
            type_=CLOCK_TYPE,
            at=str(compared.at),
            bound_micros=None if deviation is None else deviation.bound_micros,
            keeper=compared.keeper.value,
            offset_micros=None if deviation is None else deviation.offset_micros,
        )
    )


def _clock_from(wire: ClockLine) -> ClockCompared:
    offset, bound = wire.offset_micros, wire.bound_micros
    if (offset is None) != (bound is None):
        raise MalformedError("clock: want offset_micros and bound_micros, or neither")
    deviation = None
    if offset is not None and bound is not None:
        deviation = Deviation(offset_micros=offset, bound_micros=bound)
    return ClockCompared(
        keeper=_KEEPER(wire.keeper), deviation=deviation, at=Instant.parse(wire.at)
    )
