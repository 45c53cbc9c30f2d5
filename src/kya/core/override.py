"""An override: two people set named limits aside for one order (RTS 6 Art. 15(6))."""

from dataclasses import dataclass

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.limits import OVERRIDE_CONTROLS_MAX, OVERRIDE_MICROS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What is set aside, for which order, why, and until when (inclusive).

    `order` is the SHA-256 of the order's line, which the agent has signed and not yet
    sent; `controls` are ids of controls, sorted, each once.
    """

    agent: str
    order: str
    controls: tuple[str, ...]
    reason: str
    at: Instant
    expires_at: Instant

    def __post_init__(self) -> None:
        """Refuse what sets nothing aside, for no reason, or for longer than minutes."""
        tokens.require(tokens.NAME, "agent", self.agent)
        tokens.require(tokens.DIGEST, "order", self.order)
        for control in self.controls:
            tokens.require(tokens.CONTROL, "controls", control)
        count, in_order = len(self.controls), tuple(sorted(set(self.controls)))
        if self.controls != in_order or not 1 <= count <= OVERRIDE_CONTROLS_MAX:
            msg = f"controls: want 1 to {OVERRIDE_CONTROLS_MAX}, sorted, each once"
            raise MalformedError(msg)
        tokens.require_text("reason", self.reason)
        lasting = self.expires_at.micros - self.at.micros
        if not 0 < lasting <= OVERRIDE_MICROS_MAX:
            msg = (
                f"expires_at: want at most {OVERRIDE_MICROS_MAX} us after {self.at},"
                f" got {self.expires_at}"
            )
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideGranted:
    """An override is on record: the leaf hash of its entry, and who signed it."""

    leaf: str
    signed_by: tuple[str, ...]
    override: Override

    def __post_init__(self) -> None:
        """Refuse a leaf hash that is none."""
        tokens.require(tokens.DIGEST, "leaf", self.leaf)

    def serves(self, agent: str, at: Instant) -> bool:
        """Tell whether it is for this agent, and not over at this instant."""
        override = self.override
        return override.agent == agent and at <= override.expires_at

    def sets_aside(self, control: str) -> bool:
        """Tell whether the override names this control."""
        return control in self.override.controls

    @property
    def at(self) -> Instant:
        """When it was signed."""
        return self.override.at
