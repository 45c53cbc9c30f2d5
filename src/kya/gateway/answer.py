"""What the agent gets back."""

from dataclasses import dataclass
from enum import Enum

from kya.core.decision import Outcome


class Freshness(Enum):
    """Whether the order was judged just now or the earlier answer is given again."""

    FRESH = "fresh"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A signed decision note, durable in the log right after the order at `index`."""

    decision: bytes
    index: int
    outcome: Outcome
    freshness: Freshness
