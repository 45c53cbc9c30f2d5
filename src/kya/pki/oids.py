"""Object identifiers: ours under one arc, and the standards' own."""

from typing import Final

from cryptography.x509 import ObjectIdentifier

PEN_ARC: Final = "1.3.6.1.4.1.32473"
"""The arc above all our identifiers, the one place to change it.

FOR DEVELOPMENT AND DEMONSTRATION ONLY: RFC 5612 reserves this number for examples, so
nobody else's certificate means anything by it. A real installation puts its own
Private Enterprise Number here (RFC 9371; free of charge). Never an arc under 2.25: Go
and GnuTLS cannot even parse a certificate that holds a UUID-sized one.
"""

SCOPE_EXTENSION: Final = ObjectIdentifier(f"{PEN_ARC}.1.1")
"""Certificate extension that carries an agent's scope."""

POLICY_LANGUAGE_JCS: Final = ObjectIdentifier(f"{PEN_ARC}.1.2.1")
"""Scope text in RFC 8785 canonical JSON, numbers as decimal strings."""

CERTIFICATE_POLICY: Final = ObjectIdentifier(f"{PEN_ARC}.1.3")
"""Certificate policy of every leaf, so that stock tools can insist on it."""

ANY_POLICY: Final = ObjectIdentifier("2.5.29.32.0")
"""anyPolicy (RFC 5280 §4.2.1.4)."""

CUSTODY_EXTENSION: Final = ObjectIdentifier(f"{PEN_ARC}.1.5")
"""Certificate extension that says where an agent's private key is kept."""

CHANNEL_BINDING: Final = ObjectIdentifier(f"{PEN_ARC}.1.6")
"""Channel certificate extension: SHA-256 of the identity certificate it is bound to."""

CHANNEL_POLICY: Final = ObjectIdentifier(f"{PEN_ARC}.1.7")
"""Policy of the channel CA and of all it issues: for TLS, and never for orders."""

NO_REVOCATION_AVAILABLE: Final = ObjectIdentifier("2.5.29.56")
"""noRevAvail (RFC 9608 §2)."""
