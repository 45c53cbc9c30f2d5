"""The shell verifier asks OpenSSL about time stamps, at the time that they name."""

import os
import subprocess
from pathlib import Path

import pytest

from kya.codec import package_layout as layout
from tests.evidence.shell_functions import program
from tests.evidence.shell_package import ShellPackage, build
from tests.evidence.test_verify_sh import Answer, run
from tests.evidence.test_witnesses_verify_sh import SIZE, WORLD, former_of
from tests.pki.stamping import StampAuthority
from tests.verify.test_stamps import STAMP


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority.found(tmp_path_factory.mktemp("tsa") / "tsa")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ShellPackage:
    built = build(tmp_path_factory.mktemp("stamped"), WORLD)
    (built.path / "stamps").mkdir()
    return built


def verify(package: ShellPackage, root: Path | None) -> Answer:
    package.rewrite_sums()
    mine = ("--root", package.root, "--policy", package.policy)
    return run(*mine, *(() if root is None else ("--tsa", root)), package.path)


def test_stamps_count_under_the_verifiers_roots(
    package: ShellPackage, authority: StampAuthority
) -> None:
    note = (package.path / layout.checkpoint_path(SIZE)).read_bytes()
    (package.path / STAMP).write_bytes(authority.stamp(note))
    said = verify(package, authority.folder / "root.pem")
    assert said.verdicts["Q8"] == "HOLDS", said.text
    assert "1 time stamps of your authorities" in said.reasons["Q8"]


def test_each_stamp_that_does_not_count_is_named(
    package: ShellPackage, authority: StampAuthority, tmp_path: Path
) -> None:
    former = former_of(package)
    note = (package.path / layout.checkpoint_path(SIZE)).read_bytes()
    ended = StampAuthority.found(tmp_path / "ended", -1)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.root + ended.root)
    bent = {
        STAMP: authority.stamp(b"another checkpoint"),
        layout.stamp_path(SIZE, "ended"): ended.stamp(note),
        layout.stamp_path(SIZE, "other"): StampAuthority.found(
            tmp_path / "other"
        ).stamp(note),
        layout.stamp_path(SIZE, "sha512"): authority.stamp(note, "-sha512"),
        layout.stamp_path(SIZE, "junk"): b"junk",
        layout.stamp_path(1, "tsa"): authority.stamp(note),
        "stamps/later.tsr": b"",
    }
    for path, content in bent.items():
        (package.path / path).write_bytes(content)
    said = verify(package, roots)
    for path in bent:
        (package.path / path).unlink()
    assert said.failing() == {"Q8"}, said.text
    assert former != 1
    for path in bent:
        assert f"Q8  {path}: " in said.text


def test_a_stamp_before_the_entries_below_it_is_named(tmp_path: Path) -> None:
    said = "Hash Algorithm: sha256\nTime stamp: May  2 10:30:00.250 2026 GMT\n"
    (tmp_path / "stamp").write_text(said)
    (tmp_path / "moments").write_text("7\t2026-05-02T10:31:01.000000Z\n")
    script = program("library") + program("stamped")
    for size, found in (("7", "back-dated"), ("8", "")):
        (tmp_path / "findings").write_text("")
        named = (f"size={size}", "file=it", "part=moments", "moments", "part=", "stamp")
        done = subprocess.run(
            ["awk", script, *named],
            cwd=tmp_path,
            env=os.environ | {"KYA_TMP": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "1777717800\n"
        assert found in (tmp_path / "findings").read_text()
