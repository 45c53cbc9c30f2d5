"""A log that goes on under the next name, by two entries."""

from dataclasses import dataclass

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRolled:
    """The last entry under one name: two people close it, and say which is next."""

    origin: str
    successor: str
    reason: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a log that would follow itself."""
        tokens.require_text("origin", self.origin)
        tokens.require_text("next", self.successor)
        tokens.require_text("reason", self.reason)
        if self.successor == self.origin:
            raise MalformedError("roll: want another name than the one that ends")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContinued:
    """The first entry under the next name; `checkpoint` is the last one, a note."""

    origin: str
    checkpoint: bytes
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a log without a name or a predecessor."""
        tokens.require_text("origin", self.origin)
        if not self.checkpoint:
            raise MalformedError("continuation: want the checkpoint that it follows")
