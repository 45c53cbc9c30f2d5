import pytest

from kya.adapters.kms_memory import MemorySigner
from kya.core.errors import InputError
from kya.pki.keys import KeyAlgorithm
from tests.contracts.signer import SignerContract

SEED = bytes(range(1, 33))


class TestMemorySigner(SignerContract):
    def a_signer(self, algorithm: KeyAlgorithm) -> MemorySigner:
        return MemorySigner.generate(algorithm)


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_one_seed_gives_one_key_and_one_signature(algorithm: KeyAlgorithm) -> None:
    first = MemorySigner.from_seed(algorithm, SEED)
    second = MemorySigner.from_seed(algorithm, SEED)
    assert first.public_key() == second.public_key()
    assert first.sign(b"order") == second.sign(b"order")


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_the_largest_seed_is_a_key(algorithm: KeyAlgorithm) -> None:
    assert MemorySigner.from_seed(algorithm, b"\xff" * 32).sign(b"order")


@pytest.mark.parametrize("seed", [b"", bytes(32), bytes(31), bytes(33), b"x" * 31])
def test_other_seeds_are_refused(seed: bytes) -> None:
    with pytest.raises(InputError, match="32 octets"):
        MemorySigner.from_seed(KeyAlgorithm.P256, seed)
