"""Certificates that a careless or malicious CA could sign: one fault each.

Every one carries the genuine CA's signature, so that only the profile can refuse it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from kya.pki.builder_key import BuilderKey
from kya.pki.keys import PublicKey
from kya.pki.oids import ANY_POLICY, CUSTODY_EXTENSION, SCOPE_EXTENSION
from kya.pki.signer import pinned
from tests.pki.world import CA_KEY, LOG_KEY, SCOPE, world

SAN: Final = x509.SubjectAlternativeName
AGENT_URI: Final = "spiffe://cryptoex.example/agent/algo_trader_v2"


@dataclass(frozen=True, slots=True)
class Draft:
    """A certificate's fields and extensions, open to any change."""

    template: x509.Certificate
    fields: Mapping[str, object] = field(default_factory=dict)
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()

    def with_field(self, name: str, value: object) -> "Draft":
        return replace(self, fields={**self.fields, name: value})

    def with_extension(
        self, value: x509.ExtensionType, *, critical: bool = False
    ) -> "Draft":
        rest = self.without(value.oid).extensions
        return replace(self, extensions=(*rest, (value, critical)))

    def without(self, oid: ObjectIdentifier) -> "Draft":
        kept = tuple(pair for pair in self.extensions if pair[0].oid != oid)
        return replace(self, extensions=kept)

    def flipped(self, oid: ObjectIdentifier) -> "Draft":
        pairs = [(e, c != (e.oid == oid)) for e, c in self.extensions]
        return replace(self, extensions=tuple(pairs))

    def signed(self) -> bytes:
        template = self.template
        key = BuilderKey.of(pinned(CA_KEY))
        fields: dict[str, object] = {
            "issuer_name": template.issuer,
            "subject_name": template.subject,
            "public_key": template.public_key(),
            "serial_number": template.serial_number,
            "not_valid_before": template.not_valid_before_utc,
            "not_valid_after": template.not_valid_after_utc,
            **self.fields,
        }
        builder = x509.CertificateBuilder()
        for name, value in fields.items():
            builder = getattr(builder, name)(value)
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical=critical)
        return signed_by(builder, key)


def signed_by(builder: x509.CertificateBuilder, key: BuilderKey) -> bytes:
    return builder.sign(key, key.hash_algorithm).public_bytes(Encoding.DER)


def draft_of(certificate: bytes) -> Draft:
    template = x509.load_der_x509_certificate(certificate)
    pairs = tuple((each.value, each.critical) for each in template.extensions)
    return Draft(template, extensions=pairs)


def agent_draft() -> Draft:
    return draft_of(world().agent)


def sans(*uris: str) -> x509.SubjectAlternativeName:
    return SAN([x509.UniformResourceIdentifier(uri) for uri in uris])


