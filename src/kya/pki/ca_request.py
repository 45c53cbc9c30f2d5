"""What an installation asks its root to sign: PKCS #10 requests for its two CAs.

Unlike a leaf's request, which proves a key and says nothing, this one says what the
certificate will say, so that whoever holds the root can read it before they sign.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kya.core.errors import DistrustError, InputError, MalformedError
from kya.pki.builder_key import BuilderKey
from kya.pki.certificate import READING_FAULTS, parse_certificate, public_key_of
from kya.pki.extension_values import (
    NAME_BYTES_MAX,
    distribution_point,
    policies,
    subject_name,
)
from kya.pki.identity import TrustDomain
from kya.pki.oids import ANY_POLICY, CHANNEL_POLICY
from kya.pki.request import proven_public_key
from kya.pki.signer import Signer, pinned


class CaKind(Enum):
    """The CAs right under a root, by the policy that tells them apart."""

    ISSUING = "issuing CA"
    CHANNEL = "channel CA"

    @property
    def policy(self) -> x509.ObjectIdentifier:
        """The certificate policy of this CA."""
        return ANY_POLICY if self is CaKind.ISSUING else CHANNEL_POLICY


_FAULTS: Final = (*READING_FAULTS, x509.ExtensionNotFound)

_SHORT: Final = {CaKind.ISSUING: "Issuing CA", CaKind.CHANNEL: "Channel CA"}


def ca_name(kind: CaKind, operator: str) -> str:
    """Return a CA's common name: with its operator's, where both have room."""
    return _with_room(operator, _SHORT[kind])


def root_name(operator: str) -> str:
    """Return the common name of an operator's root, unless they choose another."""
    return _with_room(operator, "Root CA")


def _with_room(operator: str, what: str) -> str:
    """Return both names, or the short one alone where a certificate has no room."""
    full = f"{operator} {what}"
    return full if len(full.encode()) <= NAME_BYTES_MAX else what


@dataclass(frozen=True, slots=True, kw_only=True)
class CaRequest:
    """Which CA is asked for, for whom, under which key (SubjectPublicKeyInfo DER)."""

    kind: CaKind
    operator: str
    trust_domain: TrustDomain
    crl_url: str
    public_key: bytes

    @property
    def subject(self) -> x509.Name:
        """The name that the certificate will have."""
        return subject_name(self.operator, ca_name(self.kind, self.operator))

    @property
    def extensions(self) -> tuple[x509.ExtensionType, ...]:
        """What is asked for: all that does not follow from the kind alone."""
        domain = x509.UniformResourceIdentifier(str(self.trust_domain))
        return (
            x509.SubjectAlternativeName([domain]),
            distribution_point(self.crl_url),
            policies(self.kind.policy),
        )


def make_ca_request(asked: CaRequest, signer: Signer) -> bytes:
    """Return the PKCS #10 request in DER, signed by the key that it is for."""
    key = BuilderKey.of(pinned(signer, asked.public_key))
    builder = x509.CertificateSigningRequestBuilder().subject_name(asked.subject)
    for value in asked.extensions:
        builder = builder.add_extension(value, critical=False)
    return builder.sign(key, key.hash_algorithm).public_bytes(Encoding.DER)


def read_ca_request(request: bytes) -> CaRequest:
    """Return what is asked for; MalformedError for anything that we do not ask.

    DistrustError unless the request is signed by the key that it names.
    """
    public_key = proven_public_key(request)
    parsed = x509.load_der_x509_csr(request)
    try:
        asked = _asked(parsed.subject, parsed.extensions, public_key)
        wanted, found = _said(asked), _found(parsed.subject, parsed.extensions)
    except _FAULTS as error:
        raise MalformedError(f"CA request: cannot be read: {error}") from error
    if wanted != found or any(each.critical for each in parsed.extensions):
        raise MalformedError(
            "CA request: want operator and CA name, one trust domain, one CRL URL, one"
            " policy, and nothing else"
        )
    return asked


def kind_of(certificate: bytes) -> CaKind:
    """Return which CA a certificate is of; MalformedError for any other kind."""
    try:
        return _kind(parse_certificate(certificate).extensions)
    except _FAULTS as error:
        raise MalformedError(f"CA certificate: {error}") from error


def require_as_asked(certificate: bytes, asked: CaRequest) -> None:
    """Return if the certificate says what was asked for; DistrustError otherwise.

    Its signature and its profile are for the path to judge.
    """
    parsed = parse_certificate(certificate)
    title = asked.kind.value
    if public_key_of(parsed).spki != asked.public_key:
        raise DistrustError(f"{title} certificate: it is for another key than ours")
    given = _found(parsed.subject, parsed.extensions)
    if not _said(asked) <= given:
        raise DistrustError(f"{title} certificate: it says something else than asked")


def _said(asked: CaRequest) -> frozenset[tuple[object, object]]:
    """Return the subject and each extension that is asked for."""
    values = {(value.oid, value) for value in asked.extensions}
    return frozenset({("subject", asked.subject.public_bytes()), *values})


def _found(
    subject: x509.Name, extensions: x509.Extensions
) -> frozenset[tuple[object, object]]:
    """Return the subject and each extension that there is."""
    values = {(each.oid, each.value) for each in extensions}
    return frozenset({("subject", subject.public_bytes()), *values})


def _asked(
    subject: x509.Name, extensions: x509.Extensions, public_key: bytes
) -> CaRequest:
    """Return what subject and extensions ask for; more than that is not looked at."""
    (operator,) = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    (domain,) = names.get_values_for_type(x509.UniformResourceIdentifier)
    points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    (location,) = list(next(iter(points)).full_name or [])
    return CaRequest(
        kind=_kind(extensions),
        operator=str(operator.value),
        trust_domain=TrustDomain.parse(domain),
        crl_url=str(location.value),
        public_key=public_key,
    )


def _kind(extensions: x509.Extensions) -> CaKind:
    """Return which CA the one policy stands for."""
    (policy,) = extensions.get_extension_for_class(x509.CertificatePolicies).value
    for kind in CaKind:
        if policy.policy_identifier == kind.policy:
            return kind
    oid = policy.policy_identifier.dotted_string
    raise InputError(f"policy {oid}: want an issuing CA's or a channel CA's")
