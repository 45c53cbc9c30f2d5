"""Certificates as bytes: read completely or not at all, and put together again."""

from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kya.core.errors import InputError, MalformedError
from kya.core.instant import Instant
from kya.pki import der
from kya.pki.custody_extension import read_custody
from kya.pki.identity import SpiffeId, TrustDomain
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.oids import CUSTODY_EXTENSION, SCOPE_EXTENSION
from kya.pki.profile import CERTIFICATE_BYTES_MAX
from kya.pki.scope_extension import AgentScope

SIGNATURE_ALGORITHMS: Final = {
    KeyAlgorithm.P256: x509.SignatureAlgorithmOID.ECDSA_WITH_SHA256,
    KeyAlgorithm.P384: x509.SignatureAlgorithmOID.ECDSA_WITH_SHA384,
}
"""Which signature the key of a CA makes; no other kind of key is a CA's."""


READING_FAULTS: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
    # What the library still tolerates, such as a negative serial, it warns of. Where
    # warnings are errors this refuses it; where not, a profile rule does.
    Warning,
)
"""All that the library raises when bytes are not the X.509 structure asked for."""


_KEPT: Final = 64
"""Certificates kept as they were read, 1 MiB at most: those of the CAs are asked for
with every leaf below them."""


@lru_cache(maxsize=_KEPT)
def parse_certificate(encoded: bytes) -> x509.Certificate:
    """Return a certificate of which every field was read; MalformedError otherwise."""
    if len(encoded) > CERTIFICATE_BYTES_MAX:
        raise MalformedError(
            f"certificate: {len(encoded)} bytes; at most {CERTIFICATE_BYTES_MAX}"
        )
    try:
        certificate = x509.load_der_x509_certificate(encoded)
        # The library reads lazily: ask for each field here, so that none fails later.
        _ = (certificate.extensions, certificate.subject, certificate.issuer)
        _ = (certificate.serial_number, certificate.version)
        _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        _ = certificate.public_key()
    except READING_FAULTS as error:
        raise MalformedError(f"certificate: want X.509 v3 DER: {error}") from error
    return certificate


@lru_cache(maxsize=_KEPT)
def public_key_of(certificate: x509.Certificate) -> PublicKey:
    """Return the subject's key; InputError for a kind that we do not use."""
    spki = certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return PublicKey(spki)


def not_before(certificate: x509.Certificate) -> Instant:
    """Return the first instant of the validity period."""
    return Instant.from_datetime(certificate.not_valid_before_utc)


def not_after(certificate: x509.Certificate) -> Instant:
    """Return the last instant of the validity period."""
    return Instant.from_datetime(certificate.not_valid_after_utc)


@lru_cache(maxsize=_KEPT)
def key_identifier(certificate: x509.Certificate) -> bytes | None:
    """Return the subject key identifier, None where the certificate has none."""
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.SubjectKeyIdentifier
        )
    except x509.ExtensionNotFound:
        return None
    return found.value.digest


@lru_cache(maxsize=_KEPT)
def identity_of(certificate: x509.Certificate) -> SpiffeId:
    """Return whom a leaf speaks for; MalformedError unless its SAN is one such URI."""
    return SpiffeId.parse(_only_uri(certificate))


@lru_cache(maxsize=_KEPT)
def trust_domain_of(certificate: x509.Certificate) -> TrustDomain:
    """Return the domain an issuing CA vouches for; MalformedError if it has none."""
    return TrustDomain.parse(_only_uri(certificate))


def _only_uri(certificate: x509.Certificate) -> str:
    """Return the one URI that is the whole of the subject alternative name."""
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound as error:
        raise MalformedError("subject alternative name: missing") from error
    names = list(found.value)
    if len(names) != 1 or not isinstance(names[0], x509.UniformResourceIdentifier):
        raise MalformedError("subject alternative name: want exactly one URI")
    return names[0].value


def scope_of(certificate: x509.Certificate) -> AgentScope | None:
    """Return the scope, None where there is none; MalformedError if it is not one."""
    found = _value_of(certificate, SCOPE_EXTENSION)
    return None if found is None else AgentScope.decode(found)


def custody_of(certificate: x509.Certificate) -> str | None:
    """Return where its key is kept, None where it says nothing; or MalformedError."""
    found = _value_of(certificate, CUSTODY_EXTENSION)
    return None if found is None else read_custody(found)


def _value_of(
    certificate: x509.Certificate, oid: x509.ObjectIdentifier
) -> bytes | None:
    """Return the DER of an extension of ours, None where there is none."""
    for extension in certificate.extensions:
        if extension.oid == oid:
            found: bytes = extension.value.public_bytes()
            return found
    return None


def assemble(tbs: bytes, algorithm: KeyAlgorithm, signature: bytes) -> bytes:
    """Return the certificate of a TBSCertificate and its signature (RFC 5280 §4.1)."""
    oid = SIGNATURE_ALGORITHMS.get(algorithm)
    if oid is None:
        raise InputError(f"certificate: a CA cannot sign with {algorithm.value}")
    # The ECDSA identifiers have no parameters, not even NULL (RFC 5758 §3.2).
    identifier = der.sequence(der.object_identifier(oid))
    return der.sequence(tbs, identifier, der.bit_string(signature))
