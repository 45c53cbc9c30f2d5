"""Who a certificate speaks for: role and name in a trust domain, as a SPIFFE ID."""

import re
from dataclasses import dataclass
from typing import Final, Self

from kya.core.credential import Role
from kya.core.errors import MalformedError
from kya.core.limits import NAME_CHARS_MAX

_TRUST_DOMAIN: Final = re.compile(r"[a-z0-9._-]{1,255}")
_SEGMENT: Final = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]+"
_NAME: Final = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_SCHEME: Final = "spiffe://"


@dataclass(frozen=True, slots=True)
class TrustDomain:
    """The installation that vouches for its members: lower-case, like a host name."""

    name: str

    def __post_init__(self) -> None:
        """Refuse other spellings (SPIFFE-ID §2.1)."""
        if not _TRUST_DOMAIN.fullmatch(self.name):
            raise MalformedError(
                f"trust domain {self.name[:80]!r}: want a-z, 0-9, dot, dash, underscore"
            )

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Read `spiffe://<trust-domain>`, as an issuing CA carries it."""
        if not uri.startswith(_SCHEME):
            raise MalformedError(f"trust domain: want {_SCHEME}…, got {uri[:80]!r}")
        return cls(uri.removeprefix(_SCHEME))

    def __str__(self) -> str:
        """Render as a SPIFFE ID without a path."""
        return f"{_SCHEME}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiffeId:
    """`spiffe://<trust-domain>/<role>/<name>`; a name may have segments of its own."""

    trust_domain: TrustDomain
    role: Role
    name: str

    def __post_init__(self) -> None:
        """Refuse names that a path cannot hold as they are (SPIFFE-ID §2.2)."""
        if not _NAME.fullmatch(self.name) or len(self.name) > NAME_CHARS_MAX:
            raise MalformedError(
                f"name {self.name[:80]!r}: want 1 to {NAME_CHARS_MAX} of A-Z, a-z, "
                "0-9, dot, dash, underscore, in segments parted by a slash"
            )

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Read the one spelling of a SPIFFE ID of ours."""
        try:
            domain, role, name = uri.removeprefix(_SCHEME).split("/", 2)
            identity = cls(trust_domain=TrustDomain(domain), role=Role(role), name=name)
        except ValueError as error:
            raise MalformedError(
                f"identity {uri[:80]!r}: want spiffe://<trust-domain>/<role>/<name>, "
                f"role one of {', '.join(role.value for role in Role)}"
            ) from error
        if str(identity) != uri:
            raise MalformedError(f"identity {uri[:80]!r}: not in canonical form")
        return identity

    def __str__(self) -> str:
        """Render as it stands in the certificate."""
        return f"{self.trust_domain}/{self.role.value}/{self.name}"
