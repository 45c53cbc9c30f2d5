from collections.abc import Callable
from pathlib import Path

import pytest

from kya.adapters.kms_memory import MemorySigner
from kya.adapters.store_files import directory_stores
from kya.adapters.store_memory import MemoryDisk
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.sequencer.fsck import LOGGED, fsck
from kya.sequencer.publish import CHECKPOINT
from kya.sequencer.record import Record
from kya.sequencer.rehash import Verdict
from kya.sequencer.sequencer import Sequencer
from tests.sequencer.logs import (
    LOG,
    all_entries,
    calls_from,
    opened,
    published,
    read,
    run,
)
from tests.world import ORIGIN

SIZE = 9


def a_disk(*sizes: int) -> MemoryDisk:
    disk = MemoryDisk()
    for size in sizes or (SIZE,):
        published(disk, size)
    return disk


def verdicts(disk: MemoryDisk) -> list[Verdict]:
    return list(fsck(disk.stores(), LOG.key))


def broken(disk: MemoryDisk) -> list[str]:
    return [verdict.subject for verdict in verdicts(disk) if not verdict.holds]


def test_a_sound_log_has_a_verdict_on_every_part() -> None:
    disk = a_disk(5, SIZE)
    assert [verdict.subject for verdict in verdicts(disk)] == [
        "stored checkpoint",
        CHECKPOINT,
        "checkpoints/5.note",
        f"checkpoints/{SIZE}.note",
        f"tile/entries/000.p/{SIZE}",
        f"tile/0/000.p/{SIZE}",
        "root",
        "tile/0/000.p/5",
        "tile/entries/000.p/5",
        LOGGED,
    ]
    assert broken(disk) == []


def test_an_empty_log_holds() -> None:
    assert broken(MemoryDisk()) == []
    assert broken(a_disk(0)) == []


def test_unpublished_entries_are_looked_at() -> None:
    disk = a_disk(5)

    async def case() -> None:
        sequencer = await opened(disk.stores())
        for call in calls_from(5):
            await sequencer.append(*read(call))
        assert broken(disk) == []
        disk.seen.wal[-1] = Record(sequencer.size - 1, (b"no note",)).encode()
        assert broken(disk) == [LOGGED]

    run(case)


def _flip(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [_flip, lambda raw: raw[:-1], lambda raw: raw + b"\n", lambda _: b""]
)
def test_damage_to_any_file_is_found_and_named(
    damage: Callable[[bytes], bytes],
) -> None:
    for path in sorted(a_disk(5, SIZE).seen.files):
        disk = a_disk(5, SIZE)
        disk.seen.files[path] = damage(disk.seen.files[path])
        problems = {v.subject: v.problem for v in verdicts(disk) if not v.holds}
        told = " ".join([*problems, *problems.values()])
        assert problems
        assert path in told or path.replace("entries", "0") in told


def test_a_missing_file_is_found_and_named() -> None:
    for path in (CHECKPOINT, f"tile/0/000.p/{SIZE}", f"tile/entries/000.p/{SIZE}"):
        disk = a_disk(5, SIZE)
        del disk.seen.files[path]
        assert path in broken(disk)


def test_a_file_that_does_not_belong_is_named() -> None:
    disk = a_disk()
    disk.seen.files["tile/9/notes.txt"] = b"?"
    disk.seen.files["checkpoints/8.note"] = disk.seen.files[CHECKPOINT]
    assert broken(disk) == ["checkpoints/8.note", "tile/9/notes.txt"]


def test_a_checkpoint_of_another_key_is_found() -> None:
    disk = a_disk()
    other = NoteSigner(ORIGIN, MemorySigner.generate(KeyAlgorithm.ED25519))
    found = [v.subject for v in fsck(disk.stores(), other.key) if not v.holds]
    assert "stored checkpoint" in found
    assert f"checkpoints/{SIZE}.note" in found


def test_readers_who_saw_more_than_was_stored_are_a_finding() -> None:
    disk = a_disk(5, SIZE)
    disk.seen.checkpoints[ORIGIN] = disk.seen.files["checkpoints/5.note"]
    assert set(broken(disk)) >= {CHECKPOINT, f"checkpoints/{SIZE}.note"}


def test_readers_who_lag_behind_are_no_finding() -> None:
    disk = a_disk(5, SIZE)
    disk.seen.files[CHECKPOINT] = disk.seen.files["checkpoints/5.note"]
    assert broken(disk) == []


def test_a_write_ahead_log_that_disagrees_is_found() -> None:
    disk = a_disk()
    entries = all_entries()[:SIZE]
    entries[2] = entries[1]
    disk.seen.wal = [Record(0, tuple(entries)).encode()]
    assert broken(disk) == [LOGGED]
    disk.seen.wal = []
    assert broken(disk) == [LOGGED]


def test_entries_that_may_not_stand_there_are_found() -> None:
    # All is well signed and hashed, but the log breaks its own rules.
    from kya.sequencer.publish import Published, publish  # noqa: PLC0415

    disk = MemoryDisk()
    first = all_entries()[:5]
    entries = (*first, first[0])
    disk.stores().entries.append(Record(0, entries))
    publish(disk.stores(), LOG, Published(), entries)
    assert broken(disk) == [LOGGED]
    assert "entry 5" in verdicts(disk)[-1].problem


def written(folder: Path) -> list[tuple[Path, int]]:
    return sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*.wal"))


def test_a_running_log_on_a_real_disk_can_be_checked(tmp_path: Path) -> None:
    async def case() -> None:
        sequencer = await Sequencer.open(directory_stores(tmp_path), LOG)
        for number, call in enumerate(calls_from(0)):
            await sequencer.append(*read(call))
            if number % 4 == 0:
                await sequencer.publish()
        looking = directory_stores(tmp_path)
        before = written(tmp_path)
        assert all(verdict.holds for verdict in fsck(looking, LOG.key))
        assert written(tmp_path) == before
        looking.checkpoints.close()
        await sequencer.close()

    run(case)
