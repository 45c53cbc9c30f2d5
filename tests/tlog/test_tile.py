import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import InputError, MalformedError
from kya.tlog.tile import (
    ENTRY_BYTES_MAX,
    LEVEL_MAX,
    Bundle,
    Tile,
    bundles_of,
    decode_entries,
    encode_entries,
    join_hashes,
    parse_path,
    split_hashes,
    tiles_of,
)

WIDTHS = st.integers(1, 256)
INDEXES = st.integers(0, 2**55 - 1)


def test_names_a_tile_as_the_specification_does() -> None:
    tile = Tile(level=0, index=1_234_067, width=12)
    assert tile.path == "tile/0/x001/x234/067.p/12"
    assert tile.whole.path == "tile/0/x001/x234/067"
    assert Bundle(index=0, width=256).path == "tile/entries/000"


@given(st.integers(0, LEVEL_MAX), INDEXES, WIDTHS)
def test_a_tile_reads_back_from_its_path(level: int, index: int, width: int) -> None:
    tile = Tile(level=level, index=index, width=width)
    assert parse_path(tile.path) == tile


@given(INDEXES, WIDTHS)
def test_a_bundle_reads_back_from_its_path(index: int, width: int) -> None:
    bundle = Bundle(index=index, width=width)
    assert parse_path(bundle.path) == bundle


@given(st.text(alphabet="tile/0123456789x.p", max_size=30))
def test_every_path_that_is_read_is_its_own_spelling(path: str) -> None:
    try:
        file = parse_path("tile/" + path)
    except MalformedError:
        return
    assert file.path == "tile/" + path


def test_seventy_thousand_leaves_have_the_published_tiles() -> None:
    tiles = list(tiles_of(70_000))
    full = [sum(t.level == level and t.width == 256 for t in tiles) for level in (0, 1)]
    partial = [tile.path for tile in tiles if tile.width < 256]
    assert full == [273, 1]
    assert partial == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert list(bundles_of(70_000))[-1].path == "tile/entries/273.p/112"


def test_a_full_tile_has_one_hash_above_it_and_no_empty_neighbour() -> None:
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []
    assert list(bundles_of(0)) == []


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_a_bundle_gives_its_entries_back(entries: list[bytes]) -> None:
    assert decode_entries(encode_entries(entries)) == tuple(entries)


def test_an_entry_is_at_most_65535_bytes() -> None:
    longest = bytes(ENTRY_BYTES_MAX)
    assert decode_entries(encode_entries([longest])) == (longest,)
    with pytest.raises(InputError, match="65536"):
        encode_entries([longest + b"x"])


@given(st.binary(max_size=64))
def test_every_bundle_that_is_read_is_its_own_spelling(raw: bytes) -> None:
    try:
        entries = decode_entries(raw)
    except MalformedError:
        return
    assert encode_entries(entries) == raw


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=256))
def test_a_tile_gives_its_hashes_back(hashes: list[bytes]) -> None:
    assert split_hashes(join_hashes(hashes)) == tuple(hashes)


@pytest.mark.parametrize("length", [0, 31, 33, 257 * 32])
def test_refuses_a_tile_of_no_whole_number_of_hashes(length: int) -> None:
    with pytest.raises(MalformedError):
        split_hashes(bytes(length))


def test_joins_only_hashes() -> None:
    for hashes in ([], [bytes(31)], [bytes(32)] * 257):
        with pytest.raises(InputError):
            join_hashes(hashes)


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(-1, 0, 1), (8, 0, 1), (0, -1, 1), (0, 2**55, 1), (0, 0, 0), (0, 0, 257)],
)
def test_there_is_no_tile_outside_every_tree(
    level: int, index: int, width: int
) -> None:
    with pytest.raises(MalformedError):
        Tile(level=level, index=index, width=width)
