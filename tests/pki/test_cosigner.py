import pytest

from kya.adapters.kms_memory import MemorySigner
from kya.codec.cosignature import cosignature_value
from kya.codec.note import Algorithm, SignedNote, verify
from kya.core.errors import DistrustError, InputError
from kya.pki.cosigner import Cosigner
from kya.pki.keys import KeyAlgorithm
from tests.pki.world import AGENT_KEY, LOG_KEY
from tests.tlog.builders import a_checkpoint

TEXT = a_checkpoint().text()


class AnotherKey(MemorySigner):
    """Names one key and signs with another."""

    def sign(self, message: bytes) -> bytes:
        return MemorySigner.from_seed(KeyAlgorithm.ED25519, bytes([9] * 32)).sign(
            message
        )


def test_signs_the_checkpoint_with_the_time() -> None:
    witness = Cosigner("w.example", LOG_KEY)
    line = witness.cosignature(TEXT, 1_779_442_200)
    assert verify(SignedNote(TEXT, (line,)), [witness.key]) == (witness.key,)
    assert witness.key.algorithm is Algorithm.ED25519_COSIGNATURE
    later = cosignature_value(1_779_442_201, line.value[8:])
    assert not witness.key.verifies(TEXT, later)


def test_a_key_of_another_kind_is_no_witness() -> None:
    with pytest.raises(InputError, match="not usable"):
        Cosigner("w.example", AGENT_KEY)


def test_a_signature_that_does_not_verify_is_not_given_out() -> None:
    signer = AnotherKey.from_seed(KeyAlgorithm.ED25519, bytes([8] * 32))
    with pytest.raises(DistrustError, match="does not verify"):
        Cosigner("w.example", signer).cosignature(TEXT, 1)
