"""The one form that each name and extension of our certificates has."""

import unicodedata
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from kya.core.errors import InputError
from kya.pki.profile import PEER_USAGES, Profile

EXTENDED_KEY_USAGE: Final = x509.ExtendedKeyUsage(PEER_USAGES)

NAME_BYTES_MAX: Final = 64
"""X.520 bounds both names at 64 characters; in bytes, so that every tool agrees."""

_KEPT: Final = 16
"""Values that cannot change, made once: all leaves of a CA say the same."""


def key_usage(profile: Profile) -> x509.KeyUsage:
    """Return keyCertSign and cRLSign for a CA, digitalSignature for a leaf."""
    return _KEY_USAGES[profile.is_ca]


_KEY_USAGES: Final = {
    is_ca: x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
    for is_ca in (False, True)
}


@lru_cache(maxsize=_KEPT)
def policies(policy: x509.ObjectIdentifier) -> x509.CertificatePolicies:
    """Return the extension that names one policy."""
    return x509.CertificatePolicies([x509.PolicyInformation(policy, None)])


@lru_cache(maxsize=_KEPT)
def distribution_point(url: str) -> x509.CRLDistributionPoints:
    """Return the extension that names one URL."""
    try:
        location = x509.UniformResourceIdentifier(url)
    except ValueError as error:
        raise InputError(f"CRL URL {url[:80]!r}: want ASCII") from error
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint([location], None, None, None)]
    )


@lru_cache(maxsize=_KEPT)
def responder_at(url: str) -> x509.AuthorityInformationAccess:
    """Return the extension that says where OCSP answers."""
    try:
        location = x509.UniformResourceIdentifier(url)
    except ValueError as error:
        raise InputError(f"OCSP URL {url[:80]!r}: want ASCII") from error
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, location)]
    )


def subject_name(operator: str | bytes, common_name: str | bytes) -> x509.Name:
    """Return the one name form that certificates of ours have; InputError if unfit."""
    # The library writes both types as UTF8String.
    attributes: list[x509.NameAttribute[str]] = []
    pairs = ((NameOID.ORGANIZATION_NAME, operator), (NameOID.COMMON_NAME, common_name))
    for oid, value in pairs:
        if not isinstance(value, str) or not _is_clean(value):
            raise InputError(f"name {value!r}: want printable text, composed (NFC)")
        if not 1 <= len(value.encode("utf-8")) <= NAME_BYTES_MAX:
            raise InputError(
                f"name {value!r}: want 1 to {NAME_BYTES_MAX} bytes of UTF-8"
            )
        attributes.append(x509.NameAttribute(oid, value))
    return x509.Name(attributes)


def _is_clean(text: str) -> bool:
    """Whether text has no control character, no odd space and one spelling."""
    return (
        text.isprintable()
        and text == text.strip()
        and unicodedata.normalize("NFC", text) == text
    )
