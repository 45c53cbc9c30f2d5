"""The body of `add-checkpoint`: what a log asks of a witness (tlog-witness).

    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=

    log.example/2026
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — log.example/2026 Az3grl…

Source: c2sp.org/tlog-witness.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final, Self

from kya.codec.note import NOTE_BYTES_MAX, SignedNote
from kya.core.errors import MalformedError
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.merkle import HASH_BYTES, SIZE_MAX

PROOF_HASHES_MAX: Final = 63
"""As the specification says; no tree of 2^63 leaves needs more."""

REQUEST_BYTES_MAX: Final = NOTE_BYTES_MAX + 45 * PROOF_HASHES_MAX + 64
"""The largest note below the longest proof."""

_OLD: Final = "old "


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A checkpoint to cosign, and the proof that links it to the last one."""

    old_size: int
    proof: tuple[bytes, ...]
    note: SignedNote
    checkpoint: Checkpoint

    @classmethod
    def of(cls, note: bytes, old_size: int, proof: tuple[bytes, ...]) -> Self:
        """Return the request to cosign this note's checkpoint."""
        read = SignedNote.parse(note)
        return cls(
            old_size=old_size,
            proof=proof,
            note=read,
            checkpoint=Checkpoint.from_note(read),
        )

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Return the request of which `body` is the one spelling."""
        if len(body) > REQUEST_BYTES_MAX:
            raise MalformedError(f"request: at most {REQUEST_BYTES_MAX} bytes")
        head, separator, note = body.partition(b"\n\n")
        try:
            first, *hashes = head.decode("ascii").split("\n")
            old_size = int(first.removeprefix(_OLD)[:20])
            proof = tuple([b64decode(line, validate=True) for line in hashes])
        except ValueError as error:
            raise MalformedError(
                "request: want `old <size>`, base64 hashes, a blank line, a checkpoint"
            ) from error
        if not separator or len(proof) > PROOF_HASHES_MAX:
            raise MalformedError(f"request: want at most {PROOF_HASHES_MAX} hashes")
        request = cls.of(note, old_size, proof)
        if request.render() != body or any(len(each) != HASH_BYTES for each in proof):
            raise MalformedError("request: not in canonical form")
        if not 0 <= old_size <= SIZE_MAX:
            raise MalformedError(f"request: old size {old_size}: want 0 or more")
        return request

    def render(self) -> bytes:
        """Return the bytes that are sent."""
        hashes = "".join(f"{b64encode(each).decode('ascii')}\n" for each in self.proof)
        head = f"{_OLD}{self.old_size}\n{hashes}\n"
        return head.encode("ascii") + self.note.render()
