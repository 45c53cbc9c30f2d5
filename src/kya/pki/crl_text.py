"""What a CA signs as its revocation list, byte for byte (RFC 5280 §5.1.2).

Written here because the library's builder takes objects, one for each entry, and so
several times as long; a test compares the bytes with its own.
"""

from collections.abc import Iterable
from typing import Final

from cryptography import x509

from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.pki import der
from kya.pki.certificate import SIGNATURE_ALGORITHMS, key_identifier, public_key_of
from kya.pki.profile import SERIAL_BITS_MAX

_V2: Final = der.integer(1)
_LAST_UTC_YEAR: Final = 2049
"""RFC 5280 §4.1.2.5: UTCTime until then, and GeneralizedTime for what is later."""


def list_to_sign(
    issuer: x509.Certificate,
    number: int,
    period: tuple[Instant, Instant],
    entries: Iterable[bytes],
) -> bytes:
    """Return the TBSCertList of entries that `entry` made, in their order."""
    identifier = x509.AuthorityKeyIdentifier(key_identifier(issuer), None, None)
    extensions = der.sequence(
        _extension(identifier.oid, identifier.public_bytes()),
        _extension(x509.CRLNumber.oid, der.integer(number)),
    )
    listed = b"".join(entries)
    oid = SIGNATURE_ALGORITHMS.get(public_key_of(issuer).algorithm)
    if oid is None:
        raise InputError("CRL: want an issuer whose key is P-256 or P-384")
    return der.sequence(
        _V2,
        der.sequence(der.object_identifier(oid)),
        issuer.subject.public_bytes(),
        *map(time, period),
        der.sequence(listed) if listed else b"",  # Not an empty one: §5.1.2.6
        der.within(0, extensions),
    )


def entry(serial: int, at: Instant, reason: bytes) -> bytes:
    """Return one line; InputError for a serial that no certificate has."""
    if not 0 < serial < 1 << SERIAL_BITS_MAX:
        raise InputError(f"CRL: want a serial of 1 to {SERIAL_BITS_MAX} bits")
    return der.sequence(der.integer(serial), time(at), reason)


def reason_for(flag: x509.ReasonFlags) -> bytes:
    """Return the extensions of an entry that say why, and nothing else."""
    why = x509.CRLReason(flag)
    return der.sequence(_extension(why.oid, why.public_bytes()))


def time(instant: Instant) -> bytes:
    """Return the whole second as X.509 writes it; fractions are dropped."""
    moment = instant.to_datetime()
    if moment.year > _LAST_UTC_YEAR:
        return der.encode(der.GENERALIZED_TIME, f"{moment:%Y%m%d%H%M%SZ}".encode())
    return der.encode(der.UTC_TIME, f"{moment:%y%m%d%H%M%SZ}".encode())


def _extension(oid: x509.ObjectIdentifier, value: bytes) -> bytes:
    """Return an extension that is not critical."""
    return der.sequence(der.object_identifier(oid), der.encode(der.OCTET_STRING, value))
