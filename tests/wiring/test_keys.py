import stat
from pathlib import Path

import pytest

from kya.core.errors import InputError, TransientError
from kya.pki.keys import KeyAlgorithm
from kya.wiring.keys import PASSPHRASE_VARIABLE, KeyCabinet


@pytest.fixture
def cabinet(tmp_path: Path) -> KeyCabinet:
    prepared = KeyCabinet(tmp_path / "keys")
    prepared.prepare()
    return prepared


def test_a_key_comes_back_as_it_was_made(cabinet: KeyCabinet) -> None:
    made = cabinet.create("log", KeyAlgorithm.ED25519)
    assert cabinet.has("log")
    assert cabinet.open("log").public_key() == made.public_key()


def test_a_key_is_never_overwritten(cabinet: KeyCabinet) -> None:
    cabinet.create("log", KeyAlgorithm.ED25519)
    with pytest.raises(InputError, match="a key is never overwritten"):
        cabinet.create("log", KeyAlgorithm.ED25519)


def test_retired_keys_are_kept_and_numbered(cabinet: KeyCabinet) -> None:
    made = [cabinet.create("agent", KeyAlgorithm.P256)]
    cabinet.retire("agent")
    made.append(cabinet.create("agent", KeyAlgorithm.P256))
    cabinet.retire("agent")
    assert not cabinet.has("agent")
    kept = [cabinet.open(f"agent-former-{number}") for number in (1, 2)]
    assert [k.public_key() for k in kept] == [m.public_key() for m in made]


def test_preparing_twice_keeps_the_passphrase(
    cabinet: KeyCabinet, tmp_path: Path
) -> None:
    path = tmp_path / "keys/passphrase"
    before = path.read_bytes()
    cabinet.prepare()
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(before) >= 32


def test_the_passphrase_may_be_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "phrase"
    elsewhere.write_text("correct horse\n")
    monkeypatch.setenv(PASSPHRASE_VARIABLE, str(elsewhere))
    cabinet = KeyCabinet(tmp_path / "keys")
    cabinet.prepare()
    made = cabinet.create("log", KeyAlgorithm.ED25519)
    assert not (tmp_path / "keys/passphrase").exists()
    assert cabinet.open("log").public_key() == made.public_key()
    elsewhere.write_text("another\n")
    with pytest.raises(InputError, match="wrong passphrase"):
        cabinet.open("log")


def test_a_passphrase_that_cannot_be_read_is_the_worlds_fault(
    cabinet: KeyCabinet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    monkeypatch.setenv(PASSPHRASE_VARIABLE, str(loop))
    with pytest.raises(TransientError, match="cannot be read"):
        cabinet.create("log", KeyAlgorithm.ED25519)


def test_a_key_that_is_not_there_is_named(cabinet: KeyCabinet) -> None:
    with pytest.raises(InputError, match=r"log\.pem: no such file"):
        cabinet.open("log")
