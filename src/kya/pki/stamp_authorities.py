"""Whose time stamps count: the roots of authorities, and the policy they must name."""

import re
from dataclasses import dataclass
from typing import Final, Self

from cryptography import x509
from cryptography.x509 import Certificate

from kya.core.errors import MalformedError

RESPONSE_BYTES_MAX: Final = 32_768
"""A response with its chain of certificates has 2 to 8 kB; more is none."""

_OID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorities:
    """Roots under which time stamps count, and the policy that they must name, if any.

    Certificates that are not self-signed may stand between a root and a signer.
    """

    certificates: tuple[Certificate, ...]
    policy: str = ""

    @classmethod
    def read(cls, pem: bytes, policy: str = "") -> Self:
        """Read one or more certificates; MalformedError for none, or no root."""
        if policy and _OID.fullmatch(policy) is None:
            raise MalformedError(f"policy {policy[:80]!r}: want an object identifier")
        try:
            found = tuple(x509.load_pem_x509_certificates(pem))
        except ValueError as error:
            raise MalformedError("authorities: want certificates in PEM") from error
        if not any(each.subject == each.issuer for each in found):
            raise MalformedError("authorities: want at least one root")
        return cls(certificates=found, policy=policy)
