"""Publishing: from durable entries to a checkpoint that readers can see.

Files, second look, signature, compare-and-swap, and only then the name that readers
follow. A crash between any two of these leaves what the next run derives again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from kya.core.errors import CorruptionError, DistrustError
from kya.pki.note_signer import NoteSigner, sign_note
from kya.sequencer.ports import Stores
from kya.sequencer.rehash import Rehash
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.growth import Edge, Growth, read_edge
from kya.tlog.merkle import EMPTY_ROOT
from kya.tlog.tree import Read

CHECKPOINT: Final = "checkpoint"
CHECKPOINTS: Final = "checkpoints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The newest signed checkpoint, as value and as stored, and its tree's right edge.

    Both are None for a log that never signed.
    """

    checkpoint: Checkpoint | None = None
    note: bytes | None = None
    edge: Edge = field(default_factory=Edge)


def publish(
    stores: Stores, signer: NoteSigner, last: Published, entries: Sequence[bytes]
) -> Published:
    """Return the log as published with these entries added; blocks on the disk.

    The signer bears the log's present name. CorruptionError, and nothing signed, if
    what is on disk is not what was written; CorruptionError, and nothing shown, if the
    store holds another checkpoint than the last one.
    """
    if not entries and last.note is not None:
        return last  # Signed sizes strictly increase.
    growth = Growth(last.edge)
    for path, content in growth.files(entries):
        stores.tiles.write(path, content)
    edge = growth.edge
    require_stored(stores.tiles.read, last, edge)
    checkpoint = Checkpoint(origin=signer.name, size=edge.size, root=edge.root)
    note = sign_note(checkpoint.text(), signer).render()
    if not stores.checkpoints.swap(signer.name, _held(last, signer.name), note):
        raise CorruptionError(
            f"checkpoint of {checkpoint.size} entries: another one was stored since "
            f"ours of {last.edge.size}; is there a second writer?"
        )
    # Commit point: the log is bound to this checkpoint; showing it can be repeated.
    show(stores, checkpoint, note)
    return Published(checkpoint=checkpoint, note=note, edge=edge)


def _held(last: Published, name: str) -> bytes | None:
    """Return what the store has to hold under this name; nothing under a new one."""
    is_first = last.checkpoint is None or last.checkpoint.origin != name
    return None if is_first else last.note


def show(stores: Stores, checkpoint: Checkpoint, note: bytes) -> None:
    """Give readers a checkpoint that is in the store already."""
    stores.tiles.write(f"{CHECKPOINTS}/{checkpoint.size}.note", note)
    stores.tiles.replace(CHECKPOINT, note)


def require_stored(read: Read, last: Published, edge: Edge) -> None:
    """Raise CorruptionError unless the files on disk make this edge, entry by entry."""
    try:
        start = read_edge(read, last.edge.size)
    except DistrustError as error:
        raise CorruptionError(f"not signed: {error}") from error
    signed = EMPTY_ROOT if last.checkpoint is None else last.checkpoint.root
    if start.root != signed:
        raise CorruptionError(
            f"not signed: the tiles on disk no longer make the root of "
            f"{start.size} entries that was signed"
        )
    walk = Rehash(read, start, edge.size)
    for verdict in walk.verdicts():
        if not verdict.holds:
            raise CorruptionError(f"not signed: {verdict.subject}: {verdict.problem}")
    if walk.root != edge.root:
        raise CorruptionError(
            f"not signed: the {edge.size} entries on disk make root "
            f"{walk.root.hex()}; want {edge.root.hex()}"
        )
