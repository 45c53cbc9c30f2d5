import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.core.errors import DistrustError, InputError
from kya.tlog.growth import Edge, Growth, read_edge
from kya.tlog.merkle import Frontier, leaf_hash, root_of
from kya.tlog.tile import bundles_of, tiles_of
from kya.tlog.tree import entries, root_at
from tests.tlog.builders import Files, a_log, grow, some_entries


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(entry) for entry in some_entries(count)]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_a_log_grown_in_steps_has_every_file_of_its_size(steps: list[int]) -> None:
    files, edge = a_log(*steps)
    size = sum(steps)
    wanted = {tile.path for tile in tiles_of(size)}
    wanted |= {bundle.path for bundle in bundles_of(size)}
    assert wanted <= set(files)
    assert edge.root == root_at(files.read, size) == root_of(leaves(size))
    assert list(entries(files.read, 0, size, size)) == some_entries(size)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537])
def test_a_log_written_at_once_has_exactly_the_files_of_its_size(size: int) -> None:
    files, edge = a_log(size)
    wanted = {tile.path for tile in tiles_of(size)}
    wanted |= {bundle.path for bundle in bundles_of(size)}
    assert set(files) == wanted
    assert edge.frontier == Frontier().extend(leaves(size))


@settings(max_examples=30)
@given(st.integers(0, 600), st.integers(0, 300))
def test_only_files_that_changed_are_written(old: int, more: int) -> None:
    files, edge = a_log(old)
    before = set(files)
    written = [path for path, _ in Growth(edge).files(some_entries(more, old))]
    assert len(written) == len(set(written))
    assert not before & set(written)


@settings(max_examples=30)
@given(st.integers(0, 700))
def test_the_edge_reads_back_from_the_files(size: int) -> None:
    files, edge = a_log(size)
    assert read_edge(files.read, size) == edge


def test_growing_goes_on_from_an_edge_that_was_read_back() -> None:
    files, _ = a_log(300)
    edge = grow(files, read_edge(files.read, 300), some_entries(400, 300))
    assert edge.root == root_of(leaves(700))


def test_a_failed_write_leaves_the_old_edge_as_it_was() -> None:
    files, edge = a_log(200)
    growth = Growth(edge)
    next(iter(growth.files(some_entries(100, 200))))  # the writer dies here
    assert grow(Files(files), edge, some_entries(100, 200)).root == root_of(leaves(300))


def test_an_edge_whose_entries_do_not_fit_its_hashes_is_refused() -> None:
    files, _ = a_log(5)
    raw = files["tile/entries/000.p/5"]
    files["tile/entries/000.p/5"] = raw[:-1] + b"X"
    with pytest.raises(DistrustError, match="tile/entries/000"):
        read_edge(files.read, 5)


def test_an_edge_must_fit_its_size() -> None:
    with pytest.raises(InputError):
        Edge(size=3)


def test_an_entry_too_long_stops_the_growth() -> None:
    with pytest.raises(InputError):
        list(Growth(Edge()).files([bytes(65_536)]))


def test_memory_is_flat_in_the_number_of_entries() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in Growth(Edge()).files(bytes(100) for _ in range(count)):
            pass
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    assert peak(20_000) < 2 * peak(2_000)
