"""A partial package: all hashes of the log, and the entries of one agent's orders.

Place and number of every entry follow from the hashes. What rests on entries that are
withheld is UNKNOWN, whatever the shown ones say.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from kya.codec.note import SignedNote
from kya.codec.package_layout import CHECKPOINT, LOG
from kya.codec.partial import (
    ENTRIES,
    PARTIAL_JSON,
    entry_path,
    gives_power,
    read_partial,
    shown_index,
)
from kya.codec.tally import Tally
from kya.core.errors import DistrustError, InputError
from kya.pki.entries import Entry
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.merkle import leaf_hash, root_of
from kya.tlog.tile import TILE_WIDTH, Tile, split_hashes, tiles_of, width_at
from kya.tlog.tree import Tree
from kya.verify.brought import Brought
from kya.verify.finding import PACKAGE, Findings
from kya.verify.invariants import PlainScan
from kya.verify.learning_again import LearningAgain
from kya.verify.package import Package
from kya.verify.partial_orders import PartialOrders
from kya.verify.progress import Progress
from kya.verify.questions import question_of_bytes
from kya.verify.reexecution import Reexecution
from kya.verify.steps.s1_log import LogEntries, LogFiles, Pass, sizes_seen
from kya.verify.steps.s2_head import examine_head

_TILES_KEPT = 64


def is_partial(package: Package) -> bool:
    """Tell whether the package says of itself that it is a part."""
    return PARTIAL_JSON in package.names("")


def examine_partial(
    package: Package, brought: Brought, findings: Findings, progress: Progress
) -> Pass:
    """Check hashes, heads and shown entries, and answer all ten questions."""
    agent, selection = read_partial(package.read(PARTIAL_JSON))
    if "checkpoint" not in package.names(LOG):
        raise DistrustError(f"{CHECKPOINT}: missing")
    note = SignedNote.parse(package.read(CHECKPOINT))
    head, read = Checkpoint.from_note(note), LogFiles(package)
    learning = LearningAgain(LogEntries(read, head.size))
    again = Reexecution(brought.root, findings, Tally(selection), learning)
    scan = PlainScan(findings, str(selection.first), str(selection.last))
    found = Pass(head=head, note=note, reexecution=again, scan=scan)
    orders = PartialOrders(agent, selection, again, findings)
    if _hashes_lead_to(head, read, findings):
        seen = sorted(sizes_seen(package))
        for index, raw in _shown(package, head.size, read, findings):
            while seen and seen[0] <= index:
                found.moments[seen.pop(0)] = again.state.now
            _take(index, raw, orders, findings)
            progress("entries", index + 1, head.size)
        found.moments.update((size, again.state.now) for size in seen)
    examine_head(package, found, brought, findings)
    if brought.authorities is not None:
        findings.unknown(8, "time stamps bound all entries, and most are withheld")
    orders.conclude(head.size)
    return replace(found, shown=orders.count, withheld=head.size - orders.shown)


def _take(index: int, raw: bytes, orders: PartialOrders, findings: Findings) -> None:
    """Have an entry of power fold, and look at any other by itself."""
    try:
        entry = Entry.read(raw)
    except InputError as error:
        findings.fails(
            question_of_bytes(raw), f"entry {index}", f"cannot be read: {error}"
        )
        return
    if gives_power(entry.event):
        orders.take_power(index, entry)
    else:
        orders.take(index, entry)


def _hashes_lead_to(head: Checkpoint, read: LogFiles, findings: Findings) -> bool:
    """Tell whether every tile of hashes follows from the one below, up to the root."""
    before = findings.counts.total()
    kept = _hashes_kept(read)
    try:
        for tile in tiles_of(head.size):
            hashes = kept(tile)
            if tile.width < TILE_WIDTH:
                continue
            level, place = tile.level + 1, divmod(tile.index, TILE_WIDTH)
            width = width_at(head.size >> 8 * level, place[0])
            above = kept(Tile(level=level, index=place[0], width=width))
            if above[place[1]] != root_of(hashes):
                findings.fails(8, LOG + tile.path, "is not what the tile above it has")
        if Tree(read, head.size).root_over(0, head.size) != head.root:
            findings.fails(8, CHECKPOINT, "the hashes give another root")
    except (DistrustError, InputError) as error:
        findings.fails(8, LOG, str(error))
    if findings.counts.total() != before:
        return False
    findings.holds(8, f"the hashes of {head.size} entries give the signed root")
    return True


def _hashes_kept(read: LogFiles) -> Callable[[Tile], tuple[bytes, ...]]:
    """Return what reads tiles of hashes, and keeps the last ones that it has read."""

    @lru_cache(_TILES_KEPT)
    def hashes(tile: Tile) -> tuple[bytes, ...]:
        return _hashes(read, tile)

    return hashes


def _hashes(read: LogFiles, tile: Tile) -> tuple[bytes, ...]:
    """Return a tile's hashes, of its own file and no other."""
    try:
        hashes = split_hashes(read(tile.path))
    except FileNotFoundError as error:
        raise DistrustError(f"{tile.path}: missing") from error
    if len(hashes) != tile.width:
        raise DistrustError(f"{tile.path}: want {tile.width} hashes")
    return hashes


def _shown(
    package: Package, size: int, read: LogFiles, findings: Findings
) -> Iterator[tuple[int, bytes]]:
    """Yield the shown entries that are the log's own, in its order."""
    kept = _hashes_kept(read)
    for name in package.names(ENTRIES):
        path = ENTRIES + name
        index = shown_index(path)
        if index is None or index >= size:
            findings.fails(PACKAGE, path, f"is no entry of a log of {size}")
            continue
        raw = package.read(entry_path(index))
        number, place = divmod(index, TILE_WIDTH)
        tile = Tile(level=0, index=number, width=width_at(size, number))
        if kept(tile)[place] == leaf_hash(raw):
            yield index, raw
        else:
            findings.fails(8, path, "is not the entry that the log has there")
            findings.fails(
                question_of_bytes(raw), path, "is not the entry that the log has there"
            )
