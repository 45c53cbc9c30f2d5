"""A witness: cosigns a log's checkpoints as long as they grow out of one another.

Trusted with: one row for each log, which must never go back. It is stored before the
cosignature leaves, by compare-and-swap, so that of two requests at once one is told
to come again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from kya.codec.note import SignedNote, VerifierKey, verify
from kya.core.errors import DistrustError, InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.pki.cosigner import Cosigner
from kya.sequencer.ports import CheckpointStore
from kya.tlog.checkpoint import Checkpoint, is_log_key
from kya.tlog.merkle import verify_consistency
from kya.witness.request import AddCheckpoint

SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a witness says to a request: an HTTP status and a body."""

    status: HTTPStatus
    body: bytes
    media_type: str = TEXT_TYPE


class RefusalError(DistrustError):
    """A request that is not cosigned, and the answer that says why."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.answer = Answer(status=status, body=f"{reason}\n".encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One name, one key, the logs that it knows, and the last checkpoint of each."""

    cosigner: Cosigner
    logs: tuple[VerifierKey, ...]
    store: CheckpointStore
    now: Callable[[], Instant]
    alarm: Callable[[bytes, bytes], None]
    """Takes two checkpoints that a log has signed and that contradict each other."""

    origins: dict[str, str] = field(init=False)
    """Where each log's last checkpoint is asked for: by SHA-256 of the origin."""

    def __post_init__(self) -> None:
        """Index the origins, and refuse to watch nothing."""
        if not self.logs:
            raise InputError("witness: want at least one log to watch")
        names = sorted({key.name for key in self.logs})
        hashes = {sha256(name.encode()).hexdigest(): name for name in names}
        object.__setattr__(self, "origins", hashes)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Return the answer to `add-checkpoint`; blocks on the disk and the key."""
        try:
            request = AddCheckpoint.parse(body)
        except InputError as error:
            return RefusalError(HTTPStatus.BAD_REQUEST, str(error)).answer
        try:
            self.require_signed(request)
            return self._cosigned(request)
        except RefusalError as refusal:
            return refusal.answer

    def held(self, origin_hash: str) -> bytes | None:
        """Return the last cosigned checkpoint of the log with this origin's hash."""
        origin = self.origins.get(origin_hash)
        return None if origin is None else self.store.latest(origin)

    def require_signed(self, request: AddCheckpoint) -> None:
        """Raise RefusalError for what no known log has signed."""
        origin = request.checkpoint.origin
        keys = [key for key in self.logs if key.name == origin]
        if not keys:
            raise RefusalError(HTTPStatus.NOT_FOUND, f"no such log: {origin!r}")
        try:
            signers: Iterable[VerifierKey] = verify(request.note, keys)
        except DistrustError as error:
            raise RefusalError(HTTPStatus.FORBIDDEN, str(error)) from error
        if not any(is_log_key(key, origin) for key in signers):
            raise RefusalError(HTTPStatus.FORBIDDEN, "not signed by the log")

    def _cosigned(self, request: AddCheckpoint) -> Answer:
        """Store and answer a checkpoint that grows out of the one that is held."""
        asked = request.checkpoint
        raw = self.store.latest(asked.origin)
        held = None if raw is None else Checkpoint.from_note(SignedNote.parse(raw))
        if request.old_size > asked.size:
            reason = f"old size {request.old_size} is above size {asked.size}"
            raise RefusalError(HTTPStatus.BAD_REQUEST, reason)
        if raw is not None and held is not None and _contradict(held, asked):
            self.alarm(raw, request.note.render())
        size = 0 if held is None else held.size
        if request.old_size != size:
            return _conflict(size)
        _require_linked(held, request)
        seconds = self.now().micros // MICROS_PER_SECOND
        line = self.cosigner.cosignature(asked.text(), seconds)
        keys = {key.key_id for key in self.logs if key.name == asked.origin}
        known = [s for s in request.note.signatures if s.key_id in keys]
        kept = SignedNote(request.note.text, (*known, line)).render()
        if not self.store.swap(asked.origin, raw, kept):
            return self._cosigned(request)  # Somebody was faster: judge it anew.
        # Commit point: from here on this witness signs nothing smaller.
        return Answer(status=HTTPStatus.OK, body=f"{line}\n".encode())


def _contradict(held: Checkpoint, asked: Checkpoint) -> bool:
    """Tell whether the two are of one size and not of one tree."""
    return held.size == asked.size and held.root != asked.root


def _require_linked(held: Checkpoint | None, request: AddCheckpoint) -> None:
    """Refuse a checkpoint that the proof does not lead to."""
    asked = request.checkpoint
    try:
        if held is None:
            if request.proof:
                raise DistrustError("from the empty tree: want no proof")
            return
        verify_consistency(held.size, asked.size, held.root, asked.root, request.proof)
    except DistrustError as error:
        raise RefusalError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error


def _conflict(size: int) -> Answer:
    """Return the size from which the next proof must lead."""
    return Answer(
        status=HTTPStatus.CONFLICT, body=f"{size}\n".encode(), media_type=SIZE_TYPE
    )
