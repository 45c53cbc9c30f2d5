"""What a key service says of the agent's key, to the authority and to nobody else."""

from collections.abc import Iterator

import pytest

from kya.adapters.attest_kms import KmsAttestation, regions_in
from kya.adapters.attest_token import TokenAttestation
from kya.adapters.kms_aws import AwsKmsKey, AwsKmsSigner
from kya.authority.attestation import Asked, NotAttestedError
from kya.core.errors import InputError
from kya.pki.signer import Signer
from tests.adapters.doubles.aws import REGION, AwsKmsDouble
from tests.world import signer_for


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def aws() -> Iterator[AwsKmsDouble]:
    with AwsKmsDouble() as service:
        yield service


def asked(signer: Signer, agent: str = "bot") -> Asked:
    return Asked(agent=agent, key=signer.public_key(), nonce="n", evidence="")


def test_shows_where_the_key_lives_by_the_services_word(aws: AwsKmsDouble) -> None:
    key = AwsKmsKey(key_id=aws.new_key(), region=REGION, endpoint=aws.url)
    signer = AwsKmsSigner.open(key)
    shown = KmsAttestation({"bot": signer}.get).shown(asked(signer))
    assert shown == (
        "backend=aws-kms",
        "exportable=no",
        "origin=service",
        f"region={REGION}",
    )


def test_another_key_than_the_configured_one_shows_nothing(aws: AwsKmsDouble) -> None:
    key = AwsKmsKey(key_id=aws.new_key(), region=REGION, endpoint=aws.url)
    attestation = KmsAttestation({"bot": AwsKmsSigner.open(key)}.get)
    with pytest.raises(NotAttestedError, match="another key"):
        attestation.shown(asked(signer_for("bot")))


def test_a_key_that_can_be_exported_shows_nothing() -> None:
    signer = signer_for("bot")
    with pytest.raises(NotAttestedError, match="can be exported"):
        KmsAttestation({"bot": signer}.get).shown(asked(signer))


def test_an_agent_without_a_configured_key_shows_nothing() -> None:
    with pytest.raises(NotAttestedError, match="no key of bot is configured"):
        KmsAttestation(dict[str, Signer]().get).shown(asked(signer_for("bot")))


def test_a_key_that_is_not_fit_is_refused_in_its_back_ends_words() -> None:
    def unfit(agent: str) -> Signer:
        raise InputError(f"{agent}: want Origin AWS_KMS, got EXTERNAL")

    with pytest.raises(NotAttestedError, match="want Origin AWS_KMS, got EXTERNAL"):
        KmsAttestation(unfit).shown(asked(signer_for("bot")))


@pytest.mark.parametrize(
    ("resource", "regions"),
    [
        ("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab", ["eu-west-1"]),
        ("arn:aws:kms:eu-west-1:111122223333:alias/bot", []),
        ("projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k", ["europe-west1"]),
        ("https://vault.example/keys/bot/1", []),
        ("x arn:aws:kms:eu-west-1:111122223333:key/1", []),
    ],
)
def test_a_region_is_read_from_a_name_that_says_one(
    resource: str, regions: list[str]
) -> None:
    assert regions_in(resource) == regions


def test_a_token_shows_nothing_besides() -> None:
    assert TokenAttestation().shown(asked(signer_for("bot"))) == ()
