import subprocess
from dataclasses import replace as changed
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from kya.adapters.kms_file import FileSigner
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.pki.ca_request import CaKind, read_ca_request, root_name
from kya.pki.certificate import not_after, parse_certificate
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.path import verify_chain
from kya.pki.signer import Assurance
from kya.wiring.founding import ASKED_FILE, ask, found, install
from kya.wiring.installation import AUTHORITY, open_installation
from kya.wiring.key_reference import FileReference, Pkcs11Reference
from kya.wiring.root_desk import RootDesk, RootNames, found_root, open_root
from tests.adapters.doubles.softhsm import PIN, start
from tests.wiring.test_installation import CONFIG
from tests.world import FOUNDED

NAMES: Final = RootNames(operator="CryptoEX AG", common_name="CryptoEX Root CA")
LATER: Final = FOUNDED.plus(seconds=3_600)


@pytest.fixture
def root(tmp_path: Path) -> RootDesk:
    return found_root(tmp_path / "root", NAMES, None, FOUNDED)


def signed(root: RootDesk, requests: tuple[bytes, ...], now: Instant) -> list[bytes]:
    return [root.certify(read_ca_request(each), now) for each in requests]


def test_an_installation_is_founded_under_a_root_that_it_never_holds(
    root: RootDesk, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    requests = ask(data, CONFIG)
    founded = install(data, root.papers, signed(root, requests, FOUNDED), LATER)
    assert not founded.cabinet.has("root")
    opened = open_installation(data)
    assert opened.config == CONFIG
    issuer = opened.certificate("issuer")
    verify_chain(
        opened.certificate(AUTHORITY), [issuer], root.papers.certificate, LATER
    )
    assert not (data / ASKED_FILE).exists()


def test_a_root_may_live_in_a_token(tmp_path: Path) -> None:
    hsm = start(tmp_path)
    (tmp_path / "pin").write_text(PIN)
    reference = Pkcs11Reference(
        module=str(hsm.module),
        token=hsm.new_token(),
        label="root",
        pin_file=str(tmp_path / "pin"),
        generate=True,
    )
    made = found_root(tmp_path / "root", NAMES, reference, FOUNDED)
    assert made.signer.describe().assurance is Assurance.ASSERTED
    assert not (tmp_path / "root/keys/root.pem").exists()
    root = open_root(tmp_path / "root")
    assert PublicKey(root.signer.public_key()).algorithm is KeyAlgorithm.P384
    requests = ask(tmp_path / "data", CONFIG)
    certificates = signed(root, requests, FOUNDED)
    install(tmp_path / "data", root.papers, certificates, LATER)


def test_a_root_may_live_in_a_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "phrase").write_text("correct horse")
    reference = FileReference(
        path=str(tmp_path / "stick.pem"),
        passphrase_file=str(tmp_path / "phrase"),
        generate=True,
    )
    made = found_root(tmp_path / "root", NAMES, reference, FOUNDED)
    found_again = open_root(tmp_path / "root")
    assert found_again.papers.certificate == made.papers.certificate
    (tmp_path / "stick.pem").unlink()
    with pytest.raises(InputError, match=r"stick\.pem: no such file"):
        open_root(tmp_path / "root")


def test_a_root_of_the_wrong_curve_is_refused(tmp_path: Path) -> None:
    (tmp_path / "phrase").write_text("correct horse")
    reference = FileReference(
        path=str(tmp_path / "key.pem"), passphrase_file=str(tmp_path / "phrase")
    )
    FileSigner.create(tmp_path / "key.pem", b"correct horse", KeyAlgorithm.P256)
    with pytest.raises(InputError, match="want ECDSA P-384"):
        found_root(tmp_path / "root", NAMES, reference, FOUNDED)


