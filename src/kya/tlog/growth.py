"""The files that a growing log must write, computed without storage.

A publisher holds the right edge: the hashes and entries of the tiles that are not full
yet. Growing by n entries costs n hashes and the files touched; memory stays at one
bundle and one tile per level.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from kya.core.errors import DistrustError, InputError
from kya.tlog.merkle import HASH_BYTES, Frontier, leaf_hash
from kya.tlog.tile import (
    LEVEL_MAX,
    TILE_HEIGHT,
    TILE_WIDTH,
    Bundle,
    Tile,
    encode_entries,
    split_hashes,
)
from kya.tlog.tree import Read, read_bundle, read_tile


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The unfinished tiles of a tree: row L holds the hashes of level L's last tile."""

    size: int = 0
    bundle: bytes = b""
    rows: tuple[bytes, ...] = (b"",) * (LEVEL_MAX + 1)

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the size."""
        widths = tuple(len(row) for row in self.rows)
        if widths != tuple(HASH_BYTES * width for width in _widths(self.size)):
            raise InputError(
                f"edge: rows of {widths} bytes do not fit size {self.size}"
            )

    @property
    def frontier(self) -> Frontier:
        """Return the perfect subtrees; its root is the tree's root."""
        nodes: list[bytes] = []
        for row in reversed(self.rows):
            hashes = split_hashes(row) if row else ()
            nodes += _perfect_nodes(hashes)
        return Frontier(self.size, tuple(nodes))

    @property
    def root(self) -> bytes:
        """Return the tree's root."""
        return self.frontier.root


def read_edge(read: Read, size: int) -> Edge:
    """Return the edge of a stored tree; the caller compares its root with a signed one.

    Raise DistrustError if the last entries are not those that the last tile names.
    """
    rows: list[bytes] = []
    for level, width in enumerate(_widths(size)):
        index = size >> TILE_HEIGHT * (level + 1)
        tile = Tile(level=level, index=index, width=width or TILE_WIDTH)
        rows.append(b"".join(read_tile(read, tile)) if width else b"")
    bundle = b""
    if width := size % TILE_WIDTH:
        file = Bundle(index=size // TILE_WIDTH, width=width)
        last = read_bundle(read, file)
        if b"".join(map(leaf_hash, last)) != rows[0]:
            raise DistrustError(f"{file.path}: entries do not fit the hash tile")
        bundle = encode_entries(last)
    return Edge(size=size, bundle=bundle, rows=tuple(rows))


class Growth:
    """One growth of the log: entries in, files out, and then the new edge.

    Exhaust `files` before using `edge`; if a write fails, drop the growth and start
    again from the old edge, which is untouched.
    """

    def __init__(self, edge: Edge) -> None:
        """Start at a tree's right edge."""
        self._old_size = self._size = edge.size
        self._bundle = bytearray(edge.bundle)
        self._rows = [bytearray(row) for row in edge.rows]

    def files(self, entries: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        """Yield path and bytes of every file that the new entries complete or change.

        Full files come as they fill, the partial ones of the new size last.
        """
        source = iter(entries)
        while batch := list(islice(source, TILE_WIDTH - self._size % TILE_WIDTH)):
            self._bundle += encode_entries(batch)
            self._rows[0] += b"".join(map(leaf_hash, batch))
            self._size += len(batch)
            if self._size % TILE_WIDTH == 0:
                yield from self._full_files()
        yield from self._partial_files()

    @property
    def edge(self) -> Edge:
        """Return the right edge of the tree as grown so far."""
        return Edge(
            size=self._size,
            bundle=bytes(self._bundle),
            rows=tuple(bytes(row) for row in self._rows),
        )

    def _full_files(self) -> Iterator[tuple[str, bytes]]:
        yield Bundle(index=self._size // TILE_WIDTH - 1).path, bytes(self._bundle)
        self._bundle.clear()
        for level, row in enumerate(self._rows):
            if len(row) < TILE_WIDTH * HASH_BYTES:
                return
            index = (self._size >> TILE_HEIGHT * (level + 1)) - 1
            full = bytes(row)
            row.clear()
            self._rows[level + 1] += _perfect_nodes(split_hashes(full))[0]
            yield Tile(level=level, index=index).path, full

    def _partial_files(self) -> Iterator[tuple[str, bytes]]:
        if self._bundle and self._size != self._old_size:
            index, width = divmod(self._size, TILE_WIDTH)
            yield Bundle(index=index, width=width).path, bytes(self._bundle)
        for level, row in enumerate(self._rows):
            # A row that did not grow is on disk already, under the same name.
            shift = TILE_HEIGHT * level
            if row and self._size >> shift != self._old_size >> shift:
                index, width = divmod(self._size >> shift, TILE_WIDTH)
                yield Tile(level=level, index=index, width=width).path, bytes(row)


def _widths(size: int) -> Iterator[int]:
    """Yield the width of each level's partial tile, 0 where there is none."""
    for level in range(LEVEL_MAX + 1):
        yield (size >> TILE_HEIGHT * level) % TILE_WIDTH


def _perfect_nodes(hashes: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the roots of the perfect subtrees over neighbours, largest first."""
    return Frontier().extend(hashes).nodes
