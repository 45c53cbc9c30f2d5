"""The whole ceremony on two machines, here two directories, and on one."""

import io
import shutil
import time
from pathlib import Path
from typing import Final

import pytest

from tests.cli.terminal import Said, a_draft, kya, kya_process, stored, up

FIRM: Final = ("--operator", "Großhändler AG", "--trust-domain", "firm.example")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = kya("ca", "root", "init", "--dir", tmp_path / "root", *FIRM[:2])
    assert made.code == 0, made.err
    assert "root's key: file, software, exportable: yes" in made.err
    return tmp_path / "root"


def asked(folder: Path) -> Said:
    out = folder / "cas.csr"
    return kya("ca", "request", *FIRM, "--data", folder / "data", "--out", out)


def sign(folder: Path, *more: str) -> Said:
    files = (folder / "cas.csr", "--dir", folder / "root", "--out", folder / "cas.pem")
    return kya("ca", "root", "sign", *files, *more)


def installed(folder: Path) -> Said:
    anchor = folder / "root" / "root.pem"
    files = (folder / "cas.pem", "--root", anchor, "--data", folder / "data")
    return kya("ca", "install", *files)


def test_the_roots_key_is_never_where_the_gateway_runs(
    root: Path, tmp_path: Path
) -> None:
    assert asked(tmp_path).code == 0
    signed = sign(tmp_path, "--yes")
    assert signed.code == 0
    for word in ("issuing CA: ", "channel CA: ", "Großhändler AG", "firm.example"):
        assert word in signed.err
    done = installed(tmp_path)
    assert done.code == 0, done.err
    assert done.out == f"{tmp_path / 'data'}: certified for Großhändler AG\n"
    shutil.rmtree(root)
    assert not (tmp_path / "data/keys/root.pem").exists()
    with up(tmp_path / "data", "--tls") as running:
        draft = stored(tmp_path / "draft.json", a_draft())
        two = ("--as", "anna", "--as", "bernd")
        assert running.kya("mandate", "sign", draft, *two).code == 0
        assert running.enrol("bot").code == 0


def test_both_sides_see_the_same_keys(root: Path, tmp_path: Path) -> None:
    assert root.exists()
    shown = [line for line in asked(tmp_path).err.splitlines() if "SHA-256" in line]
    assert len(shown) == 2
    assert [x for x in sign(tmp_path, "--yes").err.splitlines() if x in shown] == shown


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("", 130)])
def test_nothing_is_signed_before_somebody_says_so(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    asked(tmp_path)
    assert root.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert sign(tmp_path).code == code
    assert (tmp_path / "cas.pem").exists() is (code == 0)


def test_a_gateway_does_not_start_before_its_certificates_are_here(
    tmp_path: Path,
) -> None:
    asked(tmp_path)
    refused = kya_process("up", "--data", tmp_path / "data", "--port", "0")
    assert refused.code == 2
    assert "want `kya ca install`" in refused.err


def test_a_request_that_is_none_is_refused(root: Path, tmp_path: Path) -> None:
    assert root.exists()
    (tmp_path / "cas.csr").write_text("please\n")
    refused = sign(tmp_path, "--yes")
    assert refused.code == 2
    assert "want CERTIFICATE REQUEST blocks" in refused.err


def test_an_answer_is_not_overwritten(root: Path, tmp_path: Path) -> None:
    assert root.exists()
    asked(tmp_path)
    assert sign(tmp_path, "--yes").code == 0
    refused = sign(tmp_path, "--yes")
    assert refused.code == 2
    assert "cannot be written as a new file" in refused.err


def test_on_one_machine_it_is_one_command(tmp_path: Path) -> None:
    done = kya("ca", "init", *FIRM, "--data", tmp_path / "data")
    assert done.code == 0, done.err
    assert "take it away" in done.err
    (tmp_path / "data/keys/root.pem").unlink()
    with up(tmp_path / "data") as running:
        assert running.kya("log", "show").code == 0
    assert kya("ca", "init", "--data", tmp_path / "data").code == 2


def test_both_cas_are_renewed_under_the_keys_they_have(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert kya("ca", "init", *FIRM, "--data", data).code == 0
    csr, signed = tmp_path / "again.csr", tmp_path / "again.pem"
    before = (data / "trust/issuer.pem").read_bytes()
    with up(data, "--tls") as running:
        draft = stored(tmp_path / "draft.json", a_draft())
        two = ("--as", "anna", "--as", "bernd")
        assert running.kya("mandate", "sign", draft, *two).code == 0
        assert running.enrol("bot").code == 0
        asked_again = running.kya("ca", "renew", "--out", csr)
        assert asked_again.code == 0, asked_again.err
        time.sleep(1)  # A certificate of the same second ends no later.
        made = kya("ca", "root", "sign", csr, "--dir", data, "--out", signed, "--yes")
        assert made.code == 0, made.err
        anchor = ("--root", data / "trust/root.pem")
        done = running.kya("ca", "install", signed, *anchor)
        assert done.code == 0, done.err
        assert (data / "trust/issuer.pem").read_bytes() != before
        assert running.kya("ca", "install", signed, *anchor).code == 0  # Done once.
        shown = running.kya("log", "show").out
        assert shown.count("kya/issuer/v1") == 1
        # What the former certificate vouches for goes on, and new ones are issued.
        assert running.kya("agent", "revoke", "bot", "--reason", "test").code == 0
        replaced = running.enrol("bot", verb="replace")
        assert replaced.code == 0, replaced.err
    with up(data, "--tls") as again:
        assert again.kya("agent", "suspend", "bot", "--reason", "test").code == 0


def test_a_renewal_under_another_root_is_refused(root: Path, tmp_path: Path) -> None:
    data, csr = tmp_path / "own", tmp_path / "again.csr"
    kya("ca", "init", *FIRM, "--data", data)
    kya("ca", "renew", "--data", data, "--out", csr)
    signed = tmp_path / "again.pem"
    kya("ca", "root", "sign", csr, "--dir", root, "--out", signed, "--yes")
    with up(data) as running:
        for anchor in (root / "root.pem", data / "trust/root.pem"):
            refused = running.kya("ca", "install", signed, "--root", anchor)
            assert refused.code in {1, 2}
        assert "kya/issuer/v1" not in running.kya("log", "show").out
