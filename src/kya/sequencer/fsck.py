"""The full check of a stored log: a verdict on every part, and nothing changed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from kya.codec.note import VerifierKey
from kya.core.errors import CorruptionError, DistrustError, InputError, MalformedError
from kya.sequencer.folded import Folded
from kya.sequencer.ports import Stores
from kya.sequencer.publish import CHECKPOINT, CHECKPOINTS
from kya.sequencer.rehash import Rehash, Verdict
from kya.sequencer.replay import fold, stored_names, unpublished_entries
from kya.tlog.checkpoint import Checkpoint, open_checkpoint
from kya.tlog.growth import Edge
from kya.tlog.merkle import EMPTY_ROOT
from kya.tlog.names import Names, open_under_its_name
from kya.tlog.tile import TILE_WIDTH, Bundle, Tile, parse_path
from kya.tlog.tree import entries, read_bundle, read_tile, root_at

LOGGED: Final = "entries and write-ahead log"
MISSING: Final = "it is missing"


def fsck(stores: Stores, key: VerifierKey) -> Iterator[Verdict]:
    """Yield a verdict on the checkpoint, each file, the root, and the unpublished tail.

    `key` is the log's, under its first name. Neither the lease nor anything in the
    stores is touched, so that a running log can be checked; memory stays at one bundle
    and the state.
    """
    # Before the stored one: a log that is running moves on between the two.
    shown = _read_shown(stores, key)
    names = stored_names(stores, key.name)
    signed, verdict = _signed(stores, _present(names, key))
    yield verdict
    yield _against_shown(stores, shown, signed)
    yield from _earlier_checkpoints(stores, (names, key), signed.size)
    walk = Rehash(stores.tiles.read, Edge(), signed.size)
    yield from walk.verdicts()
    yield Verdict(
        "root",
        ""
        if walk.root == signed.root
        else f"the entries make {walk.root.hex()}; {signed.root.hex()} was signed",
    )
    yield from _earlier_files(stores, signed.size)
    yield _entries(stores, key)


def _signed(stores: Stores, key: VerifierKey) -> tuple[Checkpoint, Verdict]:
    """Look at the newest checkpoint's signature."""
    subject = "stored checkpoint"
    empty = Checkpoint(origin=key.name, size=0, root=EMPTY_ROOT)
    note = stores.checkpoints.latest(key.name)
    if note is None:
        return empty, Verdict(subject)
    try:
        return open_checkpoint(note, key.name, (key,)), Verdict(subject)
    except (DistrustError, InputError) as error:
        return empty, Verdict(subject, str(error))


def _present(names: Names, key: VerifierKey) -> VerifierKey:
    """Return the log's key under the name that it signs under now."""
    return VerifierKey.from_spki(names.present, key.spki)


def _read_shown(stores: Stores, key: VerifierKey) -> Checkpoint | str:
    """Return what readers see, or why they see nothing."""
    try:
        return open_under_its_name(stores.tiles.read(CHECKPOINT), (key,))
    except FileNotFoundError:
        return MISSING
    except (DistrustError, InputError) as error:
        return str(error)


def _against_shown(
    stores: Stores, shown: Checkpoint | str, signed: Checkpoint
) -> Verdict:
    """Compare what readers see with what was signed; it may lag, but not differ."""
    if isinstance(shown, str):
        is_new = signed.size == 0 and shown == MISSING
        return Verdict(CHECKPOINT, "" if is_new else shown)
    if shown.size > signed.size:
        return Verdict(
            CHECKPOINT,
            f"it is of {shown.size} entries; stored is one of {signed.size}",
        )
    return Verdict(CHECKPOINT, _against_root(stores, shown))


def _earlier_checkpoints(
    stores: Stores, named: tuple[Names, VerifierKey], size: int
) -> Iterator[Verdict]:
    """Look at every checkpoint that is kept: signature, name, and root at its size."""
    names, key = named
    for path in stores.tiles.paths(CHECKPOINTS):
        try:
            checkpoint = open_under_its_name(stores.tiles.read(path), (key,))
            names.require(checkpoint)
            yield Verdict(path, _against(stores, checkpoint, path, size))
        except (DistrustError, InputError) as error:
            yield Verdict(path, str(error))


def _against(stores: Stores, checkpoint: Checkpoint, path: str, size: int) -> str:
    if path != f"{CHECKPOINTS}/{checkpoint.size}.note":
        return f"it is of {checkpoint.size} entries"
    if checkpoint.size > size:
        return f"it is of more than the {size} entries that are signed"
    return _against_root(stores, checkpoint)


def _against_root(stores: Stores, checkpoint: Checkpoint) -> str:
    try:
        root = root_at(stores.tiles.read, checkpoint.size)
    except DistrustError as error:
        return str(error)
    if root != checkpoint.root:
        return f"the tiles make {root.hex()}; {checkpoint.root.hex()} was signed"
    return ""


def _earlier_files(stores: Stores, size: int) -> Iterator[Verdict]:
    """Look at the unfinished tiles of earlier sizes: each begins its successor."""
    for path in stores.tiles.paths("tile"):
        try:
            file = parse_path(path)
        except MalformedError as error:
            yield Verdict(path, str(error))
            continue
        problem = _against_earlier(stores, file, size)
        if problem is not None:
            yield Verdict(path, problem)


def _against_earlier(stores: Stores, file: Tile | Bundle, size: int) -> str | None:
    """Return what is wrong with a file that is not of today's tree, None if it is."""
    level = file.level if isinstance(file, Tile) else 0
    newest = min(TILE_WIDTH, (size >> 8 * level) - file.index * TILE_WIDTH)
    if file.width >= newest:
        # Of today's tree, or left by a crash before anything over it was signed.
        return None
    later = replace(file, width=newest)
    try:
        begins = _content(stores, later)[: file.width] == _content(stores, file)
    except DistrustError as error:
        return str(error)
    return "" if begins else f"it is not the beginning of {later.path}"


def _content(stores: Stores, file: Tile | Bundle) -> tuple[bytes, ...]:
    if isinstance(file, Tile):
        return read_tile(stores.tiles.read, file)
    return read_bundle(stores.tiles.read, file)


def _entries(stores: Stores, key: VerifierKey) -> Verdict:
    """Fold every entry, and compare the write-ahead log with what was signed."""
    # Asked anew: a running log drops from the one what it has added to the other.
    names = stored_names(stores, key.name)
    signed, _ = _signed(stores, _present(names, key))
    size = signed.size
    folded = Folded(names.first)
    try:
        for entry in entries(stores.tiles.read, 0, size, size):
            fold(folded, entry)
        folded.names.require(signed)
        for entry in unpublished_entries(stores, size):
            fold(folded, entry)
    except (CorruptionError, DistrustError) as error:
        return Verdict(LOGGED, str(error))
    return Verdict(LOGGED)
