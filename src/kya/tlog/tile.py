"""C2SP tiles: how a log's hashes and entries are cut into files.

Example: `tile/0/x001/x234/067.p/12` holds the first 12 hashes of tile 1,234,067 on
level 0, and `tile/entries/000` the entries 0 to 255. Entry i of tile N on level L is
the root of the 256^L leaves that start at (256 N + i) · 256^L.

Source: c2sp.org/tlog-tiles v0.1.0.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from kya.core.errors import InputError, MalformedError
from kya.tlog.merkle import HASH_BYTES, SIZE_MAX

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
# The length of an entry is written in two bytes.
ENTRY_BYTES_MAX: Final = 65_535
BUNDLE_BYTES_MAX: Final = TILE_WIDTH * (2 + ENTRY_BYTES_MAX)
# A tree of SIZE_MAX leaves needs levels 0 to 7; the format itself would allow 63.
LEVEL_MAX: Final = (SIZE_MAX.bit_length() - 1) // TILE_HEIGHT

_PATH: Final = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?"
)
_ENTRIES: Final = "entries"
_PATH_CHARS_MAX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The name of one file of hashes."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        """Refuse a tile that no tree has."""
        if not 0 <= self.level <= LEVEL_MAX:
            raise MalformedError(f"tile: level {self.level}: want 0 to {LEVEL_MAX}")
        _check_place(self.index, self.width)

    @property
    def path(self) -> str:
        """Return the file's place below the log's prefix."""
        return _render(str(self.level), self.index, self.width)

    @property
    def whole(self) -> Self:
        """Return the full tile of which this is the beginning."""
        return type(self)(level=self.level, index=self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The name of one file of entries."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        """Refuse a bundle that no tree has."""
        _check_place(self.index, self.width)

    @property
    def path(self) -> str:
        """Return the file's place below the log's prefix."""
        return _render(_ENTRIES, self.index, self.width)

    @property
    def whole(self) -> Self:
        """Return the full bundle of which this is the beginning."""
        return type(self)(index=self.index)


def parse_path(path: str) -> Tile | Bundle:
    """Return the file that `path` names, in its one spelling."""
    match = _PATH.fullmatch(path) if len(path) <= _PATH_CHARS_MAX else None
    if match is None:
        raise MalformedError(
            f"tile path {path[:80]!r}: want tile/LEVEL/INDEX[.p/WIDTH]"
        )
    level, digits, partial = match.groups()
    index = int(digits.replace("x", "").replace("/", ""))
    width = TILE_WIDTH if partial is None else int(partial)
    file = (
        Bundle(index=index, width=width)
        if level == _ENTRIES
        else Tile(level=int(level), index=index, width=width)
    )
    if file.path != path:
        raise MalformedError(f"tile path {path!r}: want {file.path!r}")
    return file


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of a tree of `size`, level by level, left to right."""
    for level in range(LEVEL_MAX + 1):
        row = size >> TILE_HEIGHT * level
        for index in range(-(-row // TILE_WIDTH)):
            yield Tile(level=level, index=index, width=width_at(row, index))


def bundles_of(size: int) -> Iterator[Bundle]:
    """Yield every bundle of a tree of `size`, left to right."""
    for index in range(-(-size // TILE_WIDTH)):
        yield Bundle(index=index, width=width_at(size, index))


def belongs_to(file: Tile | Bundle, size: int) -> bool:
    """Tell whether a tree of `size` has this very file."""
    level = 0 if isinstance(file, Bundle) else file.level
    return width_at(size >> TILE_HEIGHT * level, file.index) == file.width


def width_at(row: int, index: int) -> int:
    """Return how many of a row's hashes or entries fall into tile `index`."""
    return min(TILE_WIDTH, row - index * TILE_WIDTH)


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle holds them: two bytes of length, then the entry."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise InputError(
                f"entry of {len(entry)} bytes; want at most {ENTRY_BYTES_MAX}"
            )
        parts += (len(entry).to_bytes(2), entry)
    return b"".join(parts)


def decode_entries(raw: bytes) -> tuple[bytes, ...]:
    """Return the 1 to 256 entries of a bundle; raise if it ends inside one."""
    entries: list[bytes] = []
    start = 0
    while start < len(raw):
        end = start + 2 + int.from_bytes(raw[start : start + 2])
        if end > len(raw):
            raise MalformedError(f"bundle: ends inside its entry {len(entries)}")
        entries.append(raw[start + 2 : end])
        start = end
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise MalformedError(f"bundle: {len(entries)} entries; want 1 to {TILE_WIDTH}")
    return tuple(entries)


def join_hashes(hashes: Sequence[bytes]) -> bytes:
    """Return hashes as a tile holds them."""
    raw = b"".join(hashes)
    if len(raw) != HASH_BYTES * len(hashes) or not 1 <= len(hashes) <= TILE_WIDTH:
        raise InputError(f"tile: want 1 to {TILE_WIDTH} hashes of {HASH_BYTES} bytes")
    return raw


def split_hashes(raw: bytes) -> tuple[bytes, ...]:
    """Return the 1 to 256 hashes of a tile."""
    count, rest = divmod(len(raw), HASH_BYTES)
    if rest or not 1 <= count <= TILE_WIDTH:
        raise MalformedError(
            f"tile: {len(raw)} bytes; want 1 to {TILE_WIDTH} times {HASH_BYTES}"
        )
    return tuple(raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES))


def _render(level: str, index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def _check_place(index: int, width: int) -> None:
    if not 0 <= index <= SIZE_MAX >> TILE_HEIGHT:
        raise MalformedError(f"tile: index {index} is outside every tree")
    if not 1 <= width <= TILE_WIDTH:
        raise MalformedError(f"tile: width {width}: want 1 to {TILE_WIDTH}")
