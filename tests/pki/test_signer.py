import copy

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from kya.adapters.kms_memory import MemorySigner
from kya.codec.note import VerifierKey, verify
from kya.core.errors import DistrustError, InputError
from kya.pki.builder_key import BuilderKey
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner, add_signature, sign_note
from kya.pki.signer import Custody, pinned

TEXT = b'{"_type":"kya/order/v1"}\n'


class Swapped:
    """A key store that names one key and signs with another."""

    def __init__(self, named: MemorySigner, used: MemorySigner) -> None:
        self.named = named
        self.used = used

    def public_key(self) -> bytes:
        return self.named.public_key()

    def sign(self, message: bytes) -> bytes:
        return self.used.sign(message)

    def describe(self) -> Custody:
        return self.named.describe()


def a_signer(algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> MemorySigner:
    return MemorySigner.generate(algorithm)


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_a_swapped_key_is_found_before_its_signature_is_used(
    algorithm: KeyAlgorithm,
) -> None:
    signer = pinned(Swapped(a_signer(algorithm), a_signer(algorithm)))
    with pytest.raises(DistrustError, match="does not verify"):
        signer.sign(b"text")


def test_another_key_than_the_pinned_one_is_refused() -> None:
    with pytest.raises(DistrustError, match="another key"):
        pinned(a_signer(), a_signer().public_key())


def test_a_swapped_key_signs_no_note() -> None:
    with pytest.raises(DistrustError, match="algo"):
        sign_note(TEXT, NoteSigner("algo", Swapped(a_signer(), a_signer())))


def test_several_people_sign_one_note_each_under_their_own_name() -> None:
    people = [NoteSigner(name, a_signer()) for name in ("anna", "bert")]
    note = sign_note(TEXT, *people)
    assert [line.name for line in note.signatures] == ["anna", "bert"]
    assert verify(note, [person.key for person in people]) == (
        people[0].key,
        people[1].key,
    )


def test_a_second_signature_can_come_later() -> None:
    first, second = (NoteSigner(name, a_signer()) for name in ("anna", "bert"))
    note = add_signature(sign_note(TEXT, first), second)
    assert note == sign_note(TEXT, first, second)


def test_a_note_and_a_checkpoint_key_sign_side_by_side() -> None:
    log = NoteSigner("log.example", a_signer(KeyAlgorithm.ED25519))
    gateway = NoteSigner("gateway", a_signer())
    assert isinstance(log.key, VerifierKey)
    assert len(verify(sign_note(TEXT, log, gateway), [log.key, gateway.key])) == 2


class TestBuilderKey:
    @pytest.fixture(params=[KeyAlgorithm.P256, KeyAlgorithm.P384])
    def key(self, request: pytest.FixtureRequest) -> BuilderKey:
        return BuilderKey.of(pinned(a_signer(request.param)))

    def test_it_knows_its_curve(self, key: BuilderKey) -> None:
        assert key.public_key().curve.name == key.curve.name
        assert key.key_size == key.public_key().key_size

    def test_it_never_gives_the_private_key_away(self, key: BuilderKey) -> None:
        with pytest.raises(InputError, match="nothing else"):
            key.private_numbers()
        with pytest.raises(InputError, match="nothing else"):
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def test_it_agrees_no_secrets(self, key: BuilderKey) -> None:
        with pytest.raises(InputError, match="nothing else"):
            key.exchange(ec.ECDH(), key.public_key())

    def test_its_copies_are_itself(self, key: BuilderKey) -> None:
        assert copy.copy(key) is key
        assert copy.deepcopy(key) is key
