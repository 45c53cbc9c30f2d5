"""From a leaf to the root that the verifier holds; the only module that builds paths.

`cryptography.x509.verification` calls its own interface unstable, so nobody else may
use it. What it leaves open is closed by the profile rules: it checks neither the leaf's
key type nor the number of URIs nor the presence of an extended key usage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from kya.core.credential import Role
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.pki.certificate import (
    custody_of,
    identity_of,
    not_after,
    not_before,
    parse_certificate,
    public_key_of,
    scope_of,
)
from kya.pki.examined import Examined
from kya.pki.identity import SpiffeId, TrustDomain
from kya.pki.oids import SCOPE_EXTENSION
from kya.pki.profile import ISSUING, LEAVES, ROOT
from kya.pki.profile_rules import violations
from kya.pki.scope_extension import AgentScope

INTERMEDIATES_MAX: Final = 16
"""One issuing CA is needed and a few generations may be at hand; search stays cheap."""

_CHAIN: Final = 3  # leaf, issuing CA, root


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCertificate:
    """A leaf whose chain held at `verified_at`.

    Minted only in `pki.path.verify_chain`. Revocation is not part of it: ask the log,
    or the issuer's revocation list.
    """

    der: bytes
    issuer: bytes
    identity: SpiffeId
    common_name: str
    operator: str
    public_key: bytes
    serial: int
    not_before: Instant
    not_after: Instant
    scope: AgentScope | None
    custody: str | None
    verified_at: Instant

    @property
    def role(self) -> Role:
        """What the key may sign."""
        return self.identity.role

    @property
    def name(self) -> str:
        """The name within role and trust domain."""
        return self.identity.name

    @property
    def trust_domain(self) -> TrustDomain:
        """The installation that vouches for the name."""
        return self.identity.trust_domain

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the certificate."""
        return sha256(self.der).digest()

    def require_custody(self, said: str) -> None:
        """Raise unless what is said of the key's custody is what is certified of it."""
        if self.custody not in (None, said):
            msg = f"custody: the certificate says {self.custody!r}, its entry {said!r}"
            raise DistrustError(msg)


class _ScopeExtension(x509.ExtensionType):
    """Names the scope extension to the path validator."""

    oid = SCOPE_EXTENSION


def verify_chain(
    leaf: bytes, intermediates: Sequence[bytes], root: bytes, at: Instant
) -> VerifiedCertificate:
    """Return what the leaf says if its chain to this root holds at this instant.

    DistrustError names every rule that does not hold, whatever the bytes were.
    """
    if len(intermediates) > INTERMEDIATES_MAX:
        raise DistrustError(f"chain: more than {INTERMEDIATES_MAX} intermediates")
    try:
        subject = parse_certificate(leaf)
        identity = identity_of(subject)
        others = [parse_certificate(encoded) for encoded in intermediates]
        anchor = parse_certificate(root)
    except InputError as error:
        raise DistrustError(f"chain: {error}") from error
    issuing = _issuer_on_path(subject, others, anchor, _policies(identity.role, at))
    _require_profiles(identity.role, subject, issuing, anchor)
    _require_validity((subject, issuing, anchor), at)
    return VerifiedCertificate(
        der=leaf,
        issuer=_der_of(issuing, intermediates, others),
        identity=identity,
        common_name=_only(subject, NameOID.COMMON_NAME),
        operator=_only(subject, NameOID.ORGANIZATION_NAME),
        public_key=public_key_of(subject).spki,
        serial=subject.serial_number,
        not_before=not_before(subject),
        not_after=not_after(subject),
        scope=scope_of(subject),
        custody=custody_of(subject),
        verified_at=at,
    )


def verify_foreign_chain(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: Instant,
) -> None:
    """Raise DistrustError unless a stranger's client certificate chains to an anchor.

    Nothing of our own profile is asked; names and use are for the caller to judge.
    """
    builder = PolicyBuilder().store(Store(list(anchors))).time(at.to_datetime())
    try:
        builder.build_client_verifier().verify(leaf, list(intermediates))
    except (VerificationError, ValueError) as error:
        raise DistrustError(f"chain: {error}") from error


def verify_under_one(
    leaf: bytes, issuers: Sequence[bytes], root: bytes, at: Instant
) -> VerifiedCertificate:
    """Return what the leaf says if it holds under one of a CA's certificates.

    They are of one key, and a leaf must not outlive the one that it stands under: so
    each is tried by itself, the newest, which is last, first. DistrustError is that of
    the newest.
    """
    faults: list[DistrustError] = []
    for issuer in reversed(issuers):
        try:
            return verify_chain(leaf, [issuer], root, at)
        except DistrustError as fault:
            faults.append(fault)
    if not faults:
        raise DistrustError("chain: no issuing CA is on record")
    raise faults[0]


def _policies(role: Role, at: Instant) -> PolicyBuilder:
    """Return the validator's settings for a leaf of this role."""
    leaf = ExtensionPolicy.webpki_defaults_ee()
    if SCOPE_EXTENSION in LEAVES[role].not_critical:
        leaf = leaf.require_present(_ScopeExtension, Criticality.NON_CRITICAL, None)
    else:
        leaf = leaf.require_not_present(_ScopeExtension)
    authority = ExtensionPolicy.webpki_defaults_ca()
    return (
        PolicyBuilder()
        .time(at.to_datetime())
        .max_chain_depth(1)  # intermediates between leaf and root
        .extension_policies(ca_policy=authority, ee_policy=leaf)
    )


def _issuer_on_path(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    root: x509.Certificate,
    builder: PolicyBuilder,
) -> x509.Certificate:
    """Return the issuing CA between leaf and root; DistrustError without a path."""
    try:
        verifier = builder.store(Store([root])).build_client_verifier()
        chain = verifier.verify(leaf, list(others)).chain
    except (VerificationError, ValueError) as error:
        raise DistrustError(f"chain: path is valid: {error}") from error
    if len(chain) != _CHAIN or chain[0] != leaf or chain[2] != root:
        raise DistrustError(f"chain: path has three certificates: {len(chain)}")
    return chain[1]


def _require_profiles(
    role: Role,
    leaf: x509.Certificate,
    issuing: x509.Certificate,
    root: x509.Certificate,
) -> None:
    """Return if all three certificates obey their profiles; DistrustError otherwise."""
    examined = (
        Examined(leaf, LEAVES[role], issuing),
        Examined(issuing, ISSUING, root),
        Examined(root, ROOT, root),
    )
    found = [
        f"{each.profile.title} certificate: {text}"
        for each in examined
        for text in violations(each)
    ]
    if found:
        raise DistrustError("chain: " + "; ".join(found))


def _require_validity(chain: Sequence[x509.Certificate], at: Instant) -> None:
    """Return if the instant lies in each period, to the microsecond, ends included."""
    for certificate in chain:
        start, end = not_before(certificate), not_after(certificate)
        if not start <= at <= end:
            name = certificate.subject.rfc4514_string()
            raise DistrustError(
                f"chain: {name} is valid: {at} is not in {start} to {end}"
            )


def _der_of(
    wanted: x509.Certificate,
    encoded: Sequence[bytes],
    parsed: Sequence[x509.Certificate],
) -> bytes:
    """Return the bytes from which a certificate was parsed."""
    return next(
        der for der, found in zip(encoded, parsed, strict=True) if found == wanted
    )


def _only(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    """Return the subject's one attribute of this type; the profile rules have run."""
    (attribute,) = certificate.subject.get_attributes_for_oid(oid)
    return str(attribute.value)
