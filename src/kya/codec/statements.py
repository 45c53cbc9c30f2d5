"""What the authority puts on record: a log, a certificate, a standing, a list."""

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from kya.codec import base64_text, canonical
from kya.codec.enums import by_value
from kya.core import tokens
from kya.core.credential import ReasonCode
from kya.core.events import (
    ClockSource,
    IssuerRenewed,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.instant import Instant
from kya.core.lifecycle import Act


class LogLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/log/v1`: the log is opened."""

    type_: Literal["kya/log/v1"] = msgspec.field(name="_type")
    at: str
    authority: str
    clock: str
    issuer: str
    origin: str
    root: str
    root_crl: str


class CertificateLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/certificate/v1`: a certificate is issued; the certificate says the rest."""

    type_: Literal["kya/certificate/v1"] = msgspec.field(name="_type")
    at: str
    certificate: str
    custody: str
    replaces: str | None


class IssuerLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/issuer/v1`: the issuing CA has a new certificate."""

    type_: Literal["kya/issuer/v1"] = msgspec.field(name="_type")
    at: str
    certificate: str


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


LOG_TYPE: Final = "kya/log/v1"
CERTIFICATE_TYPE: Final = "kya/certificate/v1"
ISSUER_TYPE: Final = "kya/issuer/v1"
STANDING_TYPE: Final = "kya/standing/v1"
SCHEDULE_TYPE: Final = "kya/schedule/v1"
CRL_TYPE: Final = "kya/crl/v1"

_LOG: Final = msgspec.json.Decoder(LogLine)
_CERTIFICATE: Final = msgspec.json.Decoder(CertificateLine)
_ISSUER: Final = msgspec.json.Decoder(IssuerLine)
_STANDING: Final = msgspec.json.Decoder(StandingLine)
_SCHEDULE: Final = msgspec.json.Decoder(ScheduleLine)
_CRL: Final = msgspec.json.Decoder(RevocationListLine)

_CLOCK: Final = by_value("clock", ClockSource)
_ACT: Final = by_value("act", Act)
_CODE: Final = by_value("code", ReasonCode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The opening of a log with its certificates in DER, not yet understood.

    `root_crl` is the root's own revocation list, in force at the opening.
    """

    origin: str
    root: str
    issuer: bytes
    authority: bytes
    clock: ClockSource
    at: Instant
    root_crl: bytes

    def __post_init__(self) -> None:
        """Refuse a log without a name or a root."""
        tokens.require_text("origin", self.origin)
        tokens.require(tokens.DIGEST, "root", self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """A certificate in DER, not yet understood, and what is said of it.

    `custody` is where the private key is kept, in words; `replaces` the digest of the
    agent's certificate that this one follows.
    """

    certificate: bytes
    custody: str
    replaces: str | None
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a certificate without a place for its key."""
        tokens.require_text("custody", self.custody)
        if self.replaces is not None:
            tokens.require(tokens.DIGEST, "replaces", self.replaces)


def parse_log(line: bytes) -> Opening:
    """Return the opening of a log; MalformedError otherwise."""
    return canonical.read_line(line, _LOG, "log", _opening_from)


def render_log(opening: Opening) -> bytes:
    """Return the line that opens a log."""
    return canonical.encode_line(
        LogLine(
            type_=LOG_TYPE,
            at=str(opening.at),
            authority=base64_text.encode(opening.authority),
            clock=opening.clock.value,
            issuer=base64_text.encode(opening.issuer),
            origin=opening.origin,
            root=opening.root,
            root_crl=base64_text.encode(opening.root_crl),
        )
    )


def parse_certificate(line: bytes) -> Issuance:
    """Return an issuance; MalformedError otherwise."""
    return canonical.read_line(line, _CERTIFICATE, "certificate", _issuance_from)


def render_certificate(issuance: Issuance) -> bytes:
    """Return the line that puts a certificate on record."""
    return canonical.encode_line(
        CertificateLine(
            type_=CERTIFICATE_TYPE,
            at=str(issuance.at),
            certificate=base64_text.encode(issuance.certificate),
            custody=issuance.custody,
            replaces=issuance.replaces,
        )
    )


def parse_issuer(line: bytes) -> IssuerRenewed:
    """Return a renewal of the issuing CA; MalformedError otherwise."""
    return canonical.read_line(line, _ISSUER, "issuer", _renewal_from)


def render_issuer(event: IssuerRenewed) -> bytes:
    """Return the line that puts the issuing CA's new certificate on record."""
    return canonical.encode_line(
        IssuerLine(
            type_=ISSUER_TYPE,
            at=str(event.at),
            certificate=base64_text.encode(event.issuer),
        )
    )


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


def _opening_from(wire: LogLine) -> Opening:
    """Return the opening of its fields."""
    return Opening(
        origin=wire.origin,
        root=wire.root,
        issuer=base64_text.decode("issuer", wire.issuer),
        authority=base64_text.decode("authority", wire.authority),
        clock=_CLOCK(wire.clock),
        at=Instant.parse(wire.at),
        root_crl=base64_text.decode("root_crl", wire.root_crl),
    )


def _issuance_from(wire: CertificateLine) -> Issuance:
    """Return the issuance of its fields."""
    return Issuance(
        certificate=base64_text.decode("certificate", wire.certificate),
        custody=wire.custody,
        replaces=wire.replaces,
        at=Instant.parse(wire.at),
    )


def _renewal_from(wire: IssuerLine) -> IssuerRenewed:
    """Return the renewal of its fields."""
    return IssuerRenewed(
        issuer=base64_text.decode("certificate", wire.certificate),
        at=Instant.parse(wire.at),
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
