"""Erasures: a text that the log commits to was destroyed, and on what ground."""

from dataclasses import dataclass
from enum import Enum

from kya.core import tokens
from kya.core.instant import Instant


class Ground(Enum):
    """Why a text was destroyed; a closed set, so that no new text is needed."""

    REQUEST = "request"
    RETENTION = "retention"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextErased:
    """Two people have the text with this digest destroyed; nothing else follows."""

    text: str
    ground: Ground
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a digest that is none."""
        tokens.require(tokens.DIGEST, "text", self.text)
