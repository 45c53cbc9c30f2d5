"""Publishing below the fold: entries here are short bytes without meaning."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.adapters.store_memory import Fault, MemoryDisk
from kya.codec.note import SignedNote
from kya.core.errors import CorruptionError, TransientError
from kya.pki.note_signer import NoteSigner
from kya.sequencer.ports import Stores
from kya.sequencer.publish import CHECKPOINT, Published, publish
from kya.tlog.checkpoint import Checkpoint, open_checkpoint
from kya.tlog.merkle import (
    EMPTY_ROOT,
    leaf_hash,
    root_of,
    verify_consistency,
)
from kya.tlog.tile import bundles_of, tiles_of
from kya.tlog.tree import consistency_proof, entries
from tests.sequencer.logs import LOG, DeadSigner
from tests.world import ORIGIN

SIZES = (0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537)


def leaves(start: int, end: int) -> list[bytes]:
    return [b"%d" % index for index in range(start, end)]


def sized(stores: Stores, size: int, last: Published | None = None) -> Published:
    last = last or Published()
    return publish(stores, LOG, last, leaves(last.edge.size, size))


@pytest.mark.parametrize("size", SIZES)
def test_a_tree_of_any_size_is_published_at_once(size: int) -> None:
    disk = MemoryDisk()
    stores = disk.stores()
    result = sized(stores, size)
    assert result.checkpoint is not None
    assert result.checkpoint.root == root_of(map(leaf_hash, leaves(0, size)))
    assert list(entries(stores.tiles.read, 0, size, size)) == leaves(0, size)
    wanted = {tile.path for tile in tiles_of(size)}
    wanted |= {bundle.path for bundle in bundles_of(size)}
    assert set(stores.tiles.paths("tile")) == wanted
    raw = stores.tiles.read(CHECKPOINT)
    assert open_checkpoint(raw, ORIGIN, (LOG.key,)) == result.checkpoint
    assert raw == stores.checkpoints.latest(ORIGIN) == result.note
    assert stores.tiles.read(f"checkpoints/{size}.note") == raw


def test_a_tree_grows_over_every_boundary() -> None:
    stores = MemoryDisk().stores()
    last = Published()
    for size in SIZES:
        before, last = last, sized(stores, size, last)
        assert last.checkpoint is not None
        old = EMPTY_ROOT if before.checkpoint is None else before.checkpoint.root
        path = consistency_proof(stores.tiles.read, before.edge.size, size)
        verify_consistency(before.edge.size, size, old, last.checkpoint.root, path)
    assert [*stores.tiles.paths("checkpoints")] == sorted(
        f"checkpoints/{size}.note" for size in SIZES
    )


@given(st.lists(st.integers(0, 300), min_size=1, max_size=6))
def test_however_it_grows_the_root_is_that_of_all_entries(steps: list[int]) -> None:
    stores = MemoryDisk().stores()
    last, size = Published(), 0
    for step in steps:
        size += step
        last = sized(stores, size, last)
    assert last.edge.root == root_of(map(leaf_hash, leaves(0, size)))


def test_one_size_is_signed_once() -> None:
    stores = MemoryDisk().stores()
    first = sized(stores, 3)
    assert publish(stores, LOG, first, ()) is first


@pytest.mark.parametrize("size", [1, 255, 257, 513])
def test_no_file_is_signed_that_was_flipped_on_its_way_to_disk(size: int) -> None:
    clean = MemoryDisk()
    sized(clean.stores(), size)
    for path in [*clean.stores().tiles.paths("tile")]:
        disk = MemoryDisk()
        stores = disk.stores()
        disk.plan = _flipping(disk, path)
        with pytest.raises(CorruptionError, match="not signed"):
            sized(stores, size)
        assert stores.checkpoints.latest(ORIGIN) is None
        assert CHECKPOINT not in disk.seen.files


class _flipping:  # noqa: N801  reads as a phrase where it is used
    """Flips a bit of one file as soon as another write begins."""

    def __init__(self, disk: MemoryDisk, path: str) -> None:
        self.disk = disk
        self.path = path
        self.reads = disk.seen.files

    def __call__(self, name: str) -> Fault:
        if name == self.path:
            self.disk.seen.files = Flipped(self.reads, self.path)
        return Fault.NONE


class Flipped(dict[str, bytes]):
    """Files of which one is stored with its last bit wrong."""

    def __init__(self, files: dict[str, bytes], path: str) -> None:
        super().__init__(files)
        self.path = path

    def __setitem__(self, path: str, content: bytes) -> None:
        if path == self.path:
            content = content[:-1] + bytes([content[-1] ^ 1])
        super().__setitem__(path, content)


@pytest.mark.parametrize("path", ["tile/0/000.p/3", "tile/entries/000.p/3"])
def test_an_old_tile_that_changed_stops_the_next_signature(path: str) -> None:
    disk = MemoryDisk()
    stores = disk.stores()
    last = sized(stores, 3)
    raw = disk.seen.files[path]
    disk.seen.files[path] = raw[:-1] + bytes([raw[-1] ^ 1])
    with pytest.raises(CorruptionError, match="not signed"):
        sized(stores, 5, last)
    assert stores.checkpoints.latest(ORIGIN) == last.note


def test_a_tile_of_other_content_is_never_overwritten() -> None:
    disk = MemoryDisk()
    disk.seen.files["tile/entries/000.p/3"] = b"\0\1x"
    with pytest.raises(CorruptionError, match="other content"):
        sized(disk.stores(), 3)
    assert disk.seen.files["tile/entries/000.p/3"] == b"\0\1x"


def test_another_checkpoint_in_the_store_stops_everything() -> None:
    disk = MemoryDisk()
    stores = disk.stores()
    last = sized(stores, 3)
    shown = stores.tiles.read(CHECKPOINT)
    assert last.note is not None
    assert stores.checkpoints.swap(ORIGIN, last.note, b"theirs")
    with pytest.raises(CorruptionError, match="second writer"):
        sized(stores, 5, last)
    assert stores.checkpoints.latest(ORIGIN) == b"theirs"
    assert stores.tiles.read(CHECKPOINT) == shown
    assert [*stores.tiles.paths("checkpoints")] == ["checkpoints/3.note"]


def test_without_the_log_key_nothing_is_stored_or_shown() -> None:
    stores = MemoryDisk().stores()
    dead = NoteSigner(ORIGIN, DeadSigner())
    with pytest.raises(TransientError, match="cannot sign"):
        publish(stores, dead, Published(), leaves(0, 3))
    assert stores.checkpoints.latest(ORIGIN) is None
    assert [*stores.tiles.paths("checkpoints")] == []


def test_a_checkpoint_is_stored_before_it_is_shown() -> None:
    disk = MemoryDisk()
    stored: list[bool] = []

    def plan(name: str) -> Fault:
        if name.startswith(CHECKPOINT) and name != "checkpoint swap":
            stored.append(ORIGIN in disk.durable.checkpoints)
        return Fault.NONE

    disk.plan = plan
    sized(disk.stores(), 3)
    assert stored == [True, True]


@pytest.mark.parametrize("size", [3, 256, 700])
def test_publishing_again_after_any_failed_write_gives_the_same_log(size: int) -> None:
    clean = MemoryDisk()
    writes: list[str] = []

    def noting(name: str) -> Fault:
        writes.append(name)
        return Fault.NONE

    clean.plan = noting
    sized(clean.stores(), size)
    for failing in writes[: writes.index("checkpoint swap") + 1]:
        disk = MemoryDisk(partial(_fails, failing))
        with pytest.raises(OSError, match="as planned"):
            sized(disk.stores(), size)
        disk.plan = lambda _name: Fault.NONE
        disk.cut_power()
        sized(disk.stores(), size)
        assert disk.durable.files == clean.durable.files


def _fails(at: str, name: str) -> Fault:
    return Fault.FAILED if name == at else Fault.NONE


def test_the_note_holds_the_three_lines_of_a_checkpoint() -> None:
    result = sized(MemoryDisk().stores(), 2)
    assert result.note is not None
    note = SignedNote.parse(result.note)
    assert Checkpoint.from_note(note) == result.checkpoint
    assert note.text.startswith(f"{ORIGIN}\n2\n".encode())