def scope_bytes(value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(SCOPE_EXTENSION, value)


def custody_bytes(value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(CUSTODY_EXTENSION, value)


def named(*pairs: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


def crl_at(*urls: str) -> x509.CRLDistributionPoints:
    names = [x509.UniformResourceIdentifier(url) for url in urls]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])


def usage(**more: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    chosen = {name: name == "digital_signature" for name in names} | more
    return x509.KeyUsage(**chosen)


FOREIGN_KEY: Final = ec.derive_private_key(7, ec.SECP256K1()).public_key()
P384_KEY: Final = ec.derive_private_key(7, ec.SECP384R1()).public_key()
OPERATOR: Final = (NameOID.ORGANIZATION_NAME, "CryptoEx")
NAME: Final = (NameOID.COMMON_NAME, "algo_trader_v2")
EKU: Final = x509.ExtendedKeyUsage
EKU_OIDS: Final = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)

Fault = Callable[[Draft], Draft]

FAULTS: Final[dict[str, tuple[str, Fault]]] = {
    "63-bit serial": (
        "serial has 64 to 159 bits",
        lambda d: d.with_field("serial_number", (1 << 63) - 1),
    ),
    "a second too long": (
        "validity is within the limit",
        lambda d: d.with_field(
            "not_valid_after", d.template.not_valid_after_utc + timedelta(seconds=1)
        ),
    ),
    "older than its issuer": (
        "validity is within the issuers",
        lambda d: d.with_field(
            "not_valid_before", d.template.not_valid_before_utc - timedelta(days=365)
        ).with_field("not_valid_after", d.template.not_valid_after_utc),
    ),
    "secp256k1 key": (
        "key is of the profile",
        lambda d: d.with_field("public_key", FOREIGN_KEY),
    ),
    "P-384 key": (
        "key is of the profile",
        lambda d: d.with_field("public_key", P384_KEY),
    ),
    "Ed25519 key": (
        "key is of the profile",
        lambda d: d.with_field("public_key", PublicKey(LOG_KEY.public_key()).loaded),
    ),
    "no operator": (
        "subject is operator and name",
        lambda d: d.with_field("subject_name", named(NAME)),
    ),
    "name before operator": (
        "subject is operator and name",
        lambda d: d.with_field("subject_name", named(NAME, OPERATOR)),
    ),
    "two names": (
        "subject is operator and name",
        lambda d: d.with_field("subject_name", named(OPERATOR, NAME, NAME)),
    ),
    "decomposed umlaut": (
        "subject is operator and name",
        lambda d: d.with_field(
            "subject_name", named((NameOID.ORGANIZATION_NAME, "Zu\u0308rich"), NAME)
        ),
    ),
    "name with a line break": (
        "subject is operator and name",
        lambda d: d.with_field(
            "subject_name", named((NameOID.ORGANIZATION_NAME, "Crypto\nEx"), NAME)
        ),
    ),
    "another common name": (
        "common name is the name",
        lambda d: d.with_field(
            "subject_name", named(OPERATOR, (NameOID.COMMON_NAME, "other"))
        ),
    ),
    "no scope": (
        "extensions are those of the profile|1.1.*is missing|Certificate is missing",
        lambda d: d.without(SCOPE_EXTENSION),
    ),
    "critical scope": (
        "wrong criticality|criticality",
        lambda d: d.flipped(SCOPE_EXTENSION),
    ),
    "empty scope": ("scope is readable", lambda d: d.with_extension(scope_bytes(b""))),
    "scope and more": (
        "scope is readable",
        lambda d: d.with_extension(scope_bytes(SCOPE.encode() + b"\x00")),
    ),
    "no custody": (
        r"extensions are those of the profile: .*1\.5 is missing",
        lambda d: d.without(CUSTODY_EXTENSION),
    ),
    "critical custody": ("wrong criticality", lambda d: d.flipped(CUSTODY_EXTENSION)),
    "empty custody": (
        "custody is readable",
        lambda d: d.with_extension(custody_bytes(b"\x0c\x00")),
    ),
    "custody in another type": (
        "custody is readable",
        lambda d: d.with_extension(custody_bytes(b"\x13\x03HSM")),
    ),
    "custody and more": (
        "custody is readable",
        lambda d: d.with_extension(custody_bytes(b"\x0c\x03HSM\x00")),
    ),
    "custody in two lines": (
        "custody is readable",
        lambda d: d.with_extension(custody_bytes(b"\x0c\x03H\nM")),
    ),
    "custody that is no text": (
        "custody is readable",
        lambda d: d.with_extension(custody_bytes(b"\x0c\x01\xff")),
    ),
    "unknown extension": (
        "is not part of it",
        lambda d: d.with_extension(
            x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        ),
    ),
    "key usage not critical": (
        "wrong criticality",
        lambda d: d.flipped(x509.KeyUsage.oid),
    ),
    "basic constraints not critical": (
        "wrong criticality",
        lambda d: d.flipped(x509.BasicConstraints.oid),
    ),
    "alternative name critical": ("wrong criticality", lambda d: d.flipped(SAN.oid)),
    "no extended key usage": (
        "2.5.29.37 is missing",
        lambda d: d.without(EKU.oid),
    ),
    "no key usage": ("2.5.29.15 is missing", lambda d: d.without(x509.KeyUsage.oid)),
    "no policy": (
        "2.5.29.32 is missing",
        lambda d: d.without(x509.CertificatePolicies.oid),
    ),
    "no CRL": (
        "2.5.29.31 is missing",
        lambda d: d.without(x509.CRLDistributionPoints.oid),
    ),
    "server only": (
        "extended key usage|required EKU",
        lambda d: d.with_extension(EKU([EKU_OIDS[1]])),
    ),
    "code signing too": (
        "extended key usage",
        lambda d: d.with_extension(EKU([*EKU_OIDS, ExtendedKeyUsageOID.CODE_SIGNING])),
    ),
    "a CA": (
        "basic constraints|basicConstraints",
        lambda d: d.with_extension(x509.BasicConstraints(True, 0), critical=True),  # noqa: FBT003
    ),
    "may agree keys": (
        "key usage is of the profile",
        lambda d: d.with_extension(usage(key_agreement=True), critical=True),
    ),
    "may sign certificates": (
        "key usage is of the profile|keyCertSign",
        lambda d: d.with_extension(usage(key_cert_sign=True), critical=True),
    ),
    "another key's identifier": (
        "key identifiers chain",
        lambda d: d.with_extension(x509.SubjectKeyIdentifier(bytes(20))),
    ),
    "another issuer's identifier": (
        "key identifiers chain",
        lambda d: d.with_extension(x509.AuthorityKeyIdentifier(bytes(20), None, None)),
    ),
    "two identities": (
        "exactly one URI",
        lambda d: d.with_extension(sans(AGENT_URI, AGENT_URI + "x")),
    ),
    "identity and host name": (
        "exactly one URI",
        lambda d: d.with_extension(
            SAN([x509.UniformResourceIdentifier(AGENT_URI), x509.DNSName("a.example")])
        ),
    ),
    "host name only": (
        "exactly one URI",
        lambda d: d.with_extension(SAN([x509.DNSName("a.example")])),
    ),
    "no identity": (
        "subject alternative name: missing",
        lambda d: d.without(SAN.oid),
    ),
    "a web address": (
        "trust domain 'https:'",
        lambda d: d.with_extension(sans("https://cryptoex.example/agent/x")),
    ),
    "another trust domain": (
        "outside spiffe://cryptoex.example",
        lambda d: d.with_extension(sans("spiffe://evil.example/agent/algo_trader_v2")),
    ),
    "any policy": (
        "policy is of the profile",
        lambda d: d.with_extension(
            x509.CertificatePolicies([x509.PolicyInformation(ANY_POLICY, None)])
        ),
    ),
    "CRL over https": (
        "crl is at one http url",
        lambda d: d.with_extension(crl_at("https://pki.cryptoex.example/x.crl")),
    ),
    "two CRLs": (
        "crl is at one http url",
        lambda d: d.with_extension(crl_at("http://a.example/x", "http://b.example/x")),
    ),
    "CRL of no host": (
        "crl is at one http url",
        lambda d: d.with_extension(crl_at("http:x.crl")),
    ),
    "CRL behind a long address": (
        "crl is at one http url",
        lambda d: d.with_extension(crl_at("http://a.example/" + "x" * 512)),
    ),
}
