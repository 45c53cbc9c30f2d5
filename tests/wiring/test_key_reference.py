from collections.abc import Iterator
from pathlib import Path

import pytest

from kya.core.errors import InputError
from kya.pki.request import make_request, proven_public_key
from kya.pki.signer import Assurance, Exportable
from kya.wiring.agent_host import AgentHost
from kya.wiring.key_reference import AwsReference, Pkcs11Reference, read_reference
from kya.wiring.keys import KeyCabinet
from tests.adapters.doubles.aws import REGION, AwsKmsDouble
from tests.adapters.doubles.softhsm import PIN, SoftHsm, start


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    return start(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsKmsDouble]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with AwsKmsDouble() as service:
        yield service


def in_a_token(hsm: SoftHsm, folder: Path) -> Pkcs11Reference:
    pin = folder / "pin"
    pin.write_text(PIN + "\n")
    return Pkcs11Reference(
        module=str(hsm.module),
        token=hsm.new_token(),
        label="agent",
        pin_file=str(pin),
        generate=True,
    )


def test_an_agent_enrols_with_a_key_that_the_token_made(
    hsm: SoftHsm, tmp_path: Path
) -> None:
    host = AgentHost(tmp_path / "bot")
    signer = host.new_key(in_a_token(hsm, tmp_path))
    host.store("bot", b"\x30\x00", "http://127.0.0.1:1", "gateway+0+x")
    assert proven_public_key(make_request(signer)) == host.signer().public_key()
    custody = signer.describe()
    assert custody.backend == "pkcs11"
    assert custody.assurance is Assurance.ASSERTED
    assert custody.exportable is Exportable.NO


def test_no_key_and_no_secret_is_left_on_the_host(hsm: SoftHsm, tmp_path: Path) -> None:
    AgentHost(tmp_path / "bot").new_key(in_a_token(hsm, tmp_path))
    kept = tmp_path / "bot" / "keys"
    assert sorted(path.name for path in kept.iterdir()) == [
        "agent-new.toml",
        "passphrase",
    ]
    assert PIN not in (kept / "agent-new.toml").read_text()


def test_any_key_of_an_installation_may_live_elsewhere(
    aws: AwsKmsDouble, tmp_path: Path
) -> None:
    cabinet = KeyCabinet(tmp_path / "keys")
    cabinet.prepare()
    reference = AwsReference(key_id=aws.new_key(), region=REGION, endpoint=aws.url)
    adopted = cabinet.adopt("gateway", reference)
    assert cabinet.has("gateway")
    assert cabinet.open("gateway").public_key() == adopted.public_key()
    with pytest.raises(InputError, match="there is one already"):
        cabinet.adopt("gateway", reference)
    cabinet.retire("gateway")
    assert not cabinet.has("gateway")
    assert cabinet.open("gateway-former-1").public_key() == adopted.public_key()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('backend = "shoebox"', "Invalid value 'shoebox'"),
        ('backend = "aws-kms"\nkey_id = "k"', "missing required field `region`"),
        (
            'backend = "aws-kms"\nkey_id = "k"\nregion = "r"\nsecret = "s"',
            "unknown field `secret`",
        ),
        ("backend", "key.toml: "),
        ('key_id = "k"', "missing required field `backend`"),
    ],
)
def test_a_reference_that_is_none_is_refused_by_name(text: str, wanted: str) -> None:
    with pytest.raises(InputError, match=wanted):
        read_reference(text.encode(), "key.toml")


def test_a_pin_that_cannot_be_read_opens_nothing(hsm: SoftHsm, tmp_path: Path) -> None:
    reference = in_a_token(hsm, tmp_path)
    (tmp_path / "pin").unlink()
    with pytest.raises(InputError, match="pin: cannot be read"):
        AgentHost(tmp_path / "bot").new_key(reference)
