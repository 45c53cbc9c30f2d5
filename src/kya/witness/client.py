"""A log's side of one witness: asks for a cosignature, and believes nothing else.

What a witness says without a signature can stop nothing that runs. It is an alarm, and
a reason not to start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Final

from kya.codec.note import NoteSignature, SignedNote
from kya.core.errors import (
    CorruptionError,
    DistrustError,
    InputError,
    MalformedError,
    TransientError,
)
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.merkle import SIZE_MAX
from kya.tlog.policy import Witness
from kya.tlog.tree import Read, consistency_proof
from kya.witness.request import AddCheckpoint

REPLY_BYTES_MAX: Final = 16_384
"""The largest reply that is read: a cosignature has about 150 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back from a witness."""

    status: int
    body: bytes


Ask = Callable[[bytes], Reply]
"""Posts a body to the witness's `add-checkpoint`; TransientError without a reply."""


class WitnessClient:
    """What a log knows of one of its witnesses. Every call blocks on the network.

    Calls of several threads are made one after the other: a question whose asker was
    cancelled is still on its way.
    """

    def __init__(self, witness: Witness, ask: Ask) -> None:
        """Take it to hold nothing, until it says otherwise."""
        self.witness = witness
        self._ask = ask
        self._held = 0
        self._asking = Lock()

    def cosigned(self, note: bytes, read: Read, published: int) -> NoteSignature:
        """Return the witness's line under this checkpoint, once it verifies.

        CorruptionError if it holds what this log, of `published` entries by now, cannot
        have signed; TransientError if it answers nothing of use.
        """
        with self._asking:
            return self._cosigned(note, read, published)

    def _cosigned(self, note: bytes, read: Read, published: int) -> NoteSignature:
        """Return the witness's line, asking once more from the size that it names."""
        checkpoint = Checkpoint.from_note(SignedNote.parse(note))
        published = max(published, checkpoint.size)
        reply = self._asked(note, read)
        if reply.status == HTTPStatus.CONFLICT:
            self._learn(reply, checkpoint, published)
            reply = self._asked(note, read)
        if reply.status == HTTPStatus.CONFLICT:  # an older way to say what 422 says
            self._learn(reply, checkpoint, published)
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise CorruptionError(
                f"witness {self.witness.name}: holds {self._held} entries to which no"
                " proof of ours leads: it was shown another tree"
            )
        if reply.status != HTTPStatus.OK:
            raise TransientError(f"witness {self.witness.name}: HTTP {reply.status}")
        return self._line(reply.body, SignedNote.parse(note))

    def _asked(self, note: bytes, read: Read) -> Reply:
        """Ask once, from the size that the witness is taken to hold."""
        checkpoint = Checkpoint.from_note(SignedNote.parse(note))
        old = min(self._held, checkpoint.size)
        proof = consistency_proof(read, old, checkpoint.size) if old else ()
        return self._ask(AddCheckpoint.of(note, old, proof).render())

    def _learn(self, reply: Reply, asked: Checkpoint, published: int) -> None:
        """Take the size that the witness says it holds."""
        size = self._size(reply.body)
        if size > published:
            raise CorruptionError(
                f"witness {self.witness.name}: holds {size} entries of"
                f" {asked.origin!r}, which has {published} here: restored from an old"
                " copy?"
            )
        if size > asked.size:
            raise TransientError(
                f"witness {self.witness.name}: is at {size} entries already"
            )
        if size == asked.size == self._held:
            raise CorruptionError(
                f"witness {self.witness.name}: holds another tree of {size} entries"
            )
        self._held = size

    def _size(self, body: bytes) -> int:
        """Return the size in a reply of 409."""
        digits = body.removesuffix(b"\n")
        if not digits.isdigit() or len(digits) > len(str(SIZE_MAX)):
            raise TransientError(f"witness {self.witness.name}: want a size with 409")
        return int(digits)

    def _line(self, body: bytes, note: SignedNote) -> NoteSignature:
        """Return the line of the witness's key among those that came."""
        key = self.witness.key
        for text in body.decode("utf-8", "replace").split("\n")[:-1]:
            try:
                line = NoteSignature.parse(text)
            except (MalformedError, InputError):
                continue
            if (line.name, line.key_id) != (key.name, key.key_id):
                continue
            if not key.verifies(note.text, line.value):
                raise DistrustError(
                    f"witness {self.witness.name}: its cosignature does not fit"
                )
            self._held = Checkpoint.from_note(note).size
            return line
        raise TransientError(f"witness {self.witness.name}: sent no line of its key")
