from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.server import ThreadedMotoServer

from kya.adapters.kms_aws import AwsKmsKey, AwsKmsSigner
from kya.adapters.kms_service import Patience
from kya.authority.workload import region_of_key
from kya.core.errors import DistrustError, InputError, TransientError
from kya.pki.keys import PublicKey
from kya.pki.signer import pinned
from tests.adapters.doubles.aws import REGION, AwsKmsDouble
from tests.adapters.doubles.service import Mood
from tests.contracts.signer import UNHURRIED, DisableableContract

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient
    from types_boto3_kms.literals import KeySpecType


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


class TestAwsKmsSigner(DisableableContract):
    def a_double(self) -> AwsKmsDouble:
        return AwsKmsDouble()

    def opened(self, name: str, patience: Patience) -> AwsKmsSigner:
        key = AwsKmsKey(key_id=name, region=REGION, endpoint=self.double.url)
        return AwsKmsSigner.open(key, patience)


@pytest.fixture
def double() -> Iterator[AwsKmsDouble]:
    with AwsKmsDouble() as service:
        yield service


def opened(double: AwsKmsDouble, name: str | None = None) -> AwsKmsSigner:
    key_id = name or double.new_key()
    key = AwsKmsKey(key_id=key_id, region=REGION, endpoint=double.url)
    return AwsKmsSigner.open(key, UNHURRIED)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("KeyUsage", "KEY_AGREEMENT"),
        ("KeySpec", "ECC_SECG_P256K1"),
        ("KeySpec", "ECC_NIST_P384"),
        ("Origin", "EXTERNAL"),
        ("Origin", "AWS_CLOUDHSM"),
        ("KeyState", "Creating"),
        ("KeyState", "Unavailable"),
        ("KeyState", None),
        ("Arn", ""),
    ],
)
def test_a_key_with_another_flag_is_refused(
    double: AwsKmsDouble, flag: str, value: str | None
) -> None:
    double.flags = {flag: value}
    with pytest.raises(InputError, match=flag if flag != "Arn" else "no ARN"):
        opened(double)


def test_the_region_of_a_key_stands_in_its_arn(double: AwsKmsDouble) -> None:
    assert region_of_key(opened(double).resource) == REGION


def test_an_alias_is_followed_once_and_then_forgotten(double: AwsKmsDouble) -> None:
    name = double.new_key()
    signer = opened(double, f"alias/{name}")
    assert signer.resource == double.arn(name)
    double.requests.clear()
    signer.sign(b"order")
    assert double.requests[0].text("KeyId") == double.arn(name)


def test_a_multi_region_key_says_that_copies_exist(double: AwsKmsDouble) -> None:
    assert opened(double).describe().backend == "aws-kms"
    double.flags = {"MultiRegion": True}
    assert opened(double).describe().backend == "aws-kms/multi-region"


def test_an_answer_for_another_key_is_not_believed(double: AwsKmsDouble) -> None:
    signer = opened(double)
    double.answers_for = double.new_key()
    with pytest.raises(DistrustError, match="answered for"):
        signer.sign(b"order")
    with pytest.raises(DistrustError, match="answered for"):
        opened(double)


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        (Mood.DISABLED, "the key is disabled"),
        (Mood.PENDING_DELETION, "pending deletion"),
        (Mood.DENIED, "access denied"),
        (Mood.MISSING, "no such key"),
        (Mood.THROTTLED, "throttled"),
        (Mood.FAILING, "the service failed"),
    ],
)
def test_each_fault_is_told_in_words(
    double: AwsKmsDouble, mood: Mood, words: str
) -> None:
    signer = opened(double)
    double.mood = mood
    with pytest.raises(TransientError, match=words):
        signer.sign(b"order")


def test_missing_credentials_are_told(
    double: AwsKmsDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(InputError, match="credentials"):
        opened(double)


def test_an_endpoint_that_is_no_url_is_refused() -> None:
    key = AwsKmsKey(key_id="key-1", region=REGION, endpoint="kms")
    with pytest.raises(InputError, match="kms"):
        AwsKmsSigner.open(key)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def made_by_moto(client: "KMSClient", spec: "KeySpecType") -> tuple[str, str]:
    """The id and the ARN of a new key."""
    made = client.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    return made["KeyId"], made.get("Arn", "")


def opened_at_moto(moto: str, key_id: str) -> AwsKmsSigner:
    key = AwsKmsKey(key_id=key_id, region=REGION, endpoint=moto)
    return AwsKmsSigner.open(key, UNHURRIED)


def test_moto_gives_the_flags_and_the_key_that_we_read(moto: str) -> None:
    client = boto3.client("kms", region_name=REGION, endpoint_url=moto)
    key_id, arn = made_by_moto(client, "ECC_NIST_P256")
    signer = opened_at_moto(moto, key_id)
    assert signer.resource == arn
    raw = client.sign(
        KeyId=key_id,
        Message=b"order",
        MessageType="RAW",
        SigningAlgorithm="ECDSA_SHA_256",
    )
    pinned(signer).key.require(b"order", raw["Signature"])


def test_moto_signs_the_digest_that_we_send(moto: str) -> None:
    client = boto3.client("kms", region_name=REGION, endpoint_url=moto)
    key_id, _ = made_by_moto(client, "ECC_NIST_P256")
    signer = opened_at_moto(moto, key_id)
    key = PublicKey(signer.public_key())
    signature = signer.sign(b"order")
    try:
        key.require(b"order", signature)
    except DistrustError:
        # It takes no notice of MessageType and hashes the digest once more.
        key.require(sha256(b"order").digest(), signature)


def test_moto_has_the_flags_that_we_refuse(moto: str) -> None:
    client = boto3.client("kms", region_name=REGION, endpoint_url=moto)
    rsa, _ = made_by_moto(client, "RSA_2048")
    with pytest.raises(InputError, match="ECC_NIST_P256"):
        opened_at_moto(moto, rsa)
    disabled, _ = made_by_moto(client, "ECC_NIST_P256")
    client.disable_key(KeyId=disabled)
    with pytest.raises(InputError, match="KeyState"):
        opened_at_moto(moto, disabled)
    with pytest.raises(InputError, match="no such key"):
        opened_at_moto(moto, "none")
