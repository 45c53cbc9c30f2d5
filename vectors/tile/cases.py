"""Tile cases, from the words of c2sp.org/tlog-tiles."""

from collections.abc import Iterator

from vectors.cases import Case, case

_FULL = 256


def cases() -> Iterator[Case]:
    """Yield every case in the order of the file."""
    yield from _paths()
    yield from _bad_paths()
    yield from _trees()
    yield from _bundles()


def _tile_path(level: int | str, index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{name}" + ("" if width == _FULL else f".p/{width}")


def _paths() -> Iterator[Case]:
    places: tuple[tuple[int | str, int, int], ...] = (
        (0, 0, 256),
        (0, 0, 1),
        (0, 999, 256),
        (0, 1000, 255),
        (1, 1_234_067, 256),
        (7, 5, 12),
        ("entries", 0, 256),
        ("entries", 273, 112),
        ("entries", 1_000_000, 7),
    )
    for level, index, width in places:
        yield case(
            f"path-{level}-{index}-{width}",
            "valid",
            "index grouped wrongly",
            "accept",
            kind="path",
            path=_tile_path(level, index, width),
            level=level,
            index=index,
            width=width,
        )


def _bad_paths() -> Iterator[Case]:
    bug = "two names for one file, or a way out of the folder"
    for flag, path in (
        ("no-prefix", "0/000"),
        ("sumdb-height", "tile/8/0/000"),
        ("sumdb-entries", "tile/data/000"),
        ("level-padded", "tile/00/000"),
        ("level-64", "tile/64/000"),
        ("level-sign", "tile/+1/000"),
        ("group-short", "tile/0/00"),
        ("group-long", "tile/0/0000"),
        ("x-missing", "tile/0/001/000"),
        ("x-last", "tile/0/x001"),
        ("leading-group", "tile/0/x000/001"),
        ("width-0", "tile/0/000.p/0"),
        ("width-256", "tile/0/000.p/256"),
        ("width-padded", "tile/0/000.p/01"),
        ("slash", "/tile/0/000"),
        ("dots", "tile/0/../000"),
        ("newline", "tile/0/000\n"),
        ("arabic-digits", "tile/0/\u0660\u0660\u0660"),
        ("empty", ""),
        ("endless", "tile/0/" + "x999/" * 40 + "999"),
    ):
        yield case(f"path-bad-{flag}", flag, bug, "refuse", kind="path", path=path)


def _trees() -> Iterator[Case]:
    for size in (0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000):
        counts: Case = {}
        row, level = size, 0
        while row:
            counts[str(level)] = {"full": row // 256, "partial": row % 256}
            row, level = row // 256, level + 1
        yield case(
            f"tree-{size}",
            "valid",
            "empty tile written, or partial tile hashed upward",
            "accept",
            kind="tree",
            size=size,
            levels=counts,
        )


def _bundles() -> Iterator[Case]:
    good = [b"", b"a", b"\x00\x01", bytes(300)]
    raw = b"".join(len(entry).to_bytes(2, "big") + entry for entry in good)
    yield case(
        "bundle-four",
        "valid",
        "little-endian length",
        "accept",
        kind="bundle",
        bundle=raw.hex(),
        entries=[entry.hex() for entry in good],
    )
    for flag, bug, bad in (
        ("empty", "a bundle of nothing", b""),
        ("cut-length", "read past the end", raw + b"\x00"),
        ("cut-entry", "read past the end", raw[:-1]),
        ("too-many", "more entries than a tile", bytes(2 * 257)),
    ):
        name = f"bundle-{flag}"
        yield case(name, flag, bug, "refuse", kind="bundle", bundle=bad.hex())
