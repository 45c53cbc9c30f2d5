import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kya.adapters.kms_memory import MemorySigner
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.pki.keys import KeyAlgorithm, PublicKey, ecdsa_of

FOREIGN: dict[
    str, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed448.Ed448PublicKey
] = {
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key(),
    "p521": ec.generate_private_key(ec.SECP521R1()).public_key(),
    "secp256k1": ec.generate_private_key(ec.SECP256K1()).public_key(),
    "ed448": ed448.Ed448PrivateKey.generate().public_key(),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_kinds_are_refused(kind: str) -> None:
    spki = FOREIGN[kind].public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(InputError, match="want P-256, P-384 or Ed25519"):
        PublicKey(spki)


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"key", bytes(91)])
def test_other_bytes_are_refused(junk: bytes) -> None:
    with pytest.raises(MalformedError, match="SubjectPublicKeyInfo"):
        PublicKey(junk)


def test_a_compressed_point_is_a_second_spelling_and_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    prefix = "3039301306072a8648ce3d020106082a8648ce3d030107032200"
    with pytest.raises(MalformedError, match="canonical"):
        PublicKey(bytes.fromhex(prefix) + point)


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_no_altered_signature_verifies(algorithm: KeyAlgorithm) -> None:
    signer = MemorySigner.generate(algorithm)
    key, signature = PublicKey(signer.public_key()), signer.sign(b"text")
    for at in range(len(signature)):
        altered = bytearray(signature)
        altered[at] ^= 1
        with pytest.raises(DistrustError, match="does not verify"):
            key.require(b"text", bytes(altered))


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
@pytest.mark.parametrize("junk", [b"", b"\x30\x00", bytes(64), bytes(200)])
def test_junk_is_no_signature(algorithm: KeyAlgorithm, junk: bytes) -> None:
    key = PublicKey(MemorySigner.generate(algorithm).public_key())
    with pytest.raises(DistrustError):
        key.require(b"text", junk)


def test_only_ed25519_has_32_raw_octets() -> None:
    signer = MemorySigner.generate(KeyAlgorithm.ED25519)
    assert PublicKey(signer.public_key()).raw == signer.public_key()[-32:]
    with pytest.raises(InputError, match="Ed25519"):
        _ = PublicKey(MemorySigner.generate(KeyAlgorithm.P256).public_key()).raw


def test_ed25519_is_not_ecdsa() -> None:
    with pytest.raises(InputError, match="ECDSA"):
        ecdsa_of(KeyAlgorithm.ED25519)


def test_equal_keys_are_equal_values() -> None:
    spki = MemorySigner.generate(KeyAlgorithm.P256).public_key()
    assert PublicKey(spki) == PublicKey(spki)
    assert hash(PublicKey(spki)) == hash(PublicKey(spki))
