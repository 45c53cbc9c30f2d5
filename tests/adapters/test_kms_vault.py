from collections.abc import Iterator

import pytest

from kya.adapters.kms_service import Patience
from kya.adapters.kms_vault import TransitKey, VaultTransitSigner
from kya.core.errors import DistrustError, InputError, TransientError
from kya.pki.signer import Disableable
from tests.adapters.doubles.service import Mood
from tests.adapters.doubles.vault import TOKEN, VaultTransitDouble
from tests.contracts.signer import UNHURRIED, ServiceContract


class TestVaultTransitSigner(ServiceContract):
    def a_double(self) -> VaultTransitDouble:
        return VaultTransitDouble()

    def opened(self, name: str, patience: Patience) -> VaultTransitSigner:
        key = TransitKey(url=self.double.url, name=name)
        return VaultTransitSigner.open(key, TOKEN, patience)


@pytest.fixture
def double() -> Iterator[VaultTransitDouble]:
    with VaultTransitDouble() as service:
        yield service


def opened(
    double: VaultTransitDouble, version: int | None = None
) -> VaultTransitSigner:
    key = TransitKey(url=double.url, name=double.new_key(), version=version)
    return VaultTransitSigner.open(key, TOKEN, UNHURRIED)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"exportable": True}, "may be exported"),
        ({"allow_plaintext_backup": True}, "backed up in plaintext"),
        ({"imported_key": True}, "was imported"),
        ({"type": "ecdsa-p384"}, "want ecdsa-p256"),
        ({"type": "ed25519"}, "want ecdsa-p256"),
        ({"supports_signing": False}, "does not sign"),
        ({"keys": {}}, "no version 1"),
        ({"keys": {"1": {"public_key": "none"}}}, "want a public key in PEM"),
    ],
)
def test_a_key_with_another_flag_is_refused(
    double: VaultTransitDouble, flags: dict[str, object], words: str
) -> None:
    double.flags = flags
    with pytest.raises(InputError, match=words):
        opened(double)


@pytest.mark.parametrize("flag", ["exportable", "allow_plaintext_backup", "keys"])
def test_a_flag_that_is_not_told_is_not_assumed(
    double: VaultTransitDouble, flag: str
) -> None:
    double.flags = {flag: None}
    with pytest.raises(TransientError, match=flag):
        opened(double)


def test_the_newest_version_is_pinned_at_opening(double: VaultTransitDouble) -> None:
    double.latest = 3
    signer = opened(double)
    double.latest = 4
    assert signer.resource == "transit/key-1/3"
    signer.sign(b"order")
    assert double.requests[-1].members()["key_version"] == 3
    assert opened(double, version=2).resource == "transit/key-2/2"


@pytest.mark.parametrize("prefix", ["vault:v2:", "v1:", "vault:v11:"])
def test_a_signature_by_another_version_is_not_believed(
    double: VaultTransitDouble, prefix: str
) -> None:
    signer = opened(double)
    double.prefix = prefix
    with pytest.raises(DistrustError, match="another version"):
        signer.sign(b"order")


def test_a_signature_that_is_no_base64_is_not_believed(
    double: VaultTransitDouble,
) -> None:
    signer = opened(double)
    double.prefix = "vault:v1:!"
    with pytest.raises(DistrustError, match="base64"):
        signer.sign(b"order")


def test_a_wrong_token_is_told(double: VaultTransitDouble) -> None:
    key = TransitKey(url=double.url, name=double.new_key())
    with pytest.raises(InputError, match="token has expired"):
        VaultTransitSigner.open(key, "hvs.other", UNHURRIED)


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        (Mood.DENIED, "access denied"),
        (Mood.MISSING, "no such key"),
        (Mood.THROTTLED, "throttled"),
        (Mood.FAILING, "the service failed"),
    ],
)
def test_each_fault_is_told_in_words(
    double: VaultTransitDouble, mood: Mood, words: str
) -> None:
    signer = opened(double)
    double.mood = mood
    with pytest.raises(TransientError, match=words):
        signer.sign(b"order")


def test_it_does_not_say_that_it_could_disable_a_key(
    double: VaultTransitDouble,
) -> None:
    assert not isinstance(opened(double), Disableable)
