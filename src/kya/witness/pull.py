"""A witness that fetches: for whoever will not open a port, once a day or an hour.

The log's own tiles say whether its checkpoint grows out of the one that is held, so
that nobody has to be asked for a proof.
"""

from http import HTTPStatus

from kya.codec.note import NoteSignature, SignedNote
from kya.core.errors import DistrustError, TransientError
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.tree import Read, Tree, consistency_proof, root_at
from kya.witness.request import AddCheckpoint
from kya.witness.witness import Witness


class EquivocationError(DistrustError):
    """Two checkpoints that one log has signed and that nothing links."""

    def __init__(self, held: bytes, offered: bytes, why: str) -> None:
        super().__init__(why)
        self.held, self.offered = held, offered


def pull(witness: Witness, read: Read, note: bytes) -> NoteSignature:
    """Return the witness's line under the checkpoint that the log shows.

    EquivocationError if it contradicts the one that is held, or cannot be linked to it;
    DistrustError if the log's tiles do not lead to it; TransientError if the log shows
    an older copy of what was cosigned.
    """
    offered = Checkpoint.from_note(SignedNote.parse(note))
    raw = witness.store.latest(offered.origin)
    held = None if raw is None else Checkpoint.from_note(SignedNote.parse(raw))
    # What no key of the policy has signed is refused here, before it can be evidence.
    witness.require_signed(AddCheckpoint.of(note, 0, ()))
    if raw is not None and held is not None and held.size > offered.size:
        _require_beginning(read, held, offered, (raw, note))
        raise TransientError(
            f"{offered.origin}: shows {offered.size} entries, and {held.size} were"
            " cosigned: an older copy"
        )
    if root_at(read, offered.size) != offered.root:
        raise DistrustError(f"{offered.origin}: its tiles do not lead to its root")
    old = 0 if held is None else held.size
    if raw is not None and held is not None and old:
        root = Tree(read, offered.size).root_over(0, old)
        if root != held.root:
            why = f"{offered.origin}: its first {old} entries were others when cosigned"
            raise EquivocationError(raw, note, why)
    proof = consistency_proof(read, old, offered.size)
    answer = witness.add_checkpoint(AddCheckpoint.of(note, old, proof).render())
    if answer.status != HTTPStatus.OK:
        raise TransientError(f"{offered.origin}: {answer.body.decode().strip()}")
    return NoteSignature.parse(answer.body.decode().removesuffix("\n"))


def _require_beginning(
    read: Read, held: Checkpoint, offered: Checkpoint, notes: tuple[bytes, bytes]
) -> None:
    """Raise EquivocationError unless the held tree begins with the smaller one."""
    try:
        tree = Tree(read, held.size)
        roots = tree.root_over(0, held.size), tree.root_over(0, offered.size)
    except (DistrustError, FileNotFoundError):
        roots = b"", b""
    if roots != (held.root, offered.root):
        why = f"{held.origin}: nothing links {offered.size} entries to {held.size}"
        raise EquivocationError(*notes, why)
