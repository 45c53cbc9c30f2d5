import pytest

from kya.adapters.store_memory import MemoryDisk
from kya.sequencer.publish import Published, publish
from kya.sequencer.rehash import Rehash, Verdict
from kya.tlog.growth import Edge, read_edge
from kya.tlog.merkle import EMPTY_ROOT, leaf_hash, root_of
from kya.tlog.tile import bundles_of, parse_path, tiles_of
from tests.sequencer.logs import LOG

SIZE = 70_000  # Two levels of full tiles, and something unfinished on each.


def leaves(start: int, end: int) -> list[bytes]:
    return [b"%d" % index for index in range(start, end)]


@pytest.fixture(scope="module")
def disk() -> MemoryDisk:
    disk = MemoryDisk()
    publish(disk.stores(), LOG, Published(), leaves(0, SIZE))
    return disk


def broken(disk: MemoryDisk, edge: Edge | None = None) -> list[Verdict]:
    walk = Rehash(disk.stores().tiles.read, edge or Edge(), SIZE)
    return [verdict for verdict in walk.verdicts() if not verdict.holds]


def test_every_file_of_the_tree_has_one_verdict(disk: MemoryDisk) -> None:
    walk = Rehash(disk.stores().tiles.read, Edge(), SIZE)
    verdicts = list(walk.verdicts())
    paths = [verdict.subject for verdict in verdicts]
    assert sorted(paths) == sorted(
        [tile.path for tile in tiles_of(SIZE)]
        + [bundle.path for bundle in bundles_of(SIZE)]
    )
    assert all(verdict.holds for verdict in verdicts)
    assert walk.root == root_of(map(leaf_hash, leaves(0, SIZE)))


@pytest.mark.parametrize("start", [0, 1, 255, 256, 65_535, 65_536, 65_537, SIZE])
def test_a_walk_from_any_edge_makes_the_same_root(start: int) -> None:
    stores = MemoryDisk().stores()
    last = publish(stores, LOG, Published(), leaves(0, start))
    publish(stores, LOG, last, leaves(start, SIZE))
    edge = read_edge(stores.tiles.read, start)
    walk = Rehash(stores.tiles.read, edge, SIZE)
    assert all(verdict.holds for verdict in walk.verdicts())
    assert walk.root == root_of(map(leaf_hash, leaves(0, SIZE)))


def test_the_empty_tree_has_the_empty_root() -> None:
    walk = Rehash(MemoryDisk().stores().tiles.read, Edge(), 0)
    assert list(walk.verdicts()) == []
    assert walk.root == EMPTY_ROOT


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("tile/0/000", "hash 128 is not that of entry 128"),
        ("tile/0/273.p/112", "hash 56 is not that of entry 69944"),
        ("tile/1/000", "hash 128 is not that of tile 128 on level 0"),
        ("tile/1/001.p/17", "hash 8 is not that of tile 264 on level 0"),
        ("tile/2/000.p/1", "hash 0 is not that of tile 0 on level 1"),
    ],
)
def test_a_flipped_hash_is_named(disk: MemoryDisk, path: str, problem: str) -> None:
    raw = disk.seen.files[path]
    assert parse_path(path).path == path
    middle = len(raw) // 2
    flipped = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
    disk.seen.files[path] = flipped
    (found,) = broken(disk)
    disk.seen.files[path] = raw
    assert found.subject == path
    assert problem in found.problem


def test_a_flipped_entry_is_named(disk: MemoryDisk) -> None:
    path = "tile/entries/007"
    raw = disk.seen.files[path]
    disk.seen.files[path] = raw.replace(b"1900", b"1901")
    found = [verdict.problem for verdict in broken(disk)]
    disk.seen.files[path] = raw
    assert found[0] == "its hash 108 is not that of entry 1900"


@pytest.mark.parametrize("path", ["tile/entries/007", "tile/0/007", "tile/1/000"])
def test_a_missing_file_is_named_and_the_walk_goes_on(
    disk: MemoryDisk, path: str
) -> None:
    raw = disk.seen.files.pop(path)
    found = broken(disk)
    disk.seen.files[path] = raw
    assert [verdict.subject for verdict in found] == [path]


def test_a_bundle_and_its_tile_may_both_be_missing(disk: MemoryDisk) -> None:
    paths = ("tile/entries/007", "tile/0/007")
    raws = [disk.seen.files.pop(path) for path in paths]
    found = [verdict.subject for verdict in broken(disk)]
    disk.seen.files.update(zip(paths, raws, strict=True))
    assert found[:2] == list(paths)


def test_entries_that_were_signed_before_are_compared(disk: MemoryDisk) -> None:
    read = disk.stores().tiles.read
    edge = read_edge(read, 70_000)
    rows = (b"\1" + edge.rows[0][1:], *edge.rows[1:])
    later = Rehash(read, Edge(size=edge.size, bundle=edge.bundle, rows=rows), SIZE + 1)
    bundle = next(iter(later.verdicts()))
    assert not bundle.holds
