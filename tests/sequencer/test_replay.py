from collections.abc import Callable

import pytest

from kya.adapters.kms_memory import MemorySigner
from kya.adapters.store_memory import MemoryDisk
from kya.core.errors import CorruptionError
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.sequencer.publish import CHECKPOINT
from kya.sequencer.record import Record
from kya.sequencer.replay import replay
from tests.sequencer.logs import (
    LOG,
    all_entries,
    calls_from,
    grown,
    published,
    read,
    run,
    story,
)
from tests.world import ORIGIN

SIZE = 9  # Of which the last two entries are an order and its decision.


def a_disk(size: int = SIZE) -> MemoryDisk:
    disk = MemoryDisk()
    published(disk, size)
    return disk


def write_ahead(disk: MemoryDisk, *records: Record) -> None:
    disk.seen.wal = [record.encode() for record in records]


def both(disk: MemoryDisk, path: str, content: bytes) -> None:
    disk.seen.files[path] = content


def test_what_was_published_is_replayed_without_the_write_ahead_log_but_one() -> None:
    disk = a_disk()
    assert len(disk.seen.wal) == 1
    replayed = replay(disk.stores(), LOG.key)
    assert replayed.folded.size == SIZE
    assert replayed.tail.start == replayed.tail.end == SIZE


def test_unpublished_records_are_real_and_kept() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer = await grown(disk.stores(), 5)
        await sequencer.publish()
        for call in calls_from(5):
            if sequencer.size < SIZE:
                await sequencer.append(*read(call))
        disk.cut_power()
        replayed = replay(disk.stores(), LOG.key)
        assert replayed.tail.start == 5
        assert replayed.tail.until(99) == all_entries()[5:SIZE]
        assert replayed.published.checkpoint is not None
        assert replayed.published.checkpoint.size == 5

    run(case)


def test_a_checkpoint_that_was_stored_but_not_shown_is_shown() -> None:
    disk = a_disk()
    shown = disk.seen.files.pop(CHECKPOINT)
    kept = disk.seen.files.pop(f"checkpoints/{SIZE}.note")
    replay(disk.stores(), LOG.key)
    assert disk.seen.files[CHECKPOINT] == shown == kept
    assert disk.seen.files[f"checkpoints/{SIZE}.note"] == kept


def test_the_wrong_log_key_is_refused() -> None:
    disk = a_disk()
    other = NoteSigner(ORIGIN, MemorySigner.generate(KeyAlgorithm.ED25519))
    with pytest.raises(CorruptionError, match="stored checkpoint"):
        replay(disk.stores(), other.key)


def test_tiles_from_an_older_copy_are_refused() -> None:
    old, disk = a_disk(7), a_disk()
    disk.seen.files = dict(old.seen.files)
    with pytest.raises(CorruptionError, match="stored checkpoint"):
        replay(disk.stores(), LOG.key)


def test_a_checkpoint_store_from_an_older_copy_is_refused() -> None:
    old, disk = a_disk(7), a_disk()
    disk.seen.checkpoints = dict(old.seen.checkpoints)
    with pytest.raises(CorruptionError, match=f"{SIZE} entries.*7"):
        replay(disk.stores(), LOG.key)
    disk.seen.checkpoints.clear()
    with pytest.raises(CorruptionError, match="older copy"):
        replay(disk.stores(), LOG.key)


def test_another_checkpoint_of_one_size_is_refused() -> None:
    disk = a_disk()
    note = disk.seen.files[CHECKPOINT]
    lines = note.split(b"\n")
    lines[2] = b"A" * 43 + b"="
    both(disk, CHECKPOINT, b"\n".join(lines))
    with pytest.raises(CorruptionError, match="another checkpoint"):
        replay(disk.stores(), LOG.key)


def test_a_checkpoint_that_is_none_is_refused() -> None:
    disk = a_disk()
    both(disk, CHECKPOINT, b"hello")
    with pytest.raises(CorruptionError, match="checkpoint"):
        replay(disk.stores(), LOG.key)


def test_a_write_ahead_log_from_an_older_copy_is_refused() -> None:
    disk = a_disk()
    write_ahead(disk, Record(0, tuple(all_entries()[:5])))
    with pytest.raises(CorruptionError, match=f"entry 5.*{SIZE} are signed"):
        replay(disk.stores(), LOG.key)
    disk.seen.wal.clear()
    with pytest.raises(CorruptionError, match="older copy"):
        replay(disk.stores(), LOG.key)


def test_a_write_ahead_log_with_a_gap_is_refused() -> None:
    disk = a_disk()
    write_ahead(disk, Record(SIZE + 1, (b"x",)))
    with pytest.raises(CorruptionError, match=f"want {SIZE}"):
        replay(disk.stores(), LOG.key)


def test_a_write_ahead_log_of_other_entries_is_refused() -> None:
    disk = a_disk()
    entries = all_entries()[:SIZE]
    entries[4] = entries[3]
    write_ahead(disk, Record(0, tuple(entries)))
    with pytest.raises(CorruptionError, match="entry 4 is not the one"):
        replay(disk.stores(), LOG.key)


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ((b"not a note",), "entry 0"),
        (story()[1], "must open the log"),
        ((*all_entries()[:11],), "no decision"),
        ((*all_entries()[:7], all_entries()[8]), "entry 7"),
    ],
)
def test_entries_that_may_not_stand_there_are_refused(
    entries: tuple[bytes, ...], problem: str
) -> None:
    disk = MemoryDisk()
    write_ahead(disk, Record(0, entries))
    with pytest.raises(CorruptionError, match=problem):
        replay(disk.stores(), LOG.key)


def _flip(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


@pytest.mark.parametrize("damage", [_flip, lambda raw: raw[:-1], lambda raw: raw + raw])
def test_damaged_files_are_refused(damage: Callable[[bytes], bytes]) -> None:
    for path in list(a_disk().stores().tiles.paths("tile")):
        disk = a_disk()
        both(disk, path, damage(disk.seen.files[path]))
        with pytest.raises(CorruptionError):
            replay(disk.stores(), LOG.key)


def test_an_older_entry_that_changed_is_found_while_it_is_folded() -> None:
    # The last bundle is compared with its tile at once; an earlier one would be here.
    disk = a_disk()
    path = f"tile/entries/000.p/{SIZE}"
    tile = f"tile/0/000.p/{SIZE}"
    bundle = disk.seen.files[path]
    at = bundle.index(b"memory, software")
    both(disk, path, bundle[:at] + b"m" + bundle[at + 1 :])
    assert replay(disk.stores(), LOG.key).folded.size == SIZE
    both(disk, path, bundle[:at] + b"M" + bundle[at + 1 :])
    with pytest.raises(CorruptionError, match=r"entries"):
        replay(disk.stores(), LOG.key)
    assert tile in disk.seen.files
