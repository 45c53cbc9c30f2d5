"""The line that says that a text beside the log was destroyed."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.erasure import Ground, TextErased
from kya.core.instant import Instant


class ErasureLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/erasure/v1`: a text that an entry commits to was destroyed."""

    type_: Literal["kya/erasure/v1"] = msgspec.field(name="_type")
    at: str
    ground: str
    text: str


ERASURE_TYPE: Final = "kya/erasure/v1"

_ERASURE: Final = msgspec.json.Decoder(ErasureLine)
_GROUND: Final = by_value("ground", Ground)


def parse_erasure(line: bytes) -> TextErased:
    """Return the erasure of the line; MalformedError otherwise."""
    return canonical.read_line(line, _ERASURE, "erasure", _erasure_from)


def render_erasure(erased: TextErased) -> bytes:
    """Return the erasure's line, LF included."""
    return canonical.encode_line(
        ErasureLine(
            type_=ERASURE_TYPE,
            at=str(erased.at),
            ground=erased.ground.value,
            text=erased.text,
        )
    )


def _erasure_from(wire: ErasureLine) -> TextErased:
    return TextErased(
        text=wire.text, ground=_GROUND(wire.ground), at=Instant.parse(wire.at)
    )
