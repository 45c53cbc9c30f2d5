"""The gate before a CA signs: what breaks its profile cannot be signed."""

from dataclasses import dataclass, field

from kya.core.errors import InputError
from kya.pki.certificate import assemble, parse_certificate, public_key_of
from kya.pki.examined import Examined
from kya.pki.keys import PublicKey
from kya.pki.profile import Profile
from kya.pki.profile_rules import violations

_NO_SIGNATURE = b"\x30\x00"  # An empty SEQUENCE, in the place where one will stand.


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBeSigned:
    """A TBSCertificate, the profile it claims and its issuer's certificate.

    `issuer` is None for a root, which is its own.
    """

    tbs: bytes
    profile: Profile
    issuer: bytes | None


@dataclass(frozen=True, slots=True)
class LintedCertificate:
    """A TBSCertificate that obeys its profile; the only thing `issue` accepts.

    Minted only in `pki.lint.lint`. The rules run in the constructor even so: one that
    breaks them cannot exist.
    """

    prepared: ToBeSigned
    issuer_key: PublicKey = field(init=False)

    def __post_init__(self) -> None:
        """Read the very bytes that will be signed; InputError names every violation."""
        prepared = self.prepared
        issuer = prepared.issuer and parse_certificate(prepared.issuer)
        algorithm = (
            public_key_of(issuer).algorithm
            if issuer
            else prepared.profile.key_algorithm
        )
        unsigned = parse_certificate(assemble(prepared.tbs, algorithm, _NO_SIGNATURE))
        issuer = issuer or unsigned
        found = violations(Examined(unsigned, prepared.profile, issuer))
        if found:
            raise InputError(
                f"{prepared.profile.title} certificate: " + "; ".join(found)
            )
        object.__setattr__(self, "issuer_key", public_key_of(issuer))


def lint(prepared: ToBeSigned) -> LintedCertificate:
    """Return the certificate ready to sign; InputError names every rule it breaks."""
    return LintedCertificate(prepared)
