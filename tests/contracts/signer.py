"""What every signer must do, whatever is behind it.

A back end's test subclasses `SignerContract` and says how to make one signer per
algorithm that it knows.
"""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from kya.codec.note import SignedNote, VerifierKey, verify
from kya.core.errors import DistrustError, InputError
from kya.pki.builder_key import BuilderKey
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.request import make_request, proven_public_key
from kya.pki.signer import Custody, Exportable, Signer, pinned

MESSAGES = (b"", b"x", b'{"_type":"kya/order/v1"}\n', bytes(range(256)) * 64)


class SignerContract:
    """Subclass, list the algorithms, and make a fresh signer of each."""

    algorithms: tuple[KeyAlgorithm, ...] = tuple(KeyAlgorithm)
    exportable: Exportable = Exportable.YES

    def a_signer(self, algorithm: KeyAlgorithm) -> Signer:
        raise NotImplementedError

    @pytest.fixture
    def signers(self) -> dict[KeyAlgorithm, Signer]:
        return {algorithm: self.a_signer(algorithm) for algorithm in self.algorithms}

    def test_the_public_key_is_of_the_algorithm_asked_for(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        for algorithm, signer in signers.items():
            assert PublicKey(signer.public_key()).algorithm is algorithm

    def test_the_public_key_stays_the_same(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        for signer in signers.values():
            assert signer.public_key() == signer.public_key()

    def test_each_signature_verifies_over_exactly_its_message(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        for signer in signers.values():
            key = PublicKey(signer.public_key())
            for message in MESSAGES:
                signature = signer.sign(message)
                key.require(message, signature)
                with pytest.raises(DistrustError):
                    key.require(message + b" ", signature)

    def test_two_signers_have_two_keys(self) -> None:
        for algorithm in self.algorithms:
            first, second = self.a_signer(algorithm), self.a_signer(algorithm)
            assert first.public_key() != second.public_key()

    def test_custody_is_described(self, signers: dict[KeyAlgorithm, Signer]) -> None:
        for signer in signers.values():
            custody = signer.describe()
            assert isinstance(custody, Custody)
            assert custody.backend
            assert custody.exportable is self.exportable

    def test_nothing_printable_holds_the_private_key(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        for signer in signers.values():
            assert "object at" in repr(signer)

    def test_a_pinned_signer_signs_and_describes_as_before(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        for signer in signers.values():
            checked = pinned(signer)
            PublicKey(signer.public_key()).require(b"text", checked.sign(b"text"))
            assert checked.public_key() == signer.public_key()
            assert checked.describe() == signer.describe()

    def test_it_signs_notes_unless_its_curve_is_unknown_to_them(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        for algorithm, signer in signers.items():
            if algorithm is KeyAlgorithm.P384:
                with pytest.raises(InputError):
                    NoteSigner("name", signer)
                continue
            note = sign_note(b"{}\n", NoteSigner("name", signer))
            key = VerifierKey.from_spki("name", signer.public_key())
            assert verify(SignedNote.parse(note.render()), [key]) == (key,)

    def test_it_signs_through_the_builders_of_the_library(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        for algorithm, signer in signers.items():
            if algorithm is KeyAlgorithm.ED25519:
                with pytest.raises(InputError, match="Ed25519"):
                    BuilderKey.of(pinned(signer))
                continue
            key = BuilderKey.of(pinned(signer))
            builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
            assert builder.sign(key, key.hash_algorithm).is_signature_valid

    def test_it_proves_possession_of_a_p256_key(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        signer = signers[KeyAlgorithm.P256]
        assert proven_public_key(make_request(signer)) == signer.public_key()

    def test_the_hash_of_another_curve_is_refused(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        key = BuilderKey.of(pinned(signers[KeyAlgorithm.P256]))
        builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
        with pytest.raises(InputError, match="own hash"):
            builder.sign(key, hashes.SHA384())
