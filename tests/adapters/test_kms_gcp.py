from collections.abc import Iterator

import pytest
from google.auth.credentials import AnonymousCredentials, Credentials

from kya.adapters.kms_crc32c import crc32c
from kya.adapters.kms_gcp import GcpKmsKey, GcpKmsSigner
from kya.adapters.kms_service import Patience
from kya.authority.workload import region_of_key
from kya.core.errors import DistrustError, InputError, KyaError, TransientError
from tests.adapters.doubles.gcp import GcpKmsDouble
from tests.adapters.doubles.service import Mood
from tests.contracts.signer import UNHURRIED, DisableableContract


def a_credential() -> Credentials:
    return AnonymousCredentials()  # type: ignore[no-untyped-call]


def opened(
    double: GcpKmsDouble, name: str | None = None, patience: Patience = UNHURRIED
) -> GcpKmsSigner:
    key = GcpKmsKey(name=double.resource(name or double.new_key()), endpoint=double.url)
    return GcpKmsSigner.open(key, a_credential(), patience)


class TestGcpKmsSigner(DisableableContract):
    def a_double(self) -> GcpKmsDouble:
        return GcpKmsDouble()

    def opened(self, name: str, patience: Patience) -> GcpKmsSigner:
        assert isinstance(self.double, GcpKmsDouble)
        return opened(self.double, name, patience)


@pytest.fixture
def double() -> Iterator[GcpKmsDouble]:
    with GcpKmsDouble() as service:
        yield service


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"state": "PENDING_GENERATION"}, "want state ENABLED"),
        ({"algorithm": "EC_SIGN_P384_SHA384"}, "want EC_SIGN_P256_SHA256"),
        ({"algorithm": "EC_SIGN_SECP256K1_SHA256"}, "want EC_SIGN_P256_SHA256"),
        ({"importJob": "projects/desk/locations/x/keyRings/y/importJobs/z"}, "import"),
        ({"protectionLevel": "EXTERNAL"}, "want protection"),
        ({"protectionLevel": "EXTERNAL_VPC"}, "want protection"),
    ],
)
def test_a_key_with_another_flag_is_refused(
    double: GcpKmsDouble, flags: dict[str, object], words: str
) -> None:
    double.flags = flags
    with pytest.raises(InputError, match=words):
        opened(double)


def test_the_region_of_a_key_stands_in_its_resource_name(double: GcpKmsDouble) -> None:
    assert region_of_key(opened(double).resource) == "europe-west3"


def test_the_protection_level_is_recorded(double: GcpKmsDouble) -> None:
    assert opened(double).describe().backend == "gcp-kms/hsm"
    double.flags = {"protectionLevel": "SOFTWARE"}
    assert opened(double).describe().backend == "gcp-kms/software"


@pytest.mark.parametrize(
    ("answers", "fault", "words"),
    [
        ({"name": "projects/other"}, DistrustError, "answered for"),
        ({"verifiedDigestCrc32c": False}, TransientError, "digest did not arrive"),
        ({"signatureCrc32c": "1"}, TransientError, "signature did not arrive"),
        ({"signature": ""}, TransientError, "signature did not arrive"),
    ],
)
def test_a_signature_damaged_on_its_way_is_found(
    double: GcpKmsDouble,
    answers: dict[str, object],
    fault: type[KyaError],
    words: str,
) -> None:
    signer = opened(double)
    double.answers = answers
    with pytest.raises(fault, match=words):
        signer.sign(b"order")


@pytest.mark.parametrize(
    ("answers", "fault", "words"),
    [
        ({"name": "projects/other"}, DistrustError, "answered for"),
        ({"pemCrc32c": "1"}, TransientError, "did not arrive whole"),
        ({"pem": "none", "pemCrc32c": str(crc32c(b"none"))}, InputError, "PEM"),
    ],
)
def test_a_public_key_damaged_on_its_way_is_found(
    double: GcpKmsDouble,
    answers: dict[str, object],
    fault: type[KyaError],
    words: str,
) -> None:
    double.answers = answers
    with pytest.raises(fault, match=words):
        opened(double)


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        (Mood.DISABLED, "not enabled: DISABLED"),
        (Mood.PENDING_DELETION, "DESTROY_SCHEDULED"),
        (Mood.DENIED, "access denied"),
        (Mood.MISSING, "no such key version"),
        (Mood.THROTTLED, "throttled"),
        (Mood.FAILING, "the service failed"),
    ],
)
def test_each_fault_is_told_in_words(
    double: GcpKmsDouble, mood: Mood, words: str
) -> None:
    signer = opened(double)
    double.mood = mood
    with pytest.raises(TransientError, match=words):
        signer.sign(b"order")


def test_missing_credentials_are_told(
    double: GcpKmsDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file")
    key = GcpKmsKey(name=double.resource(double.new_key()), endpoint=double.url)
    with pytest.raises(InputError, match="/no/such/file"):
        GcpKmsSigner.open(key)


def test_the_sum_is_the_one_of_the_standard() -> None:
    # RFC 3720 §B.4
    assert crc32c(b"") == 0
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(bytes(reversed(range(32)))) == 0x113FDB5C
