"""What a profile rule looks at, and what a rule is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography import x509

from kya.pki.profile import Profile

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Examined:
    """A certificate, the profile it claims, and its issuer: for a root, itself."""

    certificate: x509.Certificate
    profile: Profile
    issuer: x509.Certificate
    by_oid: Mapping[x509.ObjectIdentifier, x509.Extension[x509.ExtensionType]] = field(
        init=False
    )

    def __post_init__(self) -> None:
        """Index the extensions; the library has refused duplicates."""
        by_oid = {found.oid: found for found in self.certificate.extensions}
        object.__setattr__(self, "by_oid", by_oid)

    def extension(self, wanted: type[_Extension]) -> _Extension | None:
        """Return the value of an extension, None where it is missing."""
        found = self.by_oid.get(wanted.oid)
        return found.value if found and isinstance(found.value, wanted) else None


Rule = Callable[[Examined], str | None]
"""Returns what it found where it wants something else, None where it holds."""
