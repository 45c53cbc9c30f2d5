"""C2SP tlog-proof: one entry's place in a log, provable offline.

Example, the second of three entries:

    c2sp.org/tlog-proof@v1
    index 1
    bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=
    ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=

    log.example/2026
    3
    …

Source: c2sp.org/tlog-proof (main, untagged).
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from kya.codec.note import NOTE_BYTES_MAX, SignedNote, VerifierKey
from kya.core.errors import MalformedError
from kya.tlog.checkpoint import Checkpoint, open_checkpoint
from kya.tlog.merkle import (
    HASH_BYTES,
    PATH_MAX,
    SIZE_MAX,
    leaf_hash,
    verify_inclusion,
)

# A whole note fits as extra data; nothing larger has a use beside a proof.
EXTRA_BYTES_MAX: Final = NOTE_BYTES_MAX
# Header, extra data in base64, path and checkpoint, each at its own maximum.
PROOF_BYTES_MAX: Final = 3 * NOTE_BYTES_MAX

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An entry's index, the hashes beside its branch, and the signed checkpoint.

    `extra` is authenticated by nothing; empty means that the line is absent.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: SignedNote
    extra: bytes = b""

    def __post_init__(self) -> None:
        """Refuse what no proof file can hold."""
        if not 0 <= self.index <= SIZE_MAX:
            raise MalformedError(f"proof: index {self.index}: want 0 to {SIZE_MAX}")
        if len(self.path) > PATH_MAX or any(len(h) != HASH_BYTES for h in self.path):
            raise MalformedError(
                f"proof: want at most {PATH_MAX} hashes of {HASH_BYTES} bytes"
            )
        if len(self.extra) > EXTRA_BYTES_MAX:
            raise MalformedError(f"proof: extra data over {EXTRA_BYTES_MAX} bytes")

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Return the proof of which `raw` is the one spelling."""
        if len(raw) > PROOF_BYTES_MAX:
            raise MalformedError(f"proof: {len(raw)} bytes; at most {PROOF_BYTES_MAX}")
        head, _, note = raw.partition(b"\n\n")
        try:
            header, *lines = head.decode("ascii").split("\n")
            extra = b""
            if lines and lines[0].startswith(_EXTRA):
                extra = b64decode(lines.pop(0)[len(_EXTRA) :], validate=True)
            index, *path = lines
            hashes = tuple(b64decode(line, validate=True) for line in path)
            number = int(index.removeprefix(_INDEX)[:20])
        except ValueError as error:
            raise MalformedError(
                "proof: want header, [extra], index, hashes, blank line, checkpoint"
            ) from error
        checkpoint = SignedNote.parse(note)
        proof = cls(index=number, path=hashes, checkpoint=checkpoint, extra=extra)
        if header != _HEADER or proof.render() != raw:
            raise MalformedError("proof: not in canonical form")
        Checkpoint.from_note(checkpoint)
        return proof

    def render(self) -> bytes:
        """Return the bytes of the `.tlog-proof` file."""
        lines = [_HEADER]
        if self.extra:
            lines.append(_EXTRA + b64encode(self.extra).decode("ascii"))
        lines.append(f"{_INDEX}{self.index}")
        lines += [b64encode(node).decode("ascii") for node in self.path]
        return "\n".join([*lines, "", ""]).encode("ascii") + self.checkpoint.render()

    def verify(
        self, entry: bytes, origin: str, keys: Iterable[VerifierKey]
    ) -> Checkpoint:
        """Return the checkpoint that covers `entry`, or raise DistrustError."""
        checkpoint = open_checkpoint(self.checkpoint.render(), origin, keys)
        verify_inclusion(
            leaf_hash(entry), self.index, checkpoint.size, self.path, checkpoint.root
        )
        return checkpoint
