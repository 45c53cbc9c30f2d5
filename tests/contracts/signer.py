"""What every signer must do, whatever is behind it.

A back end's test subclasses `SignerContract` and says how to make one signer per
algorithm that it knows. A back end behind a network subclasses `ServiceContract`, and
says how to open a key of its double.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from time import perf_counter
from typing import Protocol

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from kya.adapters.kms_service import Patience
from kya.codec.note import SignedNote, VerifierKey, verify
from kya.core.errors import DistrustError, InputError, TransientError
from kya.pki.builder_key import BuilderKey
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.request import make_request, proven_public_key
from kya.pki.signer import Assurance, Custody, Disableable, Exportable, Signer, pinned
from tests.adapters.doubles.service import Mood, ServiceDouble

# Around a block of SHA-256 and around what AWS KMS takes as a message, up to 64 KiB.
SIZES = (0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 4_095, 4_096, 4_097, 65_535, 65_536)
MESSAGES = (b'{"_type":"kya/order/v1"}\n', *(b"\x30" * size for size in SIZES))
THREADS = 4


class SignerContract:
    """Subclass, list the algorithms, and make a fresh signer of each."""

    algorithms: tuple[KeyAlgorithm, ...] = tuple(KeyAlgorithm)
    exportable: Exportable = Exportable.YES
    assurance: Assurance = Assurance.SOFTWARE

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

    def test_threads_may_sign_at_the_same_time(
        self, signers: dict[KeyAlgorithm, Signer]
    ) -> None:
        for signer in signers.values():
            key = PublicKey(signer.public_key())
            messages = [b"order %d" % number for number in range(8 * THREADS)]
            with ThreadPoolExecutor(THREADS) as threads:
                signatures = list(threads.map(signer.sign, messages))
            for message, signature in zip(messages, signatures, strict=True):
                key.require(message, signature)

    def test_threads_may_sign_with_different_keys_at_the_same_time(self) -> None:
        first, second = (self.a_signer(KeyAlgorithm.P256) for _ in range(2))
        turns = list(product((first, second), range(2 * THREADS)))
        with ThreadPoolExecutor(THREADS) as threads:
            signatures = list(threads.map(lambda turn: turn[0].sign(b"order"), turns))
        for (signer, _), signature in zip(turns, signatures, strict=True):
            PublicKey(signer.public_key()).require(b"order", signature)

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
            assert custody.assurance is self.assurance

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


class ServiceSigner(Signer, Protocol):
    """A signer with connections to end."""

    def close(self) -> None: ...


UNHURRIED = Patience(connect_seconds=20, answer_seconds=20)  # On a busy machine.
QUICK = Patience(connect_seconds=1, answer_seconds=1)
QUICK_SECONDS_MAX = 10.0
REQUESTS_MAX = UNHURRIED.attempts
CONFIGURATION = (Mood.DISABLED, Mood.PENDING_DELETION, Mood.DENIED, Mood.MISSING)
PASSING = (Mood.THROTTLED, Mood.FAILING, Mood.NONSENSE)


class ServiceContract(SignerContract):
    """Subclass, start a double, and say how to open one of its keys."""

    algorithms: tuple[KeyAlgorithm, ...] = (KeyAlgorithm.P256,)
    exportable = Exportable.NO
    assurance = Assurance.ASSERTED

    def a_double(self) -> ServiceDouble:
        raise NotImplementedError

    def opened(self, name: str, patience: Patience) -> ServiceSigner:
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _service(self) -> Iterator[None]:
        self.open_signers: list[ServiceSigner] = []
        with self.a_double() as self.double:
            yield
        for signer in self.open_signers:
            signer.close()

    def open(self, name: str, patience: Patience = UNHURRIED) -> ServiceSigner:
        signer = self.opened(name, patience)
        self.open_signers.append(signer)
        return signer

    def a_signer(self, algorithm: KeyAlgorithm) -> ServiceSigner:
        assert algorithm in self.algorithms
        return self.open(self.double.new_key())

    def test_only_a_digest_leaves_the_process(self) -> None:
        signer = self.open(self.double.new_key())
        self.double.requests.clear()
        signer.sign(b"SELL 3 BTC" * 1_000)
        (request,) = self.double.requests
        assert b"SELL" not in request.body
        assert len(request.body) < 1_000

    @pytest.mark.parametrize("mood", CONFIGURATION)
    def test_a_key_not_fit_to_sign_is_not_opened(self, mood: Mood) -> None:
        name = self.double.new_key()
        self.double.mood = mood
        with pytest.raises(InputError, match=name):
            self.open(name)

    @pytest.mark.parametrize("mood", PASSING)
    def test_a_service_that_fails_opens_no_key_for_now(self, mood: Mood) -> None:
        name = self.double.new_key()
        self.double.mood = mood
        with pytest.raises(TransientError, match=name):
            self.open(name)

    @pytest.mark.parametrize("mood", CONFIGURATION + PASSING)
    def test_no_fault_in_use_is_the_callers(self, mood: Mood) -> None:
        name = self.double.new_key()
        signer = self.open(name)
        self.double.mood = mood
        with pytest.raises(TransientError, match=name):
            signer.sign(b"order")

    @pytest.mark.parametrize("mood", PASSING)
    def test_a_key_whose_service_is_well_again_signs(self, mood: Mood) -> None:
        signer = self.open(self.double.new_key())
        self.double.mood = mood
        with pytest.raises(TransientError):
            signer.sign(b"order")
        self.double.mood = Mood.WELL
        PublicKey(signer.public_key()).require(b"order", signer.sign(b"order"))

    def test_a_slow_service_is_not_waited_for(self) -> None:
        name = self.double.new_key()
        signer = self.open(name, QUICK)
        self.double.mood = Mood.SLOW
        for ask in (lambda: signer.sign(b"order"), lambda: self.open(name, QUICK)):
            begin = perf_counter()
            with pytest.raises(TransientError, match="no answer in time"):
                ask()
            assert perf_counter() - begin < QUICK_SECONDS_MAX

    def test_a_throttling_service_is_not_hammered(self) -> None:
        signer = self.open(self.double.new_key())
        self.double.mood = Mood.THROTTLED
        self.double.requests.clear()
        begin = perf_counter()
        with pytest.raises(TransientError, match="throttled"):
            signer.sign(b"order")
        assert len(self.double.requests) <= REQUESTS_MAX
        assert perf_counter() - begin < QUICK_SECONDS_MAX

    def test_a_service_out_of_reach_is_named_as_such(self) -> None:
        signer = self.open(self.double.new_key())
        self.double.stop()
        begin = perf_counter()
        with pytest.raises(TransientError, match="out of reach"):
            signer.sign(b"order")
        with pytest.raises(TransientError, match="out of reach"):
            self.open("key-1")
        assert perf_counter() - begin < 2 * QUICK_SECONDS_MAX

    def test_an_answer_by_another_key_is_found_before_it_is_used(self) -> None:
        signer = self.open(self.double.new_key())
        checked, notes = pinned(signer), NoteSigner("name", signer)
        self.double.mood = Mood.WRONG_KEY
        with pytest.raises(DistrustError):
            checked.sign(b"order")
        with pytest.raises(DistrustError):
            notes.signature(b"order\n")

    def test_a_key_that_is_not_there_is_named(self) -> None:
        with pytest.raises(InputError, match="key-99"):
            self.open("key-99")


class DisableableContract(ServiceContract):
    """For services that can put a key out of use."""

    def a_disableable(self, name: str) -> Disableable:
        signer = self.open(name)
        assert isinstance(signer, Disableable)
        return signer

    def test_a_disabled_key_signs_no_more(self) -> None:
        name = self.double.new_key()
        signer, elsewhere = self.a_disableable(name), self.open(name)
        signer.disable()
        with pytest.raises(TransientError):
            elsewhere.sign(b"order")
        with pytest.raises(InputError):
            self.open(name)

    def test_disabling_twice_is_disabling(self) -> None:
        signer = self.a_disableable(self.double.new_key())
        signer.disable()
        signer.disable()

    def test_a_refusal_to_disable_is_told(self) -> None:
        signer = self.a_disableable(self.double.new_key())
        self.double.mood = Mood.DENIED
        with pytest.raises(InputError, match="denied"):
            signer.disable()

    def test_a_service_that_cannot_disable_now_is_told(self) -> None:
        signer = self.a_disableable(self.double.new_key())
        self.double.mood = Mood.FAILING
        with pytest.raises(TransientError):
            signer.disable()

    def test_a_service_that_does_not_disable_is_not_believed(self) -> None:
        signer = self.a_disableable(self.double.new_key())
        self.double.deaf = True
        with pytest.raises(TransientError, match="asked to be disabled, but"):
            signer.disable()
