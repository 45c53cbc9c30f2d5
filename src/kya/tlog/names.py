"""The names under which one log has been signed, one after the other (spec/roll.md).

A tree is signed under the name that the log had when it had that many entries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from kya.codec.note import VerifierKey
from kya.core.errors import DistrustError
from kya.tlog.checkpoint import Checkpoint, open_checkpoint


@dataclass(frozen=True, slots=True)
class Names:
    """The first name, and each later one with the size at which its former ended."""

    first: str
    later: tuple[tuple[int, str], ...] = ()

    def and_then(self, size: int, name: str) -> Self:
        """Return these names with one more, for trees of more than `size` entries."""
        return replace(self, later=(*self.later, (size, name)))

    @property
    def present(self) -> str:
        """The newest name."""
        return self.later[-1][1] if self.later else self.first

    @property
    def every(self) -> tuple[str, ...]:
        """All names, the first one first."""
        return (self.first, *(name for _, name in self.later))

    def at(self, size: int) -> str:
        """Return the name under which a tree of this size is signed."""
        names = (name for end, name in reversed(self.later) if size > end)
        return next(names, self.first)

    def require(self, checkpoint: Checkpoint) -> None:
        """Raise DistrustError unless the checkpoint bears the name of its size."""
        wanted = self.at(checkpoint.size)
        if checkpoint.origin != wanted:
            raise DistrustError(
                f"checkpoint of {checkpoint.size} entries: of {checkpoint.origin!r};"
                f" a tree of this size is signed as {wanted!r}"
            )


def open_under_its_name(raw: bytes, keys: Iterable[VerifierKey]) -> Checkpoint:
    """Return a checkpoint that one of the keys signed, under whatever name it bears.

    Which name it must be, only the log's entries say; ask `Names.require`.
    """
    origin = named_origin(raw)
    renamed = {key.spki: VerifierKey.from_spki(origin, key.spki) for key in keys}
    return open_checkpoint(raw, origin, renamed.values())


def named_origin(raw: bytes) -> str:
    """Return the name that a checkpoint bears, believed by nobody yet."""
    return raw.partition(b"\n")[0].decode("utf-8", "replace")
