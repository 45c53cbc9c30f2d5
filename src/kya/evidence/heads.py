"""What a package has of its log but the entries: hashes, checkpoints, time stamps."""

from collections.abc import Iterable

from kya.codec import package_layout as layout
from kya.codec.note import SignedNote
from kya.evidence.folder import Folder
from kya.evidence.reader import LogReader
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.tile import join_hashes, tiles_of
from kya.tlog.tree import read_tile


def write_heads(
    folder: Folder, source: LogReader, note: SignedNote, head: Checkpoint
) -> None:
    """Write hash tiles, the checkpoint and the former checkpoints."""
    for tile in tiles_of(head.size):
        hashes = read_tile(source, tile)
        folder.write(layout.LOG + tile.path, join_hashes(hashes))
    folder.write(layout.CHECKPOINT, note.render())
    stamped = _write_stamps(folder, source, head.size)
    sizes = [n for n in source.checkpoint_sizes() if n <= head.size]
    others = thinned(set(sizes) - stamped, layout.CHECKPOINTS_MAX - len(stamped))
    for size in sorted({*others, *stamped}):
        path = layout.checkpoint_path(size)
        folder.write(path, source(path))
    for size in thinned(n for n in source.witnessed_sizes() if n <= head.size):
        path = layout.witnessed_path(size)
        folder.write(path, source(path))


def _write_stamps(folder: Folder, source: LogReader, head_size: int) -> set[int]:
    """Write the time stamps, thinned out evenly; return the sizes they are on."""
    by_size: dict[int, list[str]] = {}
    for name in source.stamp_names():
        size = layout.stamped_size(name)
        if size is not None and size <= head_size:
            by_size.setdefault(size, []).append(name)
    kept = set(thinned(by_size, layout.STAMPED_MAX))
    for name in (name for size in kept for name in by_size[size]):
        path = f"{layout.STAMPS}/{name}"
        folder.write(path, source(path))
    return kept


def thinned(sizes: Iterable[int], most: int = layout.CHECKPOINTS_MAX) -> list[int]:
    """Return the sizes in rising order, thinned out evenly if they are too many."""
    known = sorted(set(sizes))
    if len(known) <= most:
        return known
    last, steps = len(known) - 1, most - 1
    return [known[step * last // steps] for step in range(steps + 1)]
