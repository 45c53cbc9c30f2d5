"""Replay: from what is stored to what the sequencer holds in memory.

Signed entries are hashed while they are read, and must make the signed root; after
them come those that the write-ahead log alone holds. Memory is one bundle, the state,
and the entries that are not published.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kya.codec.note import SignedNote, VerifierKey
from kya.core.errors import CorruptionError, DistrustError, InputError, MalformedError
from kya.core.roll import LogRolled
from kya.pki.entries import Entry
from kya.sequencer.folded import Folded
from kya.sequencer.ports import Stores
from kya.sequencer.publish import CHECKPOINT, Published, show
from kya.sequencer.record import Record
from kya.sequencer.tail import Tail
from kya.tlog.checkpoint import Checkpoint, open_checkpoint
from kya.tlog.growth import read_edge
from kya.tlog.merkle import Frontier, leaf_hash
from kya.tlog.names import Names
from kya.tlog.tree import entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What the sequencer goes on from."""

    folded: Folded
    tail: Tail
    published: Published


def replay(stores: Stores, key: VerifierKey) -> Replayed:
    """Return everything that is stored, folded; the caller has the lease.

    `key` is the log's, under its first name. A torn last record is dropped, and a
    checkpoint that was stored but not shown is shown. CorruptionError if the stores
    contradict each other.
    """
    stores.entries.repair()
    names = stored_names(stores, key.name)
    published = stored_checkpoint(
        stores, VerifierKey.from_spki(names.present, key.spki)
    )
    folded = Folded(names.first)
    for entry in signed_entries(stores, published):
        fold(folded, entry)
    tail = Tail(folded.size)
    for entry in unpublished_entries(stores, folded.size):
        fold(folded, entry)
        tail.add(entry)
    if published.checkpoint is not None:
        _require_name(folded, published.checkpoint)
    if folded.state.undecided is not None:
        raise CorruptionError("the log ends with an order that has no decision")
    if published.checkpoint is not None and published.note is not None:
        show(stores, published.checkpoint, published.note)
    return Replayed(folded=folded, tail=tail, published=published)


def fold(folded: Folded, raw: bytes) -> None:
    """Fold one stored entry; CorruptionError, naming it, if it may not stand there."""
    try:
        folded.take(folded.after((Entry.read(raw).event,)))
    except InputError as error:
        raise CorruptionError(f"entry {folded.size}: {error}") from error


def stored_names(stores: Stores, first: str) -> Names:
    """Return the names under which the store holds checkpoints, from the first one on.

    What follows a name, the last entry under it says; that it is true, the fold of all
    entries says later.
    """
    names = Names(first)
    while (note := stores.checkpoints.latest(names.present)) is not None:
        try:
            size = Checkpoint.from_note(SignedNote.parse(note)).size
            (raw,) = entries(stores.tiles.read, size - 1, size, size)
            event = Entry.read(raw).event
        except (DistrustError, InputError, ValueError):
            break  # Whoever opens the checkpoint meets it again, and says so.
        if not isinstance(event, LogRolled) or event.successor in names.every:
            break
        if stores.checkpoints.latest(event.successor) is None:
            break
        names = names.and_then(size, event.successor)
    return names


def _require_name(folded: Folded, checkpoint: Checkpoint) -> None:
    """Raise unless the signed entries give the checkpoint its name."""
    try:
        folded.names.require(checkpoint)
    except DistrustError as error:
        raise CorruptionError(f"stored {error}") from error


def stored_checkpoint(stores: Stores, key: VerifierKey) -> Published:
    """Return the checkpoint that the store holds, with its edge read from the tiles."""
    note = stores.checkpoints.latest(key.name)
    if note is None:
        _require_not_ahead(stores, None)
        return Published()
    try:
        checkpoint = open_checkpoint(note, key.name, (key,))
        _require_not_ahead(stores, checkpoint)
        edge = read_edge(stores.tiles.read, checkpoint.size)
    except (DistrustError, InputError) as error:
        raise CorruptionError(f"stored checkpoint: {error}") from error
    if edge.root != checkpoint.root:
        raise CorruptionError(
            f"stored checkpoint: the tiles make another root of {checkpoint.size} "
            "entries; are they from an older copy?"
        )
    return Published(checkpoint=checkpoint, note=note, edge=edge)


def signed_entries(stores: Stores, published: Published) -> Iterator[bytes]:
    """Yield the signed entries; at the end, CorruptionError if they are not those."""
    size = published.edge.size
    frontier = Frontier()
    try:
        for entry in entries(stores.tiles.read, 0, size, size):
            yield entry
            frontier = frontier.append(leaf_hash(entry))
    except DistrustError as error:
        raise CorruptionError(f"signed entries: {error}") from error
    if frontier.root != published.edge.root:
        raise CorruptionError("signed entries: they do not make the signed root")


def unpublished_entries(stores: Stores, size: int) -> Iterator[bytes]:
    """Yield what the write-ahead log holds from `size` on, and compare the rest.

    CorruptionError if it has a gap, ends before `size`, or has other entries below it
    than were signed.
    """
    end = None
    for record in stores.entries.records():
        if record.first != (min(record.first, size) if end is None else end):
            raise CorruptionError(
                f"write-ahead log: entry {record.first} follows; want "
                f"{size if end is None else end}"
            )
        end = record.end
        signed = max(0, min(size, end) - record.first)
        _require_signed(stores, record, signed, size)
        yield from record.entries[signed:]
    if (end or 0) < size:
        raise CorruptionError(
            f"write-ahead log: it ends with entry {end or 0}, but {size} are signed; "
            "is it from an older copy?"
        )


def _require_signed(stores: Stores, record: Record, signed: int, size: int) -> None:
    """Compare a record's first entries with those that were published."""
    if not signed:
        return
    start, end = record.first, record.first + signed
    published = entries(stores.tiles.read, start, end, size)
    for index, entry in enumerate(published, start=start):
        if entry != record.entries[index - start]:
            raise CorruptionError(
                f"write-ahead log: entry {index} is not the one that was signed"
            )


def _require_not_ahead(stores: Stores, latest: Checkpoint | None) -> None:
    """The checkpoint store is never behind what readers have seen."""
    try:
        raw = stores.tiles.read(CHECKPOINT)
        shown = Checkpoint.from_note(SignedNote.parse(raw))
    except FileNotFoundError:
        return
    except MalformedError as error:
        raise CorruptionError(f"{CHECKPOINT} that readers see: {error}") from error
    if latest is None or shown.size > latest.size:
        raise CorruptionError(
            f"readers have seen a checkpoint of {shown.size} entries, the store has "
            f"one of {latest.size if latest else 0}; is it from an older copy?"
        )
    if shown.size == latest.size and shown != latest:
        raise CorruptionError(
            f"readers have seen another checkpoint of {shown.size} entries than the "
            "store has"
        )
