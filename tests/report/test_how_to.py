"""The page that says how, command by command, in a folder as it describes."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Final

import pytest

from kya.adapters.kms_file import FileSigner
from kya.evidence.archive import archive
from kya.pki.keys import KeyAlgorithm
from kya.wiring.clock import system_clock
from tests.cli.terminal import Said, kya
from tests.report.reports import a_certificate, asked
from tests.surface.blocks import ROOT, blocks
from tests.verify.packages import busy_world, handed_over

PAGE: Final = ROOT / "docs/how-to/write-the-report.md"
BLOCKS: Final = blocks(PAGE)
CANNOT_TELL: Final = 3


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package, the verifier's own files, and a person's key."""
    folder, world = tmp_path_factory.mktemp("desk"), busy_world()
    handed = handed_over(world, folder / "evidence", 17)
    (folder / "held.note").write_bytes(handed.read("checkpoints/17.note"))
    archive(handed.path, folder / "evidence.tar.gz")
    (folder / "root.pem").write_bytes(handed.root)
    (folder / "policy.txt").write_bytes(handed.policy)
    (folder / "keys").mkdir()
    (folder / "keys/passphrase").write_text("a passphrase\n")
    path = folder / "keys/risk-eva.pem"
    key = FileSigner.create(path, b"a passphrase", KeyAlgorithm.P256)
    yesterday = system_clock().clock.now().plus(seconds=-86_400)
    (folder / "eva.pem").write_bytes(a_certificate(world, key, since=yesterday))
    (reference,) = (block.text for block in BLOCKS if block.language == "toml")
    (folder / "eva.toml").write_text(reference)
    return folder


def commands() -> list[list[str]]:
    """Every command of the page that needs nobody outside."""
    lines = [
        line
        for block in BLOCKS
        if block.language == "sh"
        for line in block.text.splitlines()
    ]
    return [shlex.split(line) for line in lines if "https:" not in line]


def test_every_command_of_the_page_does_what_it_says(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    said: dict[str, Said | str] = {}
    for words in commands():
        if words[0] == "kya":
            done = kya(*words[1:])
            assert done.code == CANNOT_TELL, done.err
        else:
            said[words[0]] = asked(*words).decode()
    assert (desk / "report.html").read_bytes() == (desk / "same.html").read_bytes()
    assert said["cmp"] == ""
    assert (desk / "verification.json").exists()
    assert "Signature is Valid." in str(said["pdfsig"])


def test_the_key_is_not_asked_for_where_the_rest_is_wrong(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    shutil.copy("eva.pem", "own.pem")
    given = ("report", "evidence", "--root", "root.pem", "--sign", "eva.toml")
    whose = ("--certificate", "own.pem")
    assert kya(*given, *whose, "--html", "a.html").code == 2
    half = kya(*given, "--pdf", "b.pdf")
    assert (half.code, "want both, or neither" in half.err) == (2, True)
    assert kya(*given, *whose).code == 2
    assert not (desk / "b.pdf").exists()


def test_the_page_names_every_section_of_a_report(desk: Path) -> None:
    page = re.sub(r"</?[a-z][^>]*>", "\n", (desk / "report.html").read_text("utf-8"))
    table = [line.split(" | ")[0] for line in PAGE.read_text("utf-8").splitlines()]
    sections = [name.removeprefix("| ") for name in table if name.startswith("| ")]
    for name in sections[3:]:
        assert f"\n{name}" in page, name
    assert len(sections[3:]) == (desk / "report.html").read_text("utf-8").count("<h2>")
