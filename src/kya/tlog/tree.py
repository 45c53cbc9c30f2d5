"""Roots, proofs and entries, computed from a log's files.

Storage is an argument: `Read` takes a path below the log's prefix, such as
`tile/0/000.p/7`, and returns the file's bytes or raises FileNotFoundError. What it
returns is not believed: lengths are checked here, hashes by whoever holds a root.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kya.core.errors import DistrustError, InputError, MalformedError
from kya.tlog.merkle import HASH_BYTES, SIZE_MAX, fold, root_of, split_of
from kya.tlog.tile import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Bundle,
    Tile,
    decode_entries,
    split_hashes,
    width_at,
)

Read = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree of one size over one log's tiles; keeps what it has read and hashed."""

    read: Read
    size: int
    _nodes: dict[tuple[int, int], bytes] = field(
        default_factory=dict[tuple[int, int], bytes],
        init=False,
        repr=False,
        compare=False,
    )
    _tiles: dict[Tile, tuple[bytes, ...]] = field(
        default_factory=dict[Tile, tuple[bytes, ...]],
        init=False,
        repr=False,
        compare=False,
    )

    def __post_init__(self) -> None:
        """Refuse a size that no log has."""
        if not 0 <= self.size <= SIZE_MAX:
            raise InputError(f"tree size {self.size}: want 0 to {SIZE_MAX}")

    def node_at(self, level: int, index: int) -> bytes:
        """Return the root of the 2^level leaves from leaf index · 2^level on."""
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise InputError(
                f"no node {index} on level {level} of a tree of {self.size}"
            )
        node = self._nodes.get((level, index))
        if node is None:
            node = self._nodes[level, index] = self._hash_up(level, index)
        return node

    def root_over(self, start: int, end: int) -> bytes:
        """Return MTH of the leaves from `start` to `end`.

        `start` must be where a subtree of that length can begin: a multiple of the
        largest power of two in the length.
        """
        nodes: list[bytes] = []
        while start < end:
            level = (end - start).bit_length() - 1
            nodes.append(self.node_at(level, start >> level))
            start += 1 << level
        return fold(nodes)

    def inclusion_path(self, index: int) -> tuple[bytes, ...]:
        """Return PATH(index, all leaves) of RFC 9162 §2.1.3.1."""
        if not 0 <= index < self.size:
            raise InputError(f"no entry {index} in a tree of {self.size}")
        start, end = 0, self.size
        path: list[bytes] = []
        while end - start > 1:
            middle = start + split_of(end - start)
            if index < middle:
                path.append(self.root_over(middle, end))
                end = middle
            else:
                path.append(self.root_over(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency_path(self, old_size: int) -> tuple[bytes, ...]:
        """Return PROOF(old size, all leaves) of RFC 9162 §2.1.4.1."""
        if not 0 <= old_size <= self.size:
            raise InputError(f"a tree of {self.size} never had {old_size} entries")
        if old_size in {0, self.size}:
            return ()
        start, end = 0, self.size
        path: list[bytes] = []
        while end != old_size:
            middle = start + split_of(end - start)
            if old_size <= middle:
                path.append(self.root_over(middle, end))
                end = middle
            else:
                path.append(self.root_over(start, middle))
                start = middle
        if start:  # else the subtree is the old tree, whose root the verifier has
            path.append(self.root_over(start, end))
        return tuple(reversed(path))

    def _hash_up(self, level: int, index: int) -> bytes:
        """Hash the 1 to 128 hashes of the tile below a node."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, start = divmod(index << height, TILE_WIDTH)
        hashes = self._tile(tile_level, tile_index)
        return root_of(hashes[start : start + (1 << height)])

    def _tile(self, level: int, index: int) -> tuple[bytes, ...]:
        width = width_at(self.size >> TILE_HEIGHT * level, index)
        tile = Tile(level=level, index=index, width=width)
        hashes = self._tiles.get(tile)
        if hashes is None:
            hashes = self._tiles[tile] = read_tile(self.read, tile)
        return hashes


def root_at(read: Read, size: int) -> bytes:
    """Return the root of the first `size` entries, from the hash tiles."""
    return Tree(read, size).root_over(0, size)


def inclusion_proof(read: Read, index: int, size: int) -> tuple[bytes, ...]:
    """Return the path that proves entry `index` in the tree of `size`."""
    return Tree(read, size).inclusion_path(index)


def consistency_proof(read: Read, old_size: int, size: int) -> tuple[bytes, ...]:
    """Return the path that links the tree of `old_size` to the tree of `size`."""
    return Tree(read, size).consistency_path(old_size)


def entries(read: Read, start: int, end: int, size: int) -> Iterator[bytes]:
    """Yield entries `start` to `end` of the tree of `size`, holding one bundle."""
    if not 0 <= start <= end <= size:
        raise InputError(f"no entries {start} to {end} in a tree of {size}")
    if start == end:
        return
    for index in range(start // TILE_WIDTH, (end - 1) // TILE_WIDTH + 1):
        first = index * TILE_WIDTH
        bundle = Bundle(index=index, width=width_at(size, index))
        yield from read_bundle(read, bundle)[max(start - first, 0) : end - first]


def read_tile(read: Read, tile: Tile) -> tuple[bytes, ...]:
    """Return a tile's hashes; a partial one may come from its full tile."""
    path, raw, width = _fetch(read, tile)
    if len(raw) != width * HASH_BYTES:
        raise DistrustError(
            f"{path}: {len(raw)} bytes; want {width} hashes of {HASH_BYTES} bytes"
        )
    return split_hashes(raw)[: tile.width]


def read_bundle(read: Read, bundle: Bundle) -> tuple[bytes, ...]:
    """Return a bundle's entries; a partial one may come from its full bundle."""
    path, raw, width = _fetch(read, bundle)
    try:
        found = decode_entries(raw)
    except MalformedError as error:
        raise DistrustError(f"{path}: {error}") from error
    if len(found) != width:
        raise DistrustError(f"{path}: {len(found)} entries; want {width}")
    return found[: bundle.width]


def _fetch(read: Read, file: Tile | Bundle) -> tuple[str, bytes, int]:
    """Return the path that answered, its bytes, and the width that path promises."""
    for candidate in (file, file.whole):
        try:
            return candidate.path, read(candidate.path), candidate.width
        except FileNotFoundError:
            continue
    raise DistrustError(f"{file.path}: the log has no such file, nor its full tile")
