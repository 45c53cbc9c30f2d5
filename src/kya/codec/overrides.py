"""The override line, `kya/override/v1`: what two people sign for one order."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.core.instant import Instant
from kya.core.override import Override

OVERRIDE_TYPE: Final = "kya/override/v1"


class OverrideLine(canonical.Statement, frozen=True, kw_only=True):
    """The override on the wire; `order` is the SHA-256 of the order's line."""

    type_: Literal["kya/override/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    controls: list[str]
    expires_at: str
    order: str
    reason: str


_DECODER: Final = msgspec.json.Decoder(OverrideLine)


def parse_override(line: bytes) -> Override:
    """Return the override of the line; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "override", _override_from)


def render_override(override: Override) -> bytes:
    """Return the override's line, LF included."""
    return canonical.encode_line(
        OverrideLine(
            type_=OVERRIDE_TYPE,
            agent=override.agent,
            at=str(override.at),
            controls=list(override.controls),
            expires_at=str(override.expires_at),
            order=override.order,
            reason=override.reason,
        )
    )


def _override_from(wire: OverrideLine) -> Override:
    """Return the override of its fields."""
    return Override(
        agent=wire.agent,
        order=wire.order,
        controls=tuple(wire.controls),
        reason=wire.reason,
        at=Instant.parse(wire.at),
        expires_at=Instant.parse(wire.expires_at),
    )
