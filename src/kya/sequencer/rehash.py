"""The second look: reads a log's files back and hashes them again.

What is about to be signed was computed in memory; what readers get is on disk. This
walk goes from the entries on disk up, by its own arithmetic, and says of each file
whether it holds what the entries below it make of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from kya.core.errors import DistrustError
from kya.tlog.growth import Edge
from kya.tlog.merkle import EMPTY_ROOT
from kya.tlog.tile import LEVEL_MAX, TILE_WIDTH, Bundle, Tile, split_hashes, width_at
from kya.tlog.tree import Read, read_bundle, read_tile

_LEVELS: Final = LEVEL_MAX + 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at, and what is wrong with it; nothing when it holds."""

    subject: str
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problem


class Rehash:
    """One walk over the entries from a known edge to a size.

    Exhaust `verdicts` before asking for the root.
    """

    def __init__(self, read: Read, edge: Edge, size: int) -> None:
        """Begin at an edge whose root the caller has compared with a signed one."""
        self._read = read
        self._start = edge.size
        self._size = size
        self._rows = [list(split_hashes(row)) if row else [] for row in edge.rows]

    def verdicts(self) -> Iterator[Verdict]:
        """Yield one verdict for each bundle and each tile that grew, from below."""
        if self._start == self._size:
            return
        for index in range(self._start // TILE_WIDTH, -(-self._size // TILE_WIDTH)):
            yield from self._bundle(index)
        # On the way every full tile was looked at; these are the unfinished ones.
        for level in range(1, _LEVELS):
            if self._rows[level]:
                yield self._tile(level, (self._size >> 8 * level) // TILE_WIDTH)

    @property
    def root(self) -> bytes:
        """Return the root over the entries that were read."""
        nodes = [node for row in reversed(self._rows) for node in _halves(row)]
        if not nodes:
            return EMPTY_ROOT
        root = nodes.pop()
        while nodes:
            root = _node(nodes.pop(), root)
        return root

    def _bundle(self, index: int) -> Iterator[Verdict]:
        """Look at one bundle, its hash tile, and each tile that it completes."""
        bundle = Bundle(index=index, width=width_at(self._size, index))
        tile = Tile(level=0, index=index, width=bundle.width)
        try:
            row = [_leaf(entry) for entry in read_bundle(self._read, bundle)]
            known = self._rows[0]
            fits = row[: len(known)] == known
            yield Verdict(
                bundle.path, "" if fits else "its first entries are not the signed ones"
            )
        except (DistrustError, OSError) as error:
            yield Verdict(bundle.path, str(error))
            row = self._stored(tile)
        self._rows[0] = row
        yield self._tile(0, index)
        yield from self._carry(index)

    def _carry(self, index: int) -> Iterator[Verdict]:
        """Take each full row's root one level up."""
        for level in range(_LEVELS - 1):
            row = self._rows[level]
            if len(row) < TILE_WIDTH:
                return
            if level:
                yield self._tile(level, index)
            self._rows[level] = []
            self._rows[level + 1].append(_halves(row)[0])
            index //= TILE_WIDTH

    def _tile(self, level: int, index: int) -> Verdict:
        """Compare a stored tile with the row that the entries make."""
        row = self._rows[level]
        tile = Tile(level=level, index=index, width=len(row))
        try:
            stored = read_tile(self._read, tile)
        except (DistrustError, OSError) as error:
            return Verdict(tile.path, str(error))
        for place, (found, wanted) in enumerate(zip(stored, row, strict=True)):
            if found != wanted:
                below = (
                    f"entry {index * TILE_WIDTH + place}"
                    if level == 0
                    else (f"tile {index * TILE_WIDTH + place} on level {level - 1}")
                )
                return Verdict(tile.path, f"its hash {place} is not that of {below}")
        return Verdict(tile.path)

    def _stored(self, tile: Tile) -> list[bytes]:
        """Return the hashes that stand in for entries that cannot be read."""
        try:
            return list(read_tile(self._read, tile))
        except (DistrustError, OSError):
            return [bytes(32)] * tile.width


def _leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _halves(row: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the perfect subtrees over a row, largest first."""
    roots: list[bytes] = []
    start = 0
    while start < len(row):
        width = 1 << (len(row) - start).bit_length() - 1
        nodes = list(row[start : start + width])
        while len(nodes) > 1:
            nodes = [_node(nodes[at], nodes[at + 1]) for at in range(0, len(nodes), 2)]
        roots += nodes
        start += width
    return roots
