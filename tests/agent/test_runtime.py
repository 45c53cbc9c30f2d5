import os
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kya.agent.runtime import component, digest_of
from kya.core.errors import InputError

LISTING = "find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum"
names = st.text("abcé Z_-.", min_size=1, max_size=6).filter(
    lambda name: name.strip(".") != ""
)
trees = st.dictionaries(st.tuples(names, names), st.binary(max_size=64), min_size=1)


def planted(folder: Path, tree: dict[tuple[str, str], bytes]) -> Path:
    for (parent, name), content in tree.items():
        below = folder / f"d-{parent}"
        below.mkdir(parents=True, exist_ok=True)
        (below / name).write_bytes(content)
    return folder


def test_a_file_counts_as_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"weights")
    assert digest_of(path) == component(str(path)) == sha256(b"weights").hexdigest()


def test_a_digest_is_taken_as_it_is() -> None:
    assert component("sha256:" + "5" * 64) == "5" * 64
    for wrong in ("sha256:", "sha256:" + "5" * 63, "sha256:" + "G" * 64):
        with pytest.raises(InputError, match="sha256: want"):
            component(wrong)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(trees)
def test_stock_tools_make_a_folders_digest_again(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[tuple[str, str], bytes]
) -> None:
    folder = planted(tmp_path_factory.mktemp("tree") / "folder", tree)
    listing = subprocess.run(
        ["sh", "-c", LISTING], cwd=folder, capture_output=True, check=True
    ).stdout
    assert digest_of(folder) == sha256(listing).hexdigest()


def test_a_folder_changes_with_every_byte_and_every_name(tmp_path: Path) -> None:
    folder = planted(tmp_path / "folder", {("a", "x"): b"1", ("a", "y"): b"2"})
    before = digest_of(folder)
    (folder / "d-a/x").write_bytes(b"3")
    changed = digest_of(folder)
    (folder / "d-a/x").write_bytes(b"1")
    (folder / "d-a/x").rename(folder / "d-a/z")
    assert len({before, changed, digest_of(folder)}) == 3
    (folder / "d-a/z").rename(folder / "d-a/x")
    assert digest_of(folder) == before


def test_what_cannot_be_hashed_for_good_is_refused(tmp_path: Path) -> None:
    folder = planted(tmp_path / "folder", {("a", "x"): b"1"})
    with pytest.raises(InputError, match="cannot be read"):
        digest_of(folder / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="want 1 to 100000 files, got 0"):
        digest_of(tmp_path / "empty")
    (folder / "link").symlink_to(folder / "d-a/x")
    for path in (folder / "link", folder):
        with pytest.raises(InputError, match="want a plain file"):
            digest_of(path)
    (folder / "link").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(InputError, match="want a plain file"):
        digest_of(folder)


def test_a_name_that_a_list_cannot_hold_is_refused(tmp_path: Path) -> None:
    for name in ("a\nb", "a\\b"):
        folder = tmp_path / str(len(name) + ord(name[1]))
        folder.mkdir()
        (folder / name).write_bytes(b"")
        with pytest.raises(InputError, match="without line feed and backslash"):
            digest_of(folder)
