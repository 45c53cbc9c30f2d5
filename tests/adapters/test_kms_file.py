import resource
import stat
import subprocess
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from kya.adapters.kms_file import FileSigner
from kya.adapters.randomness import new_passphrase
from kya.core.errors import InputError, TransientError
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.signer import Assurance, Custody, Exportable
from tests.contracts.signer import SignerContract

PASSPHRASE = b"correct horse"


class TestFileSigner(SignerContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.paths = (tmp_path / f"{number}.key" for number in count())

    def a_signer(self, algorithm: KeyAlgorithm) -> FileSigner:
        path = next(self.paths)
        FileSigner.create(path, PASSPHRASE, algorithm)
        return FileSigner.open(path, PASSPHRASE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.key"


@pytest.fixture
def created(path: Path) -> FileSigner:
    return FileSigner.create(path, PASSPHRASE, KeyAlgorithm.P256)


def test_the_key_read_back_is_the_key_created(created: FileSigner, path: Path) -> None:
    opened = FileSigner.open(path, PASSPHRASE)
    assert opened.public_key() == created.public_key()
    PublicKey(created.public_key()).require(b"text", opened.sign(b"text"))


def test_only_the_owner_may_read_the_file(created: FileSigner, path: Path) -> None:
    assert created.public_key()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_but_the_key_file_is_left(created: FileSigner, path: Path) -> None:
    assert created.public_key()
    assert list(path.parent.iterdir()) == [path]


def test_it_calls_itself_exportable_software(created: FileSigner) -> None:
    wanted = Custody(
        backend="file", assurance=Assurance.SOFTWARE, exportable=Exportable.YES
    )
    assert created.describe() == wanted


def test_an_existing_key_is_never_overwritten(created: FileSigner, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(InputError, match="never overwritten"):
        FileSigner.create(path, PASSPHRASE, KeyAlgorithm.P256)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    assert created.public_key()


@pytest.mark.usefixtures("created")
def test_a_wrong_passphrase_is_named_as_such(path: Path) -> None:
    with pytest.raises(InputError, match="wrong passphrase"):
        FileSigner.open(path, b"wrong horse")


@pytest.mark.usefixtures("created")
def test_openssl_reads_the_file(created: FileSigner, path: Path) -> None:
    read = subprocess.run(
        [
            "openssl",
            "pkey",
            "-in",
            path,
            "-passin",
            "stdin",
            "-pubout",
            "-outform",
            "DER",
        ],
        input=PASSPHRASE,
        capture_output=True,
        check=True,
    )
    assert read.stdout == created.public_key()


@pytest.mark.usefixtures("created")
def test_the_passphrase_is_stretched_with_scrypt(path: Path) -> None:
    shown = subprocess.run(
        ["openssl", "asn1parse", "-in", path], capture_output=True, check=True
    )
    assert b"scrypt" in shown.stdout
    assert b"aes-256-cbc" in shown.stdout
    assert b"INTEGER           :4000" in shown.stdout


@pytest.mark.parametrize(
    ("passphrase", "n"),
    [
        (new_passphrase(), b"02"),
        ("of forty-two characters, which are of words", b"4000"),
        (f"{new_passphrase()} and more", b"4000"),
        (new_passphrase()[:-1], b"4000"),
    ],
    ids=["drawn", "words", "drawn and more", "drawn and less"],
)
def test_a_passphrase_that_was_drawn_is_not_stretched(
    path: Path, passphrase: str, n: bytes
) -> None:
    created = FileSigner.create(path, passphrase.encode(), KeyAlgorithm.P256)
    shown = subprocess.run(
        ["openssl", "asn1parse", "-in", path], capture_output=True, check=True
    )
    assert b"INTEGER           :%b\n" % n in shown.stdout
    command = ["openssl", "pkey", "-in", str(path), "-passin", "stdin", "-noout"]
    subprocess.run(command, input=passphrase.encode(), capture_output=True, check=True)
    opened = FileSigner.open(path, passphrase.encode())
    assert opened.public_key() == created.public_key()


def test_an_empty_passphrase_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match="not empty"):
        FileSigner.create(path, b"", KeyAlgorithm.P256)
    with pytest.raises(InputError, match="not empty"):
        FileSigner.open(path, b"")
    assert not path.exists()


def test_a_missing_file_is_the_callers_mistake(path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        FileSigner.open(path, PASSPHRASE)
    with pytest.raises(InputError, match="no such file"):
        FileSigner.open(path.parent, PASSPHRASE)


def test_a_folder_that_is_not_there_is_a_fault_of_the_world(tmp_path: Path) -> None:
    with pytest.raises(TransientError, match="cannot be written"):
        FileSigner.create(tmp_path / "no" / "x.key", PASSPHRASE, KeyAlgorithm.P256)


def test_a_file_that_cannot_be_read_is_a_fault_of_the_world(path: Path) -> None:
    path.symlink_to(path)
    with pytest.raises(TransientError, match="cannot be read"):
        FileSigner.open(path, PASSPHRASE)


@pytest.mark.serial
def test_a_disk_that_takes_no_more_leaves_no_key_behind(path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(TransientError, match="cannot be written"):
            FileSigner.create(path, PASSPHRASE, KeyAlgorithm.P256)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(path.parent.iterdir()) == []


def test_a_plain_key_file_is_refused(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(InputError, match="want an encrypted"):
        FileSigner.open(path, PASSPHRASE)


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ec.generate_private_key(ec.SECP256K1()),
    ],
    ids=["rsa", "secp256k1"],
)
def test_other_kinds_of_key_are_refused(
    path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> None:
    encryption = BestAvailableEncryption(PASSPHRASE)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    with pytest.raises(InputError, match="want P-256"):
        FileSigner.open(path, PASSPHRASE)


def test_a_huge_file_is_refused_before_it_is_parsed(path: Path) -> None:
    path.write_bytes(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + b"A" * 20_000)
    with pytest.raises(InputError, match="larger than"):
        FileSigner.open(path, PASSPHRASE)


@pytest.mark.usefixtures("created")
def test_a_damaged_file_is_refused(path: Path) -> None:
    pem = path.read_bytes()
    for at in range(40, len(pem) - 40, 23):
        other = b"A" if pem[at : at + 1] != b"A" else b"B"
        path.write_bytes(pem[:at] + other + pem[at + 1 :])
        with pytest.raises(InputError):
            FileSigner.open(path, PASSPHRASE)
