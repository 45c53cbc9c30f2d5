"""What channel certificates hold: for TLS, for an hour at most, and for nothing else.

Normative text: spec/channel.md.
"""

from typing import Final

from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtensionOID

from kya.core.credential import Role
from kya.core.instant import MICROS_PER_SECOND
from kya.pki.keys import KeyAlgorithm
from kya.pki.oids import CHANNEL_BINDING, CHANNEL_POLICY, NO_REVOCATION_AVAILABLE
from kya.pki.profile import ISSUING, Profile

CHANNEL_SECONDS_MAX: Final = 3_600
"""A stolen channel key is worth an hour at most: nobody can revoke its certificate."""

CHANNEL_MICROS_MAX: Final = CHANNEL_SECONDS_MAX * MICROS_PER_SECOND

CHANNEL_ROLES: Final = frozenset({Role.AGENT, Role.AUTHORITY})
"""Who speaks to a gateway. The gateway's own certificate is its server's."""

CHANNEL_CA: Final = Profile(
    title="channel CA",
    key_algorithm=KeyAlgorithm.P256,
    path_length=0,
    days_max=ISSUING.days_max,
    # Its one difference from the issuing CA, and the one that counts: not anyPolicy.
    # Under it no certificate of the other profiles can be valid.
    policy=CHANNEL_POLICY,
    not_critical=ISSUING.not_critical,
)


def channel_profile(title: str, *more: ObjectIdentifier) -> Profile:
    """Return the profile of a certificate that the channel CA issues."""
    return Profile(
        title=title,
        key_algorithm=KeyAlgorithm.P256,
        path_length=None,
        days_max=1,  # Whole days; a rule of its own keeps it within the hour.
        policy=CHANNEL_POLICY,
        not_critical=frozenset(
            {
                ExtensionOID.SUBJECT_KEY_IDENTIFIER,
                ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
                ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
                ExtensionOID.CERTIFICATE_POLICIES,
                ExtensionOID.EXTENDED_KEY_USAGE,
                # In place of a distribution point: there is no list, and none will be.
                NO_REVOCATION_AVAILABLE,
                CHANNEL_BINDING,
                *more,
            }
        ),
    )


CHANNEL_LEAF: Final = channel_profile("channel")
