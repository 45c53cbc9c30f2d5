from dataclasses import replace
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kya.adapters.kms_memory import MemorySigner
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.pki.builder_key import BuilderKey
from kya.pki.ca_request import (
    CaKind,
    CaRequest,
    ca_name,
    kind_of,
    make_ca_request,
    read_ca_request,
    require_as_asked,
    root_name,
)
from kya.pki.identity import TrustDomain
from kya.pki.keys import KeyAlgorithm
from kya.pki.request import make_request
from kya.pki.signer import pinned
from tests.pki.world import CA_KEY, world

UMLAUTS: Final = "Börsen- und Großhändler Ängström GmbH"
ISSUING: Final = CaRequest(
    kind=CaKind.ISSUING,
    operator=UMLAUTS,
    trust_domain=TrustDomain("cryptoex.example"),
    crl_url="http://crl.cryptoex.example/issuing.crl",
    public_key=CA_KEY.public_key(),
)


@pytest.mark.parametrize("kind", CaKind)
def test_what_is_asked_is_read(kind: CaKind) -> None:
    asked = replace(ISSUING, kind=kind)
    assert read_ca_request(make_ca_request(asked, CA_KEY)) == asked


def test_openssl_and_people_can_read_it() -> None:
    parsed = x509.load_der_x509_csr(make_ca_request(ISSUING, CA_KEY))
    assert parsed.is_signature_valid
    assert parsed.subject.rfc4514_string() == f"CN={UMLAUTS} Issuing CA,O={UMLAUTS}"


def test_a_long_operator_leaves_the_name_room() -> None:
    long = "Ü" * 32
    assert ca_name(CaKind.ISSUING, long) == "Issuing CA"
    assert root_name(long) == "Root CA"
    assert root_name("CryptoEX AG") == "CryptoEX AG Root CA"
    asked = replace(ISSUING, operator=long)
    assert read_ca_request(make_ca_request(asked, CA_KEY)) == asked


def test_a_request_is_signed_by_the_key_it_names() -> None:
    other = MemorySigner.generate(KeyAlgorithm.P256)
    with pytest.raises(DistrustError, match="another key"):
        make_ca_request(ISSUING, other)
    raw = make_ca_request(ISSUING, CA_KEY)
    forged = raw.replace(CA_KEY.public_key(), other.public_key())
    with pytest.raises(DistrustError, match="no proof of possession"):
        read_ca_request(forged)


def test_every_flipped_byte_is_refused() -> None:
    raw = make_ca_request(ISSUING, CA_KEY)
    for position in range(len(raw)):
        flipped = bytearray(raw)
        flipped[position] ^= 0x01
        with pytest.raises((InputError, DistrustError)):
            read_ca_request(bytes(flipped))


def a_request(*extensions: x509.ExtensionType, critical: bool = False) -> bytes:
    key = BuilderKey.of(pinned(CA_KEY))
    builder = x509.CertificateSigningRequestBuilder().subject_name(ISSUING.subject)
    for value in extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(key, key.hash_algorithm).public_bytes(Encoding.DER)


def test_a_request_may_ask_for_nothing_else() -> None:
    more = x509.BasicConstraints(ca=True, path_length=5)
    with pytest.raises(MalformedError, match="and nothing else"):
        read_ca_request(a_request(*ISSUING.extensions, more))


def test_nothing_that_is_asked_is_critical() -> None:
    with pytest.raises(MalformedError, match="and nothing else"):
        read_ca_request(a_request(*ISSUING.extensions, critical=True))


def test_another_policy_is_no_ca_of_ours() -> None:
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)
    names, points, _ = ISSUING.extensions
    with pytest.raises(InputError, match=r"policy 1\.2\.3"):
        read_ca_request(a_request(names, points, x509.CertificatePolicies([policy])))


@pytest.mark.parametrize("left_out", range(3))
def test_a_request_that_leaves_something_out_is_refused(left_out: int) -> None:
    asked = [v for n, v in enumerate(ISSUING.extensions) if n != left_out]
    with pytest.raises(MalformedError, match="cannot be read"):
        read_ca_request(a_request(*asked))


def test_a_leafs_request_is_none_of_a_ca() -> None:
    with pytest.raises(MalformedError, match="cannot be read"):
        read_ca_request(make_request(CA_KEY))


def test_a_certificate_must_say_what_was_asked() -> None:
    issuing = x509.load_der_x509_certificate(world().issuing)
    (operator,) = issuing.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    asked = replace(ISSUING, operator=str(operator.value))
    assert kind_of(world().issuing) is CaKind.ISSUING
    for other in (
        replace(asked, trust_domain=TrustDomain("evil.example")),
        replace(asked, crl_url="http://evil.example/issuing.crl"),
        replace(asked, operator="Evil AG"),
        replace(asked, kind=CaKind.CHANNEL),
    ):
        with pytest.raises(DistrustError, match="says something else than asked"):
            require_as_asked(world().issuing, other)
    other_key = MemorySigner.generate(KeyAlgorithm.P256).public_key()
    with pytest.raises(DistrustError, match="another key than ours"):
        require_as_asked(world().issuing, replace(asked, public_key=other_key))


def test_a_root_is_no_ca_that_is_asked_for() -> None:
    with pytest.raises(MalformedError, match="CA certificate"):
        kind_of(world().root)
