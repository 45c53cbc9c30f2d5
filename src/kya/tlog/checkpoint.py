"""C2SP checkpoints: the log's signed statement of its size and root.

For example:

    log.example/2026
    4080
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — log.example/2026 Az3grl…

Source: c2sp.org/tlog-checkpoint v1.0.0. Extension lines are neither written nor
accepted: time belongs to cosignatures and RFC 3161 tokens.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from kya.codec.note import Algorithm, SignedNote, VerifierKey, verify
from kya.core.errors import DistrustError, MalformedError
from kya.tlog.merkle import EMPTY_ROOT, HASH_BYTES, SIZE_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's name, how many entries it has, and the hash over all of them."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Refuse what no log can mean."""
        if not self.origin or not self.origin.isprintable():
            raise MalformedError(
                f"checkpoint: origin {self.origin[:80]!r}: want a name"
            )
        if not 0 <= self.size <= SIZE_MAX:
            raise MalformedError(f"checkpoint: size {self.size}: want 0 to {SIZE_MAX}")
        if len(self.root) != HASH_BYTES:
            raise MalformedError(f"checkpoint: want a root of {HASH_BYTES} bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise MalformedError(
                "checkpoint: size 0 with a root that is not the empty one"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint of which `text` is the one spelling."""
        try:
            origin, size, root, end = text.split("\n")
            checkpoint = cls(
                origin=origin, size=_decimal(size), root=b64decode(root, validate=True)
            )
        except ValueError as error:
            raise MalformedError(
                "checkpoint: want three lines: origin, size, base64 root"
            ) from error
        if end or str(checkpoint) != text:
            raise MalformedError("checkpoint: not in canonical form")
        return checkpoint

    @classmethod
    def from_note(cls, note: SignedNote) -> Self:
        """Read a note's text without believing it."""
        return cls.parse(note.text.decode("utf-8"))

    def __str__(self) -> str:
        """Render the three lines."""
        root = b64encode(self.root).decode("ascii")
        return f"{self.origin}\n{self.size}\n{root}\n"

    def text(self) -> bytes:
        """Return the bytes that the log signs."""
        return str(self).encode("utf-8")


def open_checkpoint(raw: bytes, origin: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """Return the checkpoint that the log called `origin` signed with one of `keys`.

    A log's key is named after its origin (tlog-policy); a cosignature does not stand in
    for the log's own signature.
    """
    note = SignedNote.parse(raw)
    signers = verify(note, keys)
    checkpoint = Checkpoint.from_note(note)
    if checkpoint.origin != origin:
        raise DistrustError(
            f"checkpoint: it is of log {checkpoint.origin!r}, not of {origin!r}"
        )
    if not any(is_log_key(key, origin) for key in signers):
        raise DistrustError(f"checkpoint: no signature by a key named {origin!r}")
    return checkpoint


def is_log_key(key: VerifierKey, origin: str) -> bool:
    """Tell whether a key may sign for the log, rather than watch it."""
    return key.name == origin and key.algorithm is not Algorithm.ED25519_COSIGNATURE


def _decimal(digits: str) -> int:
    # `int` takes signs, spaces, underscores and other scripts, and 4,300 digits.
    if not (
        digits.isascii() and digits.isdigit() and len(digits) <= len(str(SIZE_MAX))
    ):
        raise ValueError(digits[:80])
    return int(digits)
