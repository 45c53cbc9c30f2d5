import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from kya.core.errors import InputError
from kya.evidence.archive import archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("b/two.txt", "a.txt", "b/one.txt", "b-c/three.txt"):
        (tmp_path / "package" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "package" / path).write_text(path * 300)
    return tmp_path / "package"


def test_the_same_folder_gives_the_same_bytes_under_any_name(
    folder: Path, tmp_path: Path
) -> None:
    archive(folder, tmp_path / "one.tar.gz")
    os.utime(folder / "a.txt", (1, 1))
    (folder / "a.txt").chmod(0o600)
    renamed = folder.rename(tmp_path / "renamed")
    archive(renamed, tmp_path / "two.tar.gz")
    one, two = (tmp_path / f"{name}.tar.gz" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_members_are_sorted_anonymous_and_of_no_time(
    folder: Path, tmp_path: Path
) -> None:
    archive(folder, tmp_path / "out.tar.gz")
    with tarfile.open(tmp_path / "out.tar.gz") as tar:
        members = tar.getmembers()
    assert [m.name for m in members] == [
        "evidence/a.txt",
        "evidence/b/one.txt",
        "evidence/b/two.txt",
        "evidence/b-c/three.txt",
    ]
    assert {(m.uid, m.gid, m.mtime, m.mode, m.uname) for m in members} == {
        (0, 0, 0, 0o644, "")
    }


def test_gnu_tar_unpacks_it(folder: Path, tmp_path: Path) -> None:
    archive(folder, tmp_path / "out.tar.gz")
    subprocess.run(["tar", "-xzf", "out.tar.gz"], cwd=tmp_path, check=True)
    unpacked = tmp_path / "evidence" / "b" / "one.txt"
    assert unpacked.read_text() == "b/one.txt" * 300


def test_never_overwrites(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out.tar.gz").write_bytes(b"evidence")
    with pytest.raises(InputError, match="never overwritten"):
        archive(folder, tmp_path / "out.tar.gz")
    assert (tmp_path / "out.tar.gz").read_bytes() == b"evidence"


def test_leaves_nothing_behind_on_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        archive(tmp_path / "nowhere", tmp_path / "out.tar.gz")
    assert list(tmp_path.iterdir()) == []
