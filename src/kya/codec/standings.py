"""What stops a credential, or lifts a suspension: `standing`, `schedule`, `crl`."""

from typing import Final, Literal

import msgspec

from kya.codec import base64_text, canonical
from kya.codec.enums import by_value
from kya.core.credential import ReasonCode
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.power_events import RevocationListed, RevocationScheduled, StandingChanged


class StandingLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/standing/v1`: a credential is suspended, reinstated or revoked."""

    type_: Literal["kya/standing/v1"] = msgspec.field(name="_type")
    act: str
    at: str
    code: str | None
    credential: str
    reason: str


class ScheduleLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/schedule/v1`: a credential will be revoked, and is not used from then on."""

    type_: Literal["kya/schedule/v1"] = msgspec.field(name="_type")
    at: str
    code: str
    credential: str
    due: str
    reason: str


class RevocationListLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/crl/v1`: a complete revocation list is published."""

    type_: Literal["kya/crl/v1"] = msgspec.field(name="_type")
    at: str
    crl: str
    number: int


STANDING_TYPE: Final = "kya/standing/v1"
SCHEDULE_TYPE: Final = "kya/schedule/v1"
CRL_TYPE: Final = "kya/crl/v1"

_STANDING: Final = msgspec.json.Decoder(StandingLine)
_SCHEDULE: Final = msgspec.json.Decoder(ScheduleLine)
_CRL: Final = msgspec.json.Decoder(RevocationListLine)
_ACT: Final = by_value("act", Act)
_CODE: Final = by_value("code", ReasonCode)


def parse_standing(line: bytes) -> StandingChanged:
    """Return a change of standing; MalformedError otherwise."""
    return canonical.read_line(line, _STANDING, "standing", _standing_from)


def render_standing(event: StandingChanged) -> bytes:
    """Return the line that changes a credential's standing."""
    return canonical.encode_line(
        StandingLine(
            type_=STANDING_TYPE,
            act=event.act.value,
            at=str(event.at),
            code=None if event.code is None else event.code.value,
            credential=event.credential,
            reason=event.reason,
        )
    )


def parse_schedule(line: bytes) -> RevocationScheduled:
    """Return a revocation that is due later; MalformedError otherwise."""
    return canonical.read_line(line, _SCHEDULE, "schedule", _schedule_from)


def render_schedule(event: RevocationScheduled) -> bytes:
    """Return the line that says from when on a credential is revoked."""
    return canonical.encode_line(
        ScheduleLine(
            type_=SCHEDULE_TYPE,
            at=str(event.at),
            code=event.code.value,
            credential=event.credential,
            due=str(event.due),
            reason=event.reason,
        )
    )


def parse_revocation_list(line: bytes) -> RevocationListed:
    """Return a published revocation list; MalformedError otherwise."""
    return canonical.read_line(line, _CRL, "crl", _list_from)


def render_revocation_list(event: RevocationListed) -> bytes:
    """Return the line that publishes a revocation list."""
    return canonical.encode_line(
        RevocationListLine(
            type_=CRL_TYPE,
            at=str(event.at),
            crl=base64_text.encode(event.crl),
            number=event.number,
        )
    )


def _standing_from(wire: StandingLine) -> StandingChanged:
    """Return the change of standing of its fields."""
    return StandingChanged(
        credential=wire.credential,
        act=_ACT(wire.act),
        code=None if wire.code is None else _CODE(wire.code),
        reason=wire.reason,
        at=Instant.parse(wire.at),
    )


def _schedule_from(wire: ScheduleLine) -> RevocationScheduled:
    """Return the scheduled revocation of its fields."""
    return RevocationScheduled(
        credential=wire.credential,
        code=_CODE(wire.code),
        reason=wire.reason,
        due=Instant.parse(wire.due),
        at=Instant.parse(wire.at),
    )


def _list_from(wire: RevocationListLine) -> RevocationListed:
    """Return the revocation list of its fields."""
    return RevocationListed(
        number=wire.number,
        crl=base64_text.decode("crl", wire.crl),
        at=Instant.parse(wire.at),
    )
