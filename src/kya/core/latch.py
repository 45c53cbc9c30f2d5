"""Latches: what has stopped an agent by itself, and people alone set back."""

from dataclasses import dataclass
from enum import Enum

from kya.core import tokens
from kya.core.instant import Instant


class Latch(Enum):
    """What can stop an agent until people look."""

    LOSSES = "losses"
    REJECTS = "rejects"
    EXECUTIONS = "executions"
    BEHAVIOUR = "behaviour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearm:
    """People have looked, and the agent's latch counts anew from now on."""

    agent: str
    latch: Latch
    reason: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse what is about nobody, or gives no reason."""
        tokens.require(tokens.NAME, "agent", self.agent)
        tokens.require_text("reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatchRearmed:
    """A re-arming is on record, and who signed it."""

    signed_by: tuple[str, ...]
    rearm: Rearm

    @property
    def at(self) -> Instant:
        """From when on, as its signers say."""
        return self.rearm.at
