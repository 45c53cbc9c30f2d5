"""The mandate line, `kya/mandate/v1`: exactly what the directors sign."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.incident_fields import PolicyFields, policy_fields, policy_from
from kya.codec.scopes import ScopeFields, scope_fields, scope_from
from kya.core.instant import Instant
from kya.core.mandate import Mandate

MANDATE_TYPE: Final = "kya/mandate/v1"


class MandateLine(canonical.Statement, frozen=True, kw_only=True):
    """The mandate on the wire; `resolution` is the SHA-256 of the board's document."""

    type_: Literal["kya/mandate/v1"] = msgspec.field(name="_type")
    agent: str
    grace_seconds: int
    operator: str
    resolution: str
    resolved_at: str
    scope: ScopeFields
    valid_from: str
    valid_until: str
    incidents: PolicyFields | msgspec.UnsetType = msgspec.UNSET


_DECODER: Final = msgspec.json.Decoder(MandateLine)


def parse_mandate(line: bytes) -> Mandate:
    """Return the mandate of the line; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "mandate", _mandate_from)


def render_mandate(mandate: Mandate) -> bytes:
    """Return the mandate's line, LF included."""
    return canonical.encode_line(
        MandateLine(
            type_=MANDATE_TYPE,
            agent=mandate.agent,
            grace_seconds=mandate.grace_seconds,
            incidents=policy_fields(mandate.incidents),
            operator=mandate.operator,
            resolution=mandate.resolution,
            resolved_at=str(mandate.resolved_at),
            scope=scope_fields(mandate.scope),
            valid_from=str(mandate.valid_from),
            valid_until=str(mandate.valid_until),
        )
    )


def _mandate_from(wire: MandateLine) -> Mandate:
    """Return the mandate of its fields."""
    return Mandate(
        operator=wire.operator,
        agent=wire.agent,
        scope=scope_from(wire.scope),
        resolved_at=Instant.parse(wire.resolved_at),
        valid_from=Instant.parse(wire.valid_from),
        valid_until=Instant.parse(wire.valid_until),
        resolution=wire.resolution,
        grace_seconds=wire.grace_seconds,
        incidents=policy_from(wire.incidents),
    )
