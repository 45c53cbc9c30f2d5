import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kya.adapters.kms_memory import MemorySigner
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.pki.keys import KeyAlgorithm
from kya.pki.request import REQUEST_BYTES_MAX, make_request, proven_public_key
from tests.pki.world import AGENT_KEY

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def a_request(key: Key, algorithm: hashes.SHA256 | hashes.SHA384 | None) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody else")])
    builder = x509.CertificateSigningRequestBuilder(name)
    return builder.sign(key, algorithm).public_bytes(Encoding.DER)


def test_a_request_proves_possession() -> None:
    assert proven_public_key(make_request(AGENT_KEY)) == AGENT_KEY.public_key()


def test_our_request_names_nobody() -> None:
    request = x509.load_der_x509_csr(make_request(AGENT_KEY))
    assert request.subject == x509.Name([])
    assert list(request.extensions) == []


def test_names_in_a_request_are_ignored() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    assert proven_public_key(a_request(key, hashes.SHA256()))[-64:] == (
        key.public_key().public_numbers().x.to_bytes(32)
        + key.public_key().public_numbers().y.to_bytes(32)
    )


def test_every_flipped_byte_is_refused() -> None:
    request = make_request(AGENT_KEY)
    for position in range(len(request)):
        flipped = bytearray(request)
        flipped[position] ^= 0x01
        with pytest.raises((InputError, DistrustError)):
            proven_public_key(bytes(flipped))


def test_a_request_signed_by_another_key_proves_nothing() -> None:
    request = make_request(AGENT_KEY)
    other = MemorySigner.generate(KeyAlgorithm.P256).public_key()
    with pytest.raises(DistrustError, match="no proof of possession"):
        proven_public_key(request.replace(AGENT_KEY.public_key(), other))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP384R1()), hashes.SHA384()),
        (ec.generate_private_key(ec.SECP256K1()), hashes.SHA256()),
        (ed25519.Ed25519PrivateKey.generate(), None),
        (
            rsa.generate_private_key(public_exponent=65537, key_size=2048),
            hashes.SHA256(),
        ),
    ],
    ids=["P-384", "secp256k1", "Ed25519", "RSA"],
)
def test_foreign_keys_are_refused(
    key: Key, algorithm: hashes.SHA256 | hashes.SHA384 | None
) -> None:
    with pytest.raises(InputError, match="want"):
        proven_public_key(a_request(key, algorithm))


def test_another_hash_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(InputError, match="SHA-256"):
        proven_public_key(a_request(key, hashes.SHA384()))


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"x" * (REQUEST_BYTES_MAX + 1)])
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(MalformedError, match="request"):
        proven_public_key(junk)


def test_bytes_after_the_request_are_refused() -> None:
    with pytest.raises(MalformedError):
        proven_public_key(make_request(AGENT_KEY) + b"\x00")
