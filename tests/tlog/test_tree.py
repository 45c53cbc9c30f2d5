import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import DistrustError, InputError
from kya.tlog.merkle import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from kya.tlog.tree import (
    Tree,
    consistency_proof,
    entries,
    inclusion_proof,
    root_at,
)
from tests.tlog.builders import Files, a_log, some_entries

SIZE = 700
ENTRIES = some_entries(SIZE)
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
LOG_FILES = a_log(*[1] * 5, 250, 2, SIZE - 257)[0]
SIZES = st.integers(1, SIZE)


def a_tree_of_every_size() -> Files:
    """Files with the partial tiles of all sizes: a checkpoint after every entry."""
    return a_log(*[1] * SIZE)[0]


EVERY = a_tree_of_every_size()


@given(st.integers(0, SIZE))
def test_the_root_from_tiles_is_the_root_from_leaves(size: int) -> None:
    assert root_at(EVERY.read, size) == root_of(LEAVES[:size])


@given(SIZES, st.data())
def test_inclusion_from_tiles_equals_inclusion_from_leaves(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(EVERY.read, index, size)
    assert path == inclusion_path(LEAVES[:size], index)


@given(SIZES, st.data())
def test_consistency_from_tiles_equals_consistency_from_leaves(
    size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(0, size))
    path = consistency_proof(EVERY.read, old, size)
    assert path == consistency_path(LEAVES[:size], old)


@given(SIZES, st.data())
def test_entries_come_back_in_order(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size))
    assert list(entries(EVERY.read, start, end, size)) == ENTRIES[start:end]


def test_proofs_across_three_levels_of_tiles_hold() -> None:
    files, edge = a_log(65_537, 300)
    root = root_at(files.read, edge.size)
    assert root == edge.root
    for index in (0, 255, 256, 65_535, 65_536, 65_836):
        path = inclusion_proof(files.read, index, edge.size)
        leaf = leaf_hash(b"entry %d" % index)
        verify_inclusion(leaf, index, edge.size, path, root)
    path = consistency_proof(files.read, 65_537, edge.size)
    old_root = root_at(files.read, 65_537)
    verify_consistency(65_537, edge.size, old_root, root, path)


def test_takes_the_full_tile_where_the_partial_one_is_gone() -> None:
    full = {path: raw for path, raw in EVERY.items() if ".p/" not in path}
    files = Files(full | {"tile/1/000.p/1": EVERY["tile/1/000.p/1"]})
    assert root_at(files.read, 300) == root_of(LEAVES[:300])
    assert list(entries(files.read, 0, 300, 300)) == ENTRIES[:300]
    with pytest.raises(DistrustError, match=r"tile/1/000\.p/2"):
        root_at(files.read, SIZE)


def test_names_the_file_that_is_missing() -> None:
    files = Files({k: raw for k, raw in LOG_FILES.items() if k != "tile/entries/001"})
    with pytest.raises(DistrustError, match="tile/entries/001"):
        list(entries(files.read, 0, SIZE, SIZE))


@pytest.mark.parametrize("change", [b"", b"x" * 31, b"x" * 33, b"x" * 8193])
def test_names_the_tile_whose_length_is_wrong(change: bytes) -> None:
    files = Files(LOG_FILES | {"tile/0/000": change})
    with pytest.raises(DistrustError, match="tile/0/000"):
        inclusion_proof(files.read, 3, SIZE)


@pytest.mark.parametrize("change", [b"", b"\x00", b"\x00\x01", b"\x00\x01a"])
def test_names_the_bundle_that_is_cut(change: bytes) -> None:
    files = Files(LOG_FILES | {"tile/entries/001": change})
    with pytest.raises(DistrustError, match="tile/entries/001"):
        list(entries(files.read, 0, SIZE, SIZE))


@given(st.data())
def test_a_changed_byte_in_a_hash_tile_never_makes_a_proof_that_holds(
    data: st.DataObject,
) -> None:
    path = data.draw(st.sampled_from(["tile/0/000", "tile/0/002.p/188"]))
    at = data.draw(st.integers(0, len(LOG_FILES[path]) - 1))
    raw = bytearray(LOG_FILES[path])
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    files = Files(LOG_FILES | {path: bytes(raw)})
    index = min(at // 32, 255) if path == "tile/0/000" else 512 + at // 32
    # A neighbour's path runs through the changed hash; its own does not.
    neighbour = index ^ 1
    proof = inclusion_proof(files.read, neighbour, SIZE)
    with pytest.raises(DistrustError):
        verify_inclusion(LEAVES[neighbour], neighbour, SIZE, proof, root_of(LEAVES))


def test_names_the_bundle_that_holds_more_than_its_name_says() -> None:
    path = "tile/entries/002.p/188"
    files = Files(LOG_FILES | {path: LOG_FILES[path] + b"\x00\x01a"})
    with pytest.raises(DistrustError, match=r"189 entries; want 188"):
        list(entries(files.read, 0, SIZE, SIZE))


def test_refuses_what_the_tree_never_had() -> None:
    tree = Tree(LOG_FILES.read, SIZE)
    for question in (
        lambda: tree.inclusion_path(SIZE),
        lambda: tree.consistency_path(SIZE + 1),
        lambda: tree.node_at(0, SIZE),
        lambda: tree.node_at(-1, 0),
        lambda: list(entries(LOG_FILES.read, 5, 4, SIZE)),
        lambda: Tree(LOG_FILES.read, -1),
    ):
        with pytest.raises(InputError):
            question()
