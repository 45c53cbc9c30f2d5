import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from kya.adapters.kms_azure import AzureKey, AzureKeySigner
from kya.adapters.kms_service import Patience
from kya.core.errors import DistrustError, InputError, KyaError, TransientError
from tests.adapters.doubles.azure import VERSION, AzureVaultDouble
from tests.adapters.doubles.service import Mood
from tests.contracts.signer import UNHURRIED, DisableableContract


class StaticToken:
    """A credential that asks nobody."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401
        assert scopes == ("https://vault.azure.net/.default",)
        return AccessToken("test", 4_000_000_000)


@pytest.fixture(scope="session")
def server_pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        certificate.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


def a_double(server_pem: Path) -> AzureVaultDouble:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server_pem)
    return AzureVaultDouble(tls)


@pytest.fixture
def double(server_pem: Path) -> Iterator[AzureVaultDouble]:
    with a_double(server_pem) as service:
        service.authority = str(server_pem)
        yield service


def opened(
    double: AzureVaultDouble,
    name: str | None = None,
    patience: Patience = UNHURRIED,
    version: str | None = None,
) -> AzureKeySigner:
    key = AzureKey(
        vault=double.url,
        name=name or double.new_key(),
        version=version,
        authority=double.authority,
    )
    return AzureKeySigner.open(
        key, StaticToken(), patience, verify_challenge_resource=False
    )


class TestAzureKeySigner(DisableableContract):
    @pytest.fixture(autouse=True)
    def _certificate(self, server_pem: Path) -> None:
        self.server_pem = server_pem

    @pytest.fixture(autouse=True)
    def _service(self, _certificate: None) -> Iterator[None]:
        yield from super()._service.__wrapped__(self)  # type: ignore[attr-defined]

    def a_double(self) -> AzureVaultDouble:
        service = a_double(self.server_pem)
        service.authority = str(self.server_pem)
        return service

    def opened(self, name: str, patience: Patience) -> AzureKeySigner:
        assert isinstance(self.double, AzureVaultDouble)
        return opened(self.double, name, patience)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"enabled": False}, "the key is disabled"),
        ({"enabled": None}, "the key is disabled"),
        ({"exportable": True}, "may be exported"),
    ],
)
def test_a_key_with_another_attribute_is_refused(
    double: AzureVaultDouble, attributes: dict[str, object], words: str
) -> None:
    double.attributes = attributes
    with pytest.raises(InputError, match=words):
        opened(double)


@pytest.mark.parametrize(
    ("members", "fault", "words"),
    [
        ({"kty": "RSA"}, InputError, "want an EC key"),
        ({"crv": "P-256K"}, InputError, "want curve P-256"),
        ({"crv": "P-384"}, InputError, "want curve P-256"),
        ({"key_ops": ["verify"]}, InputError, "want key operation sign"),
        ({"x": "AQ"}, DistrustError, "no point of P-256"),
        ({"y": None}, DistrustError, "no point"),
    ],
)
def test_a_key_of_another_kind_is_refused(
    double: AzureVaultDouble,
    members: dict[str, object],
    fault: type[KyaError],
    words: str,
) -> None:
    double.members = members
    with pytest.raises(fault, match=words):
        opened(double)


def test_a_key_that_may_be_released_is_refused(double: AzureVaultDouble) -> None:
    double.release_policy = {"contentType": "application/json", "data": "e30"}
    with pytest.raises(InputError, match="may be released"):
        opened(double)


def test_the_version_is_pinned_at_opening(double: AzureVaultDouble) -> None:
    signer = opened(double)
    assert signer.resource == double.kid("key-1")
    double.requests.clear()
    signer.sign(b"order")
    assert double.requests[-1].path == f"/keys/key-1/{VERSION}/sign"
    assert opened(double, "key-1", version=VERSION).resource == signer.resource


def test_hardware_and_software_are_told_apart(double: AzureVaultDouble) -> None:
    assert opened(double).describe().backend == "azure-key-vault/hsm"
    double.members = {"kty": "EC"}
    assert opened(double).describe().backend == "azure-key-vault/software"


def test_a_signature_cut_short_is_found(double: AzureVaultDouble) -> None:
    signer = opened(double)
    double.cut = 1
    with pytest.raises(DistrustError, match="want a signature of 64 octets, got 63"):
        signer.sign(b"order")


def test_a_server_under_another_authority_gets_no_token(
    double: AzureVaultDouble,
) -> None:
    double.authority = None
    with pytest.raises(TransientError, match="out of reach"):
        opened(double)
    assert double.requests == []


def test_a_challenge_of_another_domain_gets_no_token(
    double: AzureVaultDouble,
) -> None:
    key = AzureKey(vault=double.url, name=double.new_key(), authority=double.authority)
    with pytest.raises((InputError, TransientError)):
        AzureKeySigner.open(key, StaticToken(), UNHURRIED)
    assert all("Authorization" not in request.headers for request in double.requests)


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        (Mood.DISABLED, "disabled"),
        (Mood.DENIED, "access denied"),
        (Mood.MISSING, "no such key"),
        (Mood.THROTTLED, "throttled"),
        (Mood.FAILING, "the service failed with status 500"),
    ],
)
def test_each_fault_is_told_in_words(
    double: AzureVaultDouble, mood: Mood, words: str
) -> None:
    signer = opened(double)
    double.mood = mood
    with pytest.raises(TransientError, match=words):
        signer.sign(b"order")
