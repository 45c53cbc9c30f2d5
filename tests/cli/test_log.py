import json
import subprocess
from pathlib import Path

import pytest

from kya.core.errors import DistrustError
from kya.pki.keys import KeyAlgorithm
from kya.tlog.proof import Proof
from kya.tlog.tree import entries
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import tile_reader
from tests.cli.terminal import Up, a_draft, founded_at, kya, stored
from tests.world import signer_for


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """A data directory whose gateway has ended."""
    return founded_at(tmp_path / "data")


def test_shows_entries_with_index_signer_and_line(stopped: Path) -> None:
    shown = kya("log", "show", "--data", stopped, "--from", "1", "--count", "2")
    assert shown.code == 0
    assert [line.split()[:2] for line in shown.out.splitlines()] == [
        ["1", "authority"],
        ["2", "authority"],
    ]
    assert shown.err == "entries 1 to 2 of 7\n"


def test_shows_one_json_object_a_line(stopped: Path) -> None:
    shown = kya("log", "show", "--data", stopped, "--json")
    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert [row["index"] for row in rows] == list(range(7))
    signers = [row["signers"] for row in rows]
    assert signers == [["authority"]] * 4 + [["gateway"]] * 3


def test_an_entry_that_is_not_there_is_asked_wrongly(stopped: Path) -> None:
    for verb in (("show", "--from", "7"), ("prove", "7")):
        refused = kya("log", *verb, "--data", stopped)
        assert refused.code == 2
        assert "want an entry below 7, got 7" in refused.err or "below 7" in refused.err


def test_proves_an_entry(stopped: Path, tmp_path: Path) -> None:
    printed = kya("log", "prove", "2", "--data", stopped)
    assert printed.code == 0
    out = tmp_path / "entry.tlog-proof"
    assert kya("log", "prove", "2", "--out", out, "--data", stopped).out == ""
    assert out.read_text() == printed.out
    key = open_installation(stopped).note_signer(LOG).key
    (raw,) = entries(tile_reader(stopped / "log"), 2, 3, 7)
    proof = Proof.parse(out.read_bytes())
    proof.verify(raw, key.name, [key])
    with pytest.raises(DistrustError):
        proof.verify(raw + b"x", key.name, [key])


def test_a_sound_log_is_found_sound(stopped: Path) -> None:
    checked = kya("log", "fsck", "--data", stopped)
    assert checked.code == 0
    assert checked.out.endswith(" checked, 0 failed\n")
    verdicts = kya("log", "fsck", "--data", stopped, "--json").json
    assert {verdict["problem"] for verdict in verdicts} == {""}


def test_a_running_log_can_be_checked(office: Up) -> None:
    assert office.kya("log", "fsck").code == 0


def test_one_changed_byte_is_found_and_named(stopped: Path) -> None:
    (path,) = (stopped / "log/tile/entries/000.p").iterdir()
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    checked = kya("log", "fsck", "--data", stopped)
    assert checked.code == 1
    assert "FAILS  tile/" in checked.out


def test_a_checkpoint_by_another_key_is_not_believed(stopped: Path) -> None:
    path = stopped / "log/checkpoint"
    raw = path.read_bytes()
    path.write_bytes(raw[:-10] + (b"A" if raw[-10:-9] != b"A" else b"B") + raw[-9:])
    assert kya("log", "show", "--data", stopped).code in {1, 2}
    assert kya("log", "fsck", "--data", stopped).code == 1
    other = signer_for("other", KeyAlgorithm.ED25519)
    assert (
        other.public_key()
        != open_installation(stopped).note_signer(LOG).signer.public_key()
    )


def test_a_log_that_never_was_is_asked_wrongly(nowhere: Path) -> None:
    for verb in ("show", "fsck"):
        refused = kya("log", verb, "--data", nowhere)
        assert refused.code == 2
        assert "want the data directory of `kya up`" in refused.err
    assert not nowhere.exists()


def test_a_log_without_a_checkpoint_says_so(stopped: Path) -> None:
    (stopped / "log/checkpoint").unlink()
    refused = kya("log", "show", "--data", stopped)
    assert refused.code == 2
    assert "no checkpoint" in refused.err


def test_every_list_ever_issued_is_given_out_by_its_number(
    office: Up, tmp_path: Path
) -> None:
    draft = stored(office.data / "listed.json", a_draft("listed"))
    signed = office.kya("mandate", "sign", draft, "--as", "anna", "--as", "bernd")
    assert signed.code == 0, signed.err
    assert office.enrol("listed").code == 0
    revoked = office.kya("agent", "revoke", "listed", "--reason", "test")
    assert revoked.code == 0, revoked.err
    lines = office.kya("log", "crl").out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert [line.split()[-1] for line in lines] == ["0", "1"]
    out = tmp_path / "second.pem"
    assert office.kya("log", "crl", "2", "--out", out).code == 0
    text = subprocess.run(
        ["openssl", "crl", "-in", out, "-noout", "-crlnumber"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert text == "crlNumber=0x02\n"
    assert office.kya("log", "crl", "2").out == out.read_text()
    never = office.kya("log", "crl", "3")
    assert never.code == 2
    assert "want a revocation list of 1 to 2, got 3" in never.err
