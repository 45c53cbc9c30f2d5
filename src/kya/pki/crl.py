"""Complete revocation lists (RFC 5280 §5), signed by the CA that issued.

Never delta lists: OpenSSL 3.0 takes one for a complete list and so forgets revocations.
Never certificateHold: a suspension lives in the log, a revocation is final.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cryptography import x509

from kya.core.credential import ReasonCode
from kya.core.errors import DistrustError, InputError, MalformedError, shown
from kya.core.instant import Instant
from kya.pki import crl_text
from kya.pki.certificate import (
    READING_FAULTS,
    SIGNATURE_ALGORITHMS,
    assemble,
    key_identifier,
    parse_certificate,
    public_key_of,
)
from kya.pki.profile import SERIAL_BITS_MAX
from kya.pki.signer import CheckedSigner, Signer

CRL_BYTES_MAX: Final = 16_777_216
"""Some 300,000 revocations; beyond, an issuing CA is to be replaced, not its list."""

_EXTENSIONS: Final = {
    x509.AuthorityKeyIdentifier.oid: False,
    x509.CRLNumber.oid: False,
}


# The library's flags have RFC 5280's names as their values, as our codes have.
_WHY: Final = {
    code: crl_text.reason_for(x509.ReasonFlags(code.value)) for code in ReasonCode
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """One certificate that is not to be believed any more."""

    serial: int
    at: Instant
    reason: ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationContents:
    """What a list says. X.509 has whole seconds: fractions are dropped when written."""

    number: int
    this_update: Instant
    next_update: Instant
    revocations: tuple[Revocation, ...]

    def __post_init__(self) -> None:
        """Refuse a list that contradicts itself."""
        if not 0 <= self.number < 1 << SERIAL_BITS_MAX:
            raise InputError(
                f"CRL: want a number of 0 to 159 bits, got {shown(self.number)}"
            )
        if not self.this_update < self.next_update:
            raise InputError("CRL: nextUpdate is not after thisUpdate")
        serials = {revocation.serial for revocation in self.revocations}
        if len(serials) != len(self.revocations):
            raise InputError("CRL: a serial is listed twice")
        if any(revocation.at > self.this_update for revocation in self.revocations):
            raise InputError("CRL: a revocation lies after thisUpdate")


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list that its issuer signed. Minted only in `pki.crl.verify_crl`."""

    der: bytes
    contents: RevocationContents
    by_serial: Mapping[int, Revocation] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index once: the list itself would be searched from its start."""
        entries = {entry.serial: entry for entry in self.contents.revocations}
        object.__setattr__(self, "by_serial", MappingProxyType(entries))

    def is_revoked(self, serial: int) -> bool:
        """Whether the list names this serial; constant time in its length."""
        return serial in self.by_serial

    def is_current_at(self, at: Instant) -> bool:
        """Whether the list was in force at this instant, ends included."""
        return self.contents.this_update <= at <= self.contents.next_update


def issue_crl(contents: RevocationContents, issuer: bytes, signer: Signer) -> bytes:
    """Return the CRL DER; DistrustError if the signer is not the issuer.

    Linear in the entries.
    """
    certificate = parse_certificate(issuer)
    checked = CheckedSigner(signer, public_key_of(certificate))
    entries = [
        crl_text.entry(found.serial, found.at, _WHY[found.reason])
        for found in contents.revocations
    ]
    period = (contents.this_update, contents.next_update)
    tbs = crl_text.list_to_sign(certificate, contents.number, period, entries)
    return assemble(tbs, checked.key.algorithm, checked.sign(tbs))


def verify_crl(encoded: bytes, issuer: bytes) -> RevocationList:
    """Return the list if this CA signed it and it is complete, else DistrustError."""
    certificate = parse_certificate(issuer)
    key = public_key_of(certificate)
    crl = _parsed(encoded)
    if crl.issuer.public_bytes() != certificate.subject.public_bytes():
        raise DistrustError(f"CRL: issued by {crl.issuer.rfc4514_string()}")
    if crl.signature_algorithm_oid != SIGNATURE_ALGORITHMS.get(key.algorithm):
        raise DistrustError("CRL: signature is not of the issuer's algorithm")
    key.require(crl.tbs_certlist_bytes, crl.signature)
    if {found.oid: found.critical for found in crl.extensions} != _EXTENSIONS:
        # An indicator of a delta or partial list is critical, and ends here.
        raise DistrustError("CRL: want AKI and number, not critical, and nothing else")
    authority = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    if authority.value.key_identifier != key_identifier(certificate):
        raise DistrustError("CRL: authority key identifier is not the issuer's")
    return RevocationList(encoded, _contents(crl))


def _parsed(encoded: bytes) -> x509.CertificateRevocationList:
    """Return a CRL of which every outer field was read; MalformedError otherwise."""
    if len(encoded) > CRL_BYTES_MAX:
        raise MalformedError(f"CRL: {len(encoded)} bytes; at most {CRL_BYTES_MAX}")
    try:
        crl = x509.load_der_x509_crl(encoded)
        _ = (crl.extensions, crl.issuer, crl.last_update_utc, crl.next_update_utc)
    except READING_FAULTS as error:
        raise MalformedError(f"CRL: want X.509 CRL v2 DER: {error}") from error
    return crl


def _contents(crl: x509.CertificateRevocationList) -> RevocationContents:
    """Return what a list says, once its signature holds."""
    if crl.next_update_utc is None:
        raise DistrustError("CRL: has no nextUpdate")
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    try:
        return RevocationContents(
            number=number,
            this_update=Instant.from_datetime(crl.last_update_utc),
            next_update=Instant.from_datetime(crl.next_update_utc),
            revocations=tuple([_revocation(entry) for entry in crl]),
        )
    except InputError as error:
        raise DistrustError(f"CRL: signed, yet contradicts itself: {error}") from error


def _revocation(entry: x509.RevokedCertificate) -> Revocation:
    """Return one line; DistrustError if it says more or less than a reason of ours."""
    try:
        (extension,) = entry.extensions
        if not isinstance(extension.value, x509.CRLReason) or extension.critical:
            raise DistrustError(f"CRL: {entry.serial_number:X} has an odd extension")
        reason = ReasonCode(extension.value.reason.value)
    except READING_FAULTS as error:
        raise DistrustError(
            f"CRL: {entry.serial_number:X} has no reason of ours"
        ) from error
    return Revocation(
        serial=entry.serial_number,
        at=Instant.from_datetime(entry.revocation_date_utc),
        reason=reason,
    )
