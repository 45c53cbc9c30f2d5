import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from kya.adapters.kms_memory import MemorySigner
from kya.adapters.kms_service import (
    der_signature,
    in_use,
    p256_key,
    p256_key_of_pem,
    require,
)
from kya.core.errors import DistrustError, InputError, MalformedError, TransientError
from kya.pki.keys import KeyAlgorithm
from kya.pki.pem import to_pem

P256 = MemorySigner.generate(KeyAlgorithm.P256).public_key()
NUMBERS = st.integers(0, (1 << 256) - 1)


@given(NUMBERS, NUMBERS)
def test_two_numbers_side_by_side_become_the_same_numbers_in_der(
    r: int, s: int
) -> None:
    der = der_signature(r.to_bytes(32) + s.to_bytes(32), "key")
    assert decode_dss_signature(der) == (r, s)


@pytest.mark.parametrize("length", [0, 1, 63, 65, 96, 128])
def test_a_signature_of_another_length_is_not_believed(length: int) -> None:
    with pytest.raises(DistrustError, match=f"key: .* got {length}"):
        der_signature(bytes(length), "key")


def test_a_p256_key_is_taken_from_der_and_from_pem() -> None:
    assert p256_key(P256, "key").spki == P256
    assert p256_key_of_pem(to_pem("PUBLIC KEY", P256).decode(), "key").spki == P256


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P384, KeyAlgorithm.ED25519])
def test_a_key_of_another_kind_is_refused(algorithm: KeyAlgorithm) -> None:
    spki = MemorySigner.generate(algorithm).public_key()
    with pytest.raises(InputError, match="key: want a P-256 key, got"):
        p256_key(spki, "key")


@pytest.mark.parametrize(
    "spki",
    [b"", b"\x30", P256 + b"\x00", P256[:-1]],
    ids=["empty", "header", "longer", "shorter"],
)
def test_bytes_that_are_no_key_are_refused(spki: bytes) -> None:
    with pytest.raises(InputError, match="key: public key"):
        p256_key(spki, "key")


@pytest.mark.parametrize("pem", ["", "none", "-----BEGIN PUBLIC KEY-----\n"])
def test_text_that_is_no_pem_is_refused(pem: str) -> None:
    with pytest.raises(MalformedError, match="PEM"):
        p256_key_of_pem(pem, "key")


def test_in_use_no_fault_is_the_callers() -> None:
    with pytest.raises(TransientError, match="the key is disabled"), in_use():
        raise InputError("the key is disabled")


def test_in_use_distrust_stays_distrust() -> None:
    with pytest.raises(DistrustError), in_use():
        raise DistrustError("another key")


def test_what_is_required_is_told_when_it_does_not_hold() -> None:
    require(1, "never told")
    with pytest.raises(InputError, match="want one"):
        require(0, "want one")
