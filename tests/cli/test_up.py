import json
import signal
import socket
import stat
import urllib.request
from pathlib import Path

import pytest

from tests.cli.terminal import Up, founded_at, kya, kya_process, up


@pytest.fixture
def founded(tmp_path: Path) -> Path:
    """An installation whose gateway has stopped."""
    return founded_at(tmp_path / "data")


def test_founds_an_installation_and_says_where_it_listens(tmp_path: Path) -> None:
    with up(tmp_path / "data") as running:
        with urllib.request.urlopen(f"{running.url}/healthz") as answer:  # noqa: S310
            assert json.load(answer) == {"status": "ok"}
        address = json.loads((running.data / "gateway.json").read_text())
    assert address["url"] == running.url
    assert address["pid"] == running.process.pid
    assert address["origin"].startswith("kya.example/log/")
    # Nobody else may read the keys.
    keys = running.data / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    for path in keys.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_opens_the_log_with_services_a_revocation_list_and_the_venues_lists(
    founded: Path,
) -> None:
    shown = kya("log", "show", "--json", "--data", founded)
    lines = [json.loads(line)["line"] for line in shown.out.splitlines()]
    assert [line["_type"] for line in lines] == [
        "kya/log/v1",
        "kya/certificate/v1",
        "kya/certificate/v1",
        "kya/crl/v1",
        "kya/drop-copy/v1",
        "kya/drop-copy/v1",
        "kya/drop-copy/v1",
    ]
    assert lines[3]["number"] == 1
    copies = [(line["venue"], line["after"]) for line in lines[4:]]
    assert copies == [("SIMA", 0), ("SIMB", 0), ("SIMC", 0)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    with up(tmp_path) as running:
        running.process.send_signal(number)
        assert running.process.wait(30) == 0
    assert not (tmp_path / "gateway.json").exists()
    with up(tmp_path) as again:
        assert again.kya("log", "fsck").code == 0


def test_takes_its_port_from_the_configuration(founded: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.listen()
        path = founded / "kya.toml"
        path.write_text(path.read_text().replace("port = 0", f"port = {port}"))
        refused = kya_process("up", "--data", founded)
    assert refused.code == 4
    assert f"127.0.0.1:{port}: cannot listen (Address already in use)" in refused.err


def test_a_port_that_is_taken_is_the_worlds_fault(founded: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = kya_process("up", "--data", founded, "--port", port)
    assert refused.code == 4
    assert f"127.0.0.1:{port}: cannot listen" in refused.err


def test_a_port_that_cannot_be_is_asked_wrongly(nowhere: Path) -> None:
    assert kya_process("up", "--data", nowhere, "--port", "65536").code == 2
    assert not nowhere.exists()


def test_a_second_gateway_on_the_same_log_names_the_first(office: Up) -> None:
    refused = kya_process("up", "--data", office.data, "--port", "0")
    assert refused.code == 4
    assert f"process {office.process.pid} has " in refused.err
    assert office.kya("log", "fsck").code == 0


def test_an_unknown_key_is_named(founded: Path) -> None:
    path = founded / "kya.toml"
    path.write_text(path.read_text().replace("[log]", '[log]\nmirror = "x"'))
    refused = kya_process("up", "--data", founded)
    assert refused.code == 2
    assert "mirror" in refused.err
    assert "$.log" in refused.err


def test_a_wrong_passphrase_opens_nothing(founded: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("not the passphrase\n")
    refused = kya_process("up", "--data", founded, KYA_PASSPHRASE_FILE=str(other))
    assert refused.code == 2
    assert ".pem: wrong passphrase" in refused.err


def test_a_passphrase_that_is_not_there_is_asked_for(founded: Path) -> None:
    (founded / "keys/passphrase").unlink()
    refused = kya_process("up", "--data", founded)
    assert refused.code == 2
    assert "no passphrase" in refused.err


def test_an_empty_passphrase_is_none(founded: Path) -> None:
    (founded / "keys/passphrase").write_text("\n")
    refused = kya_process("up", "--data", founded)
    assert refused.code == 2
    assert "want a passphrase that is not empty" in refused.err


def test_a_passphrase_file_of_ones_own_stays_outside_the_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, data = tmp_path / "phrase", tmp_path / "data"
    path.write_text("kept elsewhere\n")
    with up(data, variables={"KYA_PASSPHRASE_FILE": str(path)}):
        pass
    assert not (data / "keys/passphrase").exists()
    monkeypatch.setenv("KYA_PASSPHRASE_FILE", str(path))
    assert kya("log", "fsck", "--data", data).code == 0
    monkeypatch.setenv("KYA_PASSPHRASE_FILE", str(tmp_path / "gone"))
    assert kya("log", "fsck", "--data", data).code == 2


def test_another_root_than_the_logs_is_refused(founded: Path, tmp_path: Path) -> None:
    with up(tmp_path / "other") as other:
        other.stop()
    stranger = (tmp_path / "other/trust/root.pem").read_bytes()
    (founded / "trust/root.pem").write_bytes(stranger)
    refused = kya_process("up", "--data", founded)
    assert refused.code == 2
    assert "trust/root.pem: certificate" in refused.err


def test_a_founding_that_was_interrupted_is_not_taken_up_again(founded: Path) -> None:
    (founded / "kya.toml").unlink()
    refused = kya_process("up", "--data", founded)
    assert refused.code == 2
    assert "its founding was interrupted" in refused.err


def test_names_that_no_certificate_can_carry_found_nothing(nowhere: Path) -> None:
    refused = kya_process("up", "--data", nowhere, "--trust-domain", "Not A Domain")
    assert refused.code == 2
    assert "trust domain" in refused.err
    assert not (nowhere / "kya.toml").exists()
    assert not (nowhere / "keys/root.pem").exists()


def test_a_directory_that_cannot_be_made_is_the_worlds_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = kya_process("up", "--data", tmp_path / "file/data")
    assert refused.code == 4
    assert "Not a directory" in refused.err
    assert "Traceback" not in refused.err
