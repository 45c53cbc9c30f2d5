"""X509-SVIDs made here, by an authority of workloads that is not ours."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kya.adapters.attest_spiffe import SpiffeAttestation, Svid
from kya.authority.attestation import Asked, NotAttestedError
from kya.core.errors import InputError
from kya.core.instant import Instant

NOW = Instant.parse("2026-05-15T09:15:00.000000Z")
IDENTITY = "spiffe://example.org/trading/algo"
KEY = b"the key to be certified"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Workloads:
    """The authority of a trust domain."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "workloads")])
        usage = _usage(signs=False, certifies=True)
        self.certificate = (
            _builder(self.name, self.name, self.key)
            .add_extension(
                x509.BasicConstraints(ca=True, path_length=None), critical=True
            )
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def svid(
        self,
        *identities: str,
        key: Key | None = None,
        hours: int = 1,
        certifies: bool = False,
    ) -> Svid:
        """An SVID with its key, in PEM."""
        own = key or ec.generate_private_key(ec.SECP256R1())
        names = [x509.UniformResourceIdentifier(each) for each in identities]
        above = self.key.public_key()
        leaf = (
            _builder(x509.Name([]), self.name, own, hours)
            .add_extension(x509.SubjectAlternativeName(names), critical=True)
            .add_extension(_usage(signs=True, certifies=certifies), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        private = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Svid(leaf.public_bytes(Encoding.PEM) + private)

    def attestation(self, at: Instant = NOW) -> SpiffeAttestation:
        pem = self.certificate.public_bytes(Encoding.PEM)
        return SpiffeAttestation.of_pem(pem, lambda: at)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, hours: int = 24
) -> x509.CertificateBuilder:
    begun = NOW.to_datetime() - timedelta(minutes=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(hours=hours))
    )


def _usage(*, signs: bool, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


WORKLOADS = Workloads()


def asked(svid: Svid, nonce: str = "nonce", key: bytes = KEY) -> Asked:
    evidence = svid.evidence(nonce, key)
    return Asked(agent="bot", key=key, nonce=nonce, evidence=evidence)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65_537, 2_048),
    ],
    ids=["P-256", "P-384", "RSA"],
)
def test_shows_the_spiffe_id_of_whoever_signed(key: Key) -> None:
    svid = WORKLOADS.svid(IDENTITY, key=key)
    assert WORKLOADS.attestation().shown(asked(svid)) == (f"id={IDENTITY}",)


def refused(question: Asked, said: str, at: Instant = NOW) -> None:
    with pytest.raises(NotAttestedError, match=said):
        WORKLOADS.attestation(at).shown(question)


def test_an_answer_to_another_nonce_shows_nothing() -> None:
    question = asked(WORKLOADS.svid(IDENTITY), "another nonce")
    refused(replace(question, nonce="nonce"), "has not signed this nonce and key")


def test_an_answer_for_another_key_shows_nothing() -> None:
    question = asked(WORKLOADS.svid(IDENTITY), key=b"another key")
    refused(replace(question, key=KEY), "has not signed this nonce and key")


def test_an_svid_of_another_authority_shows_nothing() -> None:
    refused(asked(Workloads().svid(IDENTITY)), "chain is valid")


def test_an_svid_that_has_ended_shows_nothing() -> None:
    refused(asked(WORKLOADS.svid(IDENTITY)), "chain is valid", NOW.plus(seconds=7_200))


@pytest.mark.parametrize(
    "identities", [("https://example.org/algo",), (IDENTITY, IDENTITY + "/2")], ids=str
)
def test_an_svid_has_one_spiffe_id(identities: tuple[str, ...]) -> None:
    refused(asked(WORKLOADS.svid(*identities)), "want one SPIFFE ID")


def test_an_svid_that_may_certify_others_shows_nothing() -> None:
    question = asked(WORKLOADS.svid(IDENTITY, certifies=True))
    refused(question, "chain is valid|digital signatures alone")


@pytest.mark.parametrize(
    "evidence",
    ["", "{}", '{"chain":[],"signature":""}', '{"chain":["AA=="],"signature":"!"}'],
)
def test_evidence_that_cannot_be_read_shows_nothing(evidence: str) -> None:
    refused(Asked(agent="bot", key=KEY, nonce="n", evidence=evidence), "spiffe: ")


def test_a_chain_has_an_end() -> None:
    evidence = msgspec.json.decode(WORKLOADS.svid(IDENTITY).evidence("n", KEY))
    evidence["chain"] *= 6
    raw = msgspec.json.encode(evidence).decode()
    refused(Asked(agent="bot", key=KEY, nonce="n", evidence=raw), "want 1 to 5")


def test_a_bundle_that_is_none_is_a_mistake_in_the_configuration() -> None:
    with pytest.raises(InputError, match="want a bundle in PEM"):
        SpiffeAttestation.of_pem(b"nothing", lambda: NOW)


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN CERTIFICATE-----\n"])
def test_an_svid_without_key_or_certificate_is_named(pem: bytes) -> None:
    with pytest.raises(InputError, match="svid: want certificates"):
        Svid(pem).evidence("n", KEY)
