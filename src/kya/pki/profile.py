"""The closed set of certificate profiles: what each kind holds, and nothing else.

Normative text: spec/certificate.md. Sources: RFC 5280, SPIFFE X509-SVID.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from kya.core.credential import Role
from kya.core.instant import MICROS_PER_DAY
from kya.pki.keys import KeyAlgorithm
from kya.pki.oids import (
    ANY_POLICY,
    CERTIFICATE_POLICY,
    CUSTODY_EXTENSION,
    SCOPE_EXTENSION,
)

SERIAL_BITS_MIN: Final = 64
"""CA/Browser Forum baseline §7.1 asks for 64 random bits; we ask for the size."""

SERIAL_BITS_MAX: Final = 159
"""RFC 5280 §4.1.2.2: at most 20 octets, and the sign bit is one of their 160."""

CERTIFICATE_BYTES_MAX: Final = 16_384
"""A scope of 4 KiB and everything else fit three times; TLS records end here too."""

PEER_USAGES: Final = (
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.SERVER_AUTH,
)
"""SPIFFE X509-SVID §4.4: both, where the extension is present."""

_CRITICAL: Final = frozenset({ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the certificates of one kind hold. A path length makes it a CA.

    `optional` extensions are not critical; `usages` count where there is an extended
    key usage.
    """

    title: str
    key_algorithm: KeyAlgorithm
    path_length: int | None
    days_max: int
    policy: ObjectIdentifier | None
    not_critical: frozenset[ObjectIdentifier]
    critical: frozenset[ObjectIdentifier] = _CRITICAL
    optional: frozenset[ObjectIdentifier] = frozenset()
    usages: tuple[ObjectIdentifier, ...] = PEER_USAGES

    @property
    def is_ca(self) -> bool:
        """Whether its key signs certificates."""
        return self.path_length is not None

    @property
    def validity_micros_max(self) -> int:
        """Longest time from notBefore to notAfter."""
        return self.days_max * MICROS_PER_DAY


ROOT: Final = Profile(
    title="root CA",
    key_algorithm=KeyAlgorithm.P384,
    path_length=1,
    days_max=3653,  # ten years with three leap days
    policy=None,
    not_critical=frozenset({ExtensionOID.SUBJECT_KEY_IDENTIFIER}),
)

_ISSUED: Final = frozenset(
    {
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
    }
)

ISSUING: Final = Profile(
    title="issuing CA",
    key_algorithm=KeyAlgorithm.P256,
    path_length=0,
    days_max=1096,  # three years with one leap day
    policy=ANY_POLICY,
    not_critical=_ISSUED,
)

_LEAF: Final = _ISSUED | {ExtensionOID.EXTENDED_KEY_USAGE}


def _leaf(
    role: Role,
    key_algorithm: KeyAlgorithm,
    *more: ObjectIdentifier,
) -> Profile:
    """Return the profile of a certificate that signs no certificates."""
    return Profile(
        title=role.value,
        key_algorithm=key_algorithm,
        path_length=None,
        days_max=365,
        policy=CERTIFICATE_POLICY,
        not_critical=_LEAF | frozenset(more),
        # Not every installation has a responder that others can reach.
        optional=frozenset({ExtensionOID.AUTHORITY_INFORMATION_ACCESS}),
    )


LEAVES: Final = {
    # The scope is not critical: OpenSSL, nginx, Go and Java refuse unknown critical
    # extensions. We demand its presence instead, and the policy identifier lets stock
    # tools do the same (`openssl verify -policy … -explicit_policy`).
    Role.AGENT: _leaf(
        Role.AGENT, KeyAlgorithm.P256, SCOPE_EXTENSION, CUSTODY_EXTENSION
    ),
    # Checkpoints are Ed25519 (C2SP tlog-tiles), so the log's key is the one exception.
    Role.LOG: _leaf(Role.LOG, KeyAlgorithm.ED25519),
    Role.GATEWAY: _leaf(Role.GATEWAY, KeyAlgorithm.P256),
    Role.AUTHORITY: _leaf(Role.AUTHORITY, KeyAlgorithm.P256),
    Role.COMPLIANCE: _leaf(Role.COMPLIANCE, KeyAlgorithm.P256),
    Role.DIRECTOR: _leaf(Role.DIRECTOR, KeyAlgorithm.P256),
    Role.OPERATOR: _leaf(Role.OPERATOR, KeyAlgorithm.P256),
    Role.RISK: _leaf(Role.RISK, KeyAlgorithm.P256),
}

OCSP: Final = Profile(
    title="OCSP responder",
    key_algorithm=KeyAlgorithm.P256,
    path_length=None,
    days_max=30,  # Nobody can ask whether it is revoked, so it ends soon.
    policy=CERTIFICATE_POLICY,
    not_critical=frozenset(
        {
            ExtensionOID.SUBJECT_KEY_IDENTIFIER,
            ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
            ExtensionOID.CERTIFICATE_POLICIES,
            ExtensionOID.EXTENDED_KEY_USAGE,
            ExtensionOID.OCSP_NO_CHECK,
        }
    ),
    usages=(ExtendedKeyUsageOID.OCSP_SIGNING,),
)
"""It speaks for the issuing CA, has no identity of ours, and no power over an order."""
