"""Certificates are made here, in three steps: prepare, lint, issue.

certificate = issue(lint(prepare(request, issuer)), signer)
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from cryptography import x509

from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.pki.builder_key import BuilderKey
from kya.pki.certificate import (
    assemble,
    key_identifier,
    parse_certificate,
    public_key_of,
)
from kya.pki.custody_extension import write_custody
from kya.pki.extension_values import (
    EXTENDED_KEY_USAGE,
    distribution_point,
    key_usage,
    policies,
    responder_at,
    subject_name,
)
from kya.pki.identity import SpiffeId, TrustDomain
from kya.pki.keys import PublicKey
from kya.pki.lint import LintedCertificate, ToBeSigned
from kya.pki.oids import CUSTODY_EXTENSION, SCOPE_EXTENSION
from kya.pki.profile import ISSUING, LEAVES, OCSP, ROOT, Profile
from kya.pki.scope_extension import AgentScope
from kya.pki.signer import CheckedSigner, Signer

_Extensions = tuple[x509.ExtensionType, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basics:
    """What every certificate says. Times are whole seconds; the serial is random.

    The caller draws the serial: 64 to 159 bits, 128 advised, never used before.
    """

    operator: str
    public_key: bytes
    serial: int
    not_before: Instant
    not_after: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRequest:
    """A root CA's own certificate."""

    basics: Basics
    common_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingRequest:
    """The certificate of the CA that issues all leaves of one trust domain."""

    basics: Basics
    common_name: str
    trust_domain: TrustDomain
    crl_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafRequest:
    """The certificate of an agent, a service or a person; an agent has a scope.

    An agent also has a `custody`: where its key is kept. Without an `ocsp_url` the
    certificate names no responder.
    """

    basics: Basics
    identity: SpiffeId
    crl_url: str
    ocsp_url: str | None = None
    scope: AgentScope | None = None
    custody: str | None = None
    person: str | None = None  # As people write it: a person's.

    @property
    def common_name(self) -> str:
        """The person's name where there is one, else the identity's."""
        return self.identity.name if self.person is None else self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderRequest:
    """The certificate of whoever answers OCSP for the issuing CA."""

    basics: Basics
    common_name: str


Request = RootRequest | IssuingRequest | LeafRequest | ResponderRequest


def prepare(request: Request, issuer: bytes | None = None) -> ToBeSigned:
    """Return what the issuer, for a root its own key, is asked to sign; not judged."""
    profile = _profile_of(request)
    above = parse_certificate(issuer) if issuer is not None else None
    key = public_key_of(above) if above else PublicKey(request.basics.public_key)
    stand_in = BuilderKey(key, _no_signature)
    builder = _builder(request, profile, above)
    for value in _extensions_of(request, profile, above):
        builder = builder.add_extension(value, critical=value.oid in profile.critical)
    try:
        unsigned = builder.sign(stand_in, stand_in.hash_algorithm)
    except ValueError as error:
        raise InputError(f"{profile.title} certificate: {error}") from error
    tbs = unsigned.tbs_certificate_bytes
    return ToBeSigned(tbs=tbs, profile=profile, issuer=issuer)


def issue(linted: LintedCertificate, signer: Signer) -> bytes:
    """Return the certificate DER; DistrustError if the signer is not the issuer."""
    checked = CheckedSigner(signer, linted.issuer_key)
    tbs = linted.prepared.tbs
    return assemble(tbs, linted.issuer_key.algorithm, checked.sign(tbs))


def _profile_of(request: Request) -> Profile:
    """Return the profile a request asks for."""
    match request:
        case RootRequest():
            return ROOT
        case IssuingRequest():
            return ISSUING
        case LeafRequest():
            return LEAVES[request.identity.role]
        case ResponderRequest():
            return OCSP
        case _ as never:
            assert_never(never)


def _no_signature(_: bytes) -> bytes:
    """Return an empty SEQUENCE in the place of a signature that is thrown away."""
    return b"\x30\x00"


def _builder(
    request: Request, profile: Profile, issuer: x509.Certificate | None
) -> x509.CertificateBuilder:
    """Return everything of a certificate but its extensions."""
    basics = request.basics
    subject = subject_name(basics.operator, request.common_name)
    try:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(PublicKey(basics.public_key).loaded)
            .serial_number(basics.serial)
            .not_valid_before(_whole_seconds(basics.not_before))
            .not_valid_after(_whole_seconds(basics.not_after))
        )
    except ValueError as error:
        raise InputError(f"{profile.title} certificate: {error}") from error


def _whole_seconds(instant: Instant) -> datetime:
    """Return the time as X.509 writes it; InputError for a fraction of a second."""
    if instant.micros % MICROS_PER_SECOND:
        raise InputError(f"certificate: want whole seconds, got {instant}")
    return instant.to_datetime()


def _extensions_of(
    request: Request, profile: Profile, issuer: x509.Certificate | None
) -> _Extensions:
    """Return the extensions of a request, in the order in which they are written."""
    key = PublicKey(request.basics.public_key).loaded
    values: _Extensions = (
        x509.BasicConstraints(ca=profile.is_ca, path_length=profile.path_length),
        key_usage(profile),
        x509.SubjectKeyIdentifier.from_public_key(key),
    )
    if issuer is not None:
        identifier = key_identifier(issuer)
        values += (x509.AuthorityKeyIdentifier(identifier, None, None),)
    if profile.policy is not None:
        values += (policies(profile.policy),)
    match request:
        case RootRequest():
            return values
        case IssuingRequest():
            return values + _located(str(request.trust_domain), request.crl_url)
        case LeafRequest():
            location = _located(str(request.identity), request.crl_url)
            location += _answered(request.ocsp_url)
            own = (*_scope(request.scope), *_custody(request.custody))
            return (*values, EXTENDED_KEY_USAGE, *location, *own)
        case ResponderRequest():
            # Whoever asked about the responder itself would have to ask it: RFC 6960
            # §4.2.2.2.1 ends this.
            usage = x509.ExtendedKeyUsage(profile.usages)
            return (*values, usage, x509.OCSPNoCheck())
        case _ as never:
            assert_never(never)


def _located(uri: str, crl_url: str) -> _Extensions:
    """Return who it is and where its revocation is published."""
    name = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
    return (name, distribution_point(crl_url))


def _answered(ocsp_url: str | None) -> _Extensions:
    """Return where questions about it are answered, where there is a responder."""
    return () if ocsp_url is None else (responder_at(ocsp_url),)


def _scope(scope: AgentScope | None) -> _Extensions:
    """Return the scope extension, where there is a scope."""
    if scope is None:
        return ()
    return (x509.UnrecognizedExtension(SCOPE_EXTENSION, scope.encode()),)


def _custody(custody: str | None) -> _Extensions:
    """Return the custody extension, where it is said where the key is kept."""
    if custody is None:
        return ()
    return (x509.UnrecognizedExtension(CUSTODY_EXTENSION, write_custody(custody)),)
