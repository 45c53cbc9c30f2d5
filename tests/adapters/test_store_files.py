import os
import subprocess
import sys
from pathlib import Path

import pytest

from kya.adapters.store_files import FileLease, FileTileStore, directory_stores
from kya.core.errors import CorruptionError, InputError, TransientError
from kya.sequencer.ports import Stores
from tests.contracts.stores import (
    CheckpointStoreContract,
    EntryStoreContract,
    LeaseContract,
    TileStoreContract,
)


class TestFileStores(
    EntryStoreContract, CheckpointStoreContract, TileStoreContract, LeaseContract
):
    @pytest.fixture(autouse=True)
    def _a_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "some" / "where"

    def make(self) -> Stores:
        return directory_stores(self.folder)


def test_a_log_is_laid_out_as_documented(tmp_path: Path) -> None:
    stores = directory_stores(tmp_path)
    stores.lease.acquire()
    stores.entries.repair()
    stores.tiles.write("tile/entries/000.p/1", b"\0\1a")
    stores.tiles.replace("checkpoint", b"c")
    names = {path.name for path in tmp_path.iterdir()}
    assert {"log", "wal", "checkpoints.sqlite", "lock"} <= names
    assert (tmp_path / "log" / "tile" / "entries" / "000.p" / "1").is_file()
    assert (tmp_path / "log" / "checkpoint").is_file()
    stores.lease.release()
    stores.checkpoints.close()


@pytest.mark.parametrize(
    "path",
    ["", "/", "../secret", "tile/../../x", "tile//0", "/etc/passwd", ".", "a\0b"],
)
def test_paths_stay_inside_the_log(tmp_path: Path, path: str) -> None:
    tiles = FileTileStore(tmp_path / "log")
    with pytest.raises(InputError):
        tiles.read(path)
    with pytest.raises(InputError):
        tiles.write(path, b"x")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    tiles = FileTileStore(tmp_path)
    tiles.write("tile/0/000", b"x")
    with pytest.raises(FileNotFoundError):
        tiles.read("tile/0")
    with pytest.raises(FileNotFoundError):
        tiles.read("tile/0/000/1")


def test_a_draft_that_a_crash_left_is_no_file_of_the_log(tmp_path: Path) -> None:
    tiles = FileTileStore(tmp_path)
    tiles.write("tile/0/000", b"x")
    (tmp_path / "tile" / "0" / ".001.new").write_bytes(b"half")
    assert list(tiles.paths("tile")) == ["tile/0/000"]
    tiles.write("tile/0/001", b"whole")
    assert tiles.read("tile/0/001") == b"whole"


def test_no_content_is_shown_before_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiles = FileTileStore(tmp_path)
    tiles.replace("checkpoint", b"old")

    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        tiles.replace("checkpoint", b"new")
    assert tiles.read("checkpoint") == b"old"


def test_a_file_that_exists_is_synced_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiles = FileTileStore(tmp_path)
    tiles.write("tile/0/000", b"x")
    synced: list[int] = []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(descriptor)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    tiles.write("tile/0/000", b"x")
    assert len(synced) == 2  # the file and its folder
    with pytest.raises(CorruptionError):
        tiles.write("tile/0/000", b"y")


def test_every_byte_is_written_though_the_disk_takes_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, content: write(fd, content[:3]))
    FileTileStore(tmp_path).write("tile/0/000", b"0123456789")
    assert (tmp_path / "tile" / "0" / "000").read_bytes() == b"0123456789"


HOLDER = """
import sys
from pathlib import Path
from kya.adapters.store_files import FileLease
lease = FileLease(Path(sys.argv[1]))
lease.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_refusal_names_the_process_and_ends_with_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(TransientError, match=f"process {other.pid} has"):
            FileLease(lock).acquire()
        other.kill()
        other.wait()
    lease = FileLease(lock)
    lease.acquire()
    assert lock.read_text() == f"{os.getpid()}\n"
    lease.release()
