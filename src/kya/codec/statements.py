"""What the authority puts on record: a log, a certificate, a standing, a list."""

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from kya.codec import base64_text, canonical
from kya.codec.enums import by_value
from kya.core import tokens
from kya.core.errors import MalformedError, shown
from kya.core.instant import Instant
from kya.core.power_events import (
    ClockSource,
    IssuerRenewed,
)
from kya.core.registration import Attestor, Enrolment


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


class EnrolmentFields(canonical.Statement, frozen=True, kw_only=True):
    """What an agent's certificate was issued upon."""

    assurance: str
    attestor: str
    registration: str
    shown: tuple[str, ...]


class CertificateLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/certificate/v1`: a certificate is issued; the certificate says the rest."""

    type_: Literal["kya/certificate/v1"] = msgspec.field(name="_type")
    at: str
    certificate: str
    custody: str
    enrolment: EnrolmentFields | None
    replaces: str | None


class IssuerLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/issuer/v1`: the issuing CA has a new certificate."""

    type_: Literal["kya/issuer/v1"] = msgspec.field(name="_type")
    at: str
    certificate: str


LOG_TYPE: Final = "kya/log/v1"
CERTIFICATE_TYPE: Final = "kya/certificate/v1"
ISSUER_TYPE: Final = "kya/issuer/v1"

_LOG: Final = msgspec.json.Decoder(LogLine)
_CERTIFICATE: Final = msgspec.json.Decoder(CertificateLine)
_ISSUER: Final = msgspec.json.Decoder(IssuerLine)

_CLOCK: Final = by_value("clock", ClockSource)
_ATTESTOR: Final = by_value("attestor", Attestor)


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
    agent's certificate that this one follows; `enrolment` what an agent's is issued
    upon.
    """

    certificate: bytes
    custody: str
    replaces: str | None
    at: Instant
    enrolment: Enrolment | None = None

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
            enrolment=_enrolment_fields(issuance.enrolment),
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
        enrolment=None if wire.enrolment is None else _enrolment_from(wire.enrolment),
    )


def _enrolment_fields(enrolment: Enrolment | None) -> EnrolmentFields | None:
    """Return the enrolment as it is written."""
    if enrolment is None:
        return None
    return EnrolmentFields(
        assurance=enrolment.attestor.assurance.value,
        attestor=enrolment.attestor.value,
        registration=enrolment.registration,
        shown=enrolment.shown,
    )


def _enrolment_from(wire: EnrolmentFields) -> Enrolment:
    """Return the enrolment of its fields; the assurance follows from the attestor."""
    attestor = _ATTESTOR(wire.attestor)
    if wire.assurance != attestor.assurance.value:
        msg = f"assurance: want {attestor.assurance.value}, got {shown(wire.assurance)}"
        raise MalformedError(msg)
    return Enrolment(
        registration=wire.registration, attestor=attestor, shown=wire.shown
    )


def _renewal_from(wire: IssuerLine) -> IssuerRenewed:
    """Return the renewal of its fields."""
    return IssuerRenewed(
        issuer=base64_text.decode("certificate", wire.certificate),
        at=Instant.parse(wire.at),
    )