def test_there_is_one_root_in_a_directory(root: RootDesk, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is a root already"):
        found_root(tmp_path / "root", NAMES, None, FOUNDED)
    assert open_root(tmp_path / "root").papers.certificate == root.papers.certificate
    with pytest.raises(InputError, match="want `kya ca root init` first"):
        open_root(tmp_path / "nowhere")


def test_asking_again_asks_for_the_same_keys(tmp_path: Path) -> None:
    first, again = (ask(tmp_path / "data", CONFIG) for _ in range(2))
    keys = [
        [read_ca_request(each).public_key for each in requests]
        for requests in (first, again)
    ]
    assert keys[0] == keys[1]


def test_certificates_that_nobody_asked_for_are_refused(
    root: RootDesk, tmp_path: Path
) -> None:
    requests = ask(tmp_path / "other", CONFIG)
    certificates = signed(root, requests, FOUNDED)
    with pytest.raises(InputError, match="has asked for nothing"):
        install(tmp_path / "data", root.papers, certificates, LATER)
    ask(tmp_path / "data", CONFIG)
    with pytest.raises(DistrustError, match="for another key than ours"):
        install(tmp_path / "data", root.papers, certificates, LATER)
    assert not (tmp_path / "data/kya.toml").exists()


@pytest.mark.parametrize("kept", [[], [0], [0, 0], [0, 1, 1]])
def test_both_certificates_are_wanted_each_once(
    root: RootDesk, tmp_path: Path, kept: list[int]
) -> None:
    certificates = signed(root, ask(tmp_path / "data", CONFIG), FOUNDED)
    given = [certificates[number] for number in kept]
    with pytest.raises(InputError, match="want two: issuing CA and channel CA"):
        install(tmp_path / "data", root.papers, given, LATER)


def test_another_root_is_found_before_anything_counts(
    root: RootDesk, tmp_path: Path
) -> None:
    other = found_root(tmp_path / "other", NAMES, None, FOUNDED)
    certificates = signed(root, ask(tmp_path / "data", CONFIG), FOUNDED)
    with pytest.raises(DistrustError):
        install(tmp_path / "data", other.papers, certificates, LATER)
    assert not (tmp_path / "data/kya.toml").exists()
    # And what failed can be done right.
    install(tmp_path / "data", root.papers, certificates, LATER)


def test_what_the_root_changed_on_its_own_is_refused(
    root: RootDesk, tmp_path: Path
) -> None:
    issuing, channel = ask(tmp_path / "data", CONFIG)
    asked = changed(read_ca_request(issuing), crl_url="http://evil.example/x.crl")
    certificates = [root.certify(asked, FOUNDED)]
    certificates += signed(root, (channel,), FOUNDED)
    with pytest.raises(DistrustError, match="says something else than asked"):
        install(tmp_path / "data", root.papers, certificates, LATER)


def test_an_installation_is_founded_once(root: RootDesk, tmp_path: Path) -> None:
    data = tmp_path / "data"
    found(data, CONFIG, FOUNDED)
    with pytest.raises(InputError, match="there is an installation already"):
        ask(data, CONFIG)
    with pytest.raises(InputError, match="there is an installation already"):
        install(data, root.papers, [], LATER)


def test_a_ca_does_not_outlive_its_root(root: RootDesk, tmp_path: Path) -> None:
    near_the_end = FOUNDED.plus(seconds=3_600 * 24 * 3_640)
    certificates = signed(root, ask(tmp_path / "data", CONFIG), near_the_end)
    ends = not_after(parse_certificate(root.papers.certificate))
    assert [not_after(parse_certificate(each)) for each in certificates] == [ends] * 2


def test_a_firm_with_a_long_name_can_be_founded(tmp_path: Path) -> None:
    section = replace(CONFIG.installation, operator="Ü" * 32, root_name="Root CA")
    founded = found(tmp_path / "data", replace(CONFIG, installation=section), FOUNDED)
    subject = parse_certificate(founded.certificate("issuer")).subject
    assert subject.rfc4514_string() == f"CN=Issuing CA,O={'Ü' * 32}"


def test_both_kinds_are_asked_for(tmp_path: Path) -> None:
    asked = [read_ca_request(each) for each in ask(tmp_path / "data", CONFIG)]
    assert [each.kind for each in asked] == list(CaKind)
    assert {each.operator for each in asked} == {CONFIG.installation.operator}


@pytest.mark.parametrize("operator", ["Börse Zürich & Söhne GmbH", "Ü" * 32, "x" * 64])
def test_stock_tools_follow_the_chain_whatever_the_firm_is_called(
    tmp_path: Path, operator: str
) -> None:
    section = replace(
        CONFIG.installation, operator=operator, root_name=root_name(operator)
    )
    founded = found(tmp_path / "data", replace(CONFIG, installation=section), FOUNDED)
    trust = founded.data / "trust"
    command: list[str | Path] = ["openssl", "verify", "-x509_strict"]
    command += ["-attime", str(LATER.micros // 1_000_000)]
    command += ["-CAfile", trust / "root.pem", "-untrusted", trust / "issuer.pem"]
    done = subprocess.run(
        [*command, trust / "authority.pem"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
