import errno
import os
from pathlib import Path

import pytest

from kya.adapters.store_wal import FileEntryStore
from kya.core.errors import CorruptionError
from kya.sequencer.record import Record

SMALL = 200  # Bytes of a segment: two records of one short entry each.


def filled(folder: Path, count: int, segment: int = SMALL) -> FileEntryStore:
    store = FileEntryStore(folder, segment)
    store.repair()
    for index in range(count):
        store.append(Record(index, (b"entry %d" % index,)))
    return store


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def entries(folder: Path) -> list[bytes]:
    records = FileEntryStore(folder).records()
    return [entry for record in records for entry in record.entries]


def expected(count: int) -> list[bytes]:
    return [b"entry %d" % index for index in range(count)]


def test_a_file_is_named_after_its_first_entry(tmp_path: Path) -> None:
    filled(tmp_path, 7).close()
    firsts = [int(name.removesuffix(".wal")) for name in names(tmp_path)]
    assert firsts[0] == 0
    assert len(firsts) > 2
    assert entries(tmp_path) == expected(7)


def test_files_are_dropped_once_published(tmp_path: Path) -> None:
    store = filled(tmp_path, 9)
    before = names(tmp_path)
    store.release(int(before[2].removesuffix(".wal")))
    assert names(tmp_path) == before[2:]
    store.release(9)
    assert names(tmp_path) == before[-1:]
    store.append(Record(9, (b"entry 9",)))
    assert entries(tmp_path)[-1] == b"entry 9"
    store.close()


@pytest.mark.parametrize("cut", range(1, 61))
def test_a_torn_tail_is_dropped_wherever_it_tore(tmp_path: Path, cut: int) -> None:
    filled(tmp_path, 2, segment=10_000).close()
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert entries(tmp_path) == expected(1)
    store = FileEntryStore(tmp_path)
    store.repair()
    assert path.stat().st_size == len(whole) // 2
    store.append(Record(1, (b"entry 1",)))
    store.close()
    assert path.read_bytes() == whole


def test_a_file_without_a_whole_record_is_removed(tmp_path: Path) -> None:
    filled(tmp_path, 1).close()
    (tmp_path / f"{1:019d}.wal").write_bytes(b"KYAW\0\0")
    store = FileEntryStore(tmp_path)
    store.repair()
    assert len(names(tmp_path)) == 1
    store.append(Record(1, (b"entry 1",)))
    store.close()
    assert entries(tmp_path) == expected(2)


def test_a_broken_file_before_the_last_one_is_corruption(tmp_path: Path) -> None:
    filled(tmp_path, 7).close()
    first = tmp_path / names(tmp_path)[0]
    first.write_bytes(first.read_bytes()[:-1])
    with pytest.raises(CorruptionError, match="files follow"):
        entries(tmp_path)


def test_every_flipped_byte_before_the_tail_is_corruption(tmp_path: Path) -> None:
    filled(tmp_path, 2, segment=10_000).close()
    (path,) = tmp_path.iterdir()
    raw = path.read_bytes()
    for at in range(len(raw) // 2):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        with pytest.raises(CorruptionError):
            FileEntryStore(tmp_path).repair()
        with pytest.raises(CorruptionError):
            entries(tmp_path)


def test_a_file_under_another_name_is_corruption(tmp_path: Path) -> None:
    filled(tmp_path, 1).close()
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / f"{5:019d}.wal")
    with pytest.raises(CorruptionError, match="want entry 5"):
        entries(tmp_path)
    path.with_name("note.wal").write_bytes(b"")
    with pytest.raises(CorruptionError, match="not a file of ours"):
        entries(tmp_path)


def test_reading_goes_on_while_old_files_are_dropped(tmp_path: Path) -> None:
    store = filled(tmp_path, 9)
    stale = FileEntryStore(tmp_path)
    listed = stale._stored()  # noqa: SLF001  the moment between looking and reading
    store.release(9)
    stale._stored = lambda: listed  # type: ignore[method-assign]  # noqa: SLF001
    assert list(stale.records())[-1].end == 9
    store.close()


def test_repair_writes_the_last_file_anew(tmp_path: Path) -> None:
    filled(tmp_path, 1).close()
    (path,) = tmp_path.iterdir()
    before = path.stat().st_ino
    store = FileEntryStore(tmp_path)
    store.repair()
    store.close()
    assert path.stat().st_ino != before


def test_a_full_disk_is_told_and_leaves_the_earlier_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path, 1)
    write = os.write

    def full(descriptor: int, content: memoryview) -> int:
        if len(content) > 20:
            return write(descriptor, content[:20])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        store.append(Record(1, (b"e",)))
    monkeypatch.undo()
    store.close()
    FileEntryStore(tmp_path).repair()
    assert entries(tmp_path) == expected(1)


def test_a_failed_sync_is_told_and_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path, 1)
    syncs: list[int] = []

    def broken(descriptor: int) -> None:
        syncs.append(descriptor)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(OSError, match="Input/output"):
        store.append(Record(1, (b"e",)))
    assert len(syncs) == 1
    store.close()


def test_a_closed_log_takes_no_record(tmp_path: Path) -> None:
    store = FileEntryStore(tmp_path / "wal")
    with pytest.raises(OSError, match="No such file"):
        store.append(Record(0, (b"e",)))
