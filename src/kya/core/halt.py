"""Halts: people stop trading at a place, and start it again (RTS 6 Art. 12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.levels import Place, places_of
from kya.core.order import Order
from kya.core.scope import Scope


class TradingState(Enum):
    """What may leave at a place: all, only what reduces a position, or nothing."""

    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Trading at the place is halted, or may only reduce positions, from now on."""

    place: Place
    state: TradingState
    reason: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a halt that stops nothing, or for no reason."""
        if self.state is TradingState.ACTIVE:
            msg = "state: want halted or reducing; it takes a resume to lift a halt"
            raise MalformedError(msg)
        tokens.require_text("reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The halt whose entry has this leaf hash is lifted, and no other one."""

    halt: str
    reason: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse what names no halt, or gives no reason."""
        tokens.require(tokens.DIGEST, "halt", self.halt)
        tokens.require_text("reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltOrdered:
    """A halt is on record: the leaf hash of its entry, and who signed it."""

    leaf: str
    signed_by: tuple[str, ...]
    halt: Halt

    def __post_init__(self) -> None:
        """Refuse a leaf hash that is none."""
        tokens.require(tokens.DIGEST, "leaf", self.leaf)

    @property
    def at(self) -> Instant:
        """From when on, as its signers say."""
        return self.halt.at


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingResumed:
    """A resume is on record, and who signed it."""

    signed_by: tuple[str, ...]
    resume: Resume

    @property
    def at(self) -> Instant:
        """From when on, as its signers say."""
        return self.resume.at


def halts_upon(
    halts: Mapping[Place, HaltOrdered], order: Order, scope: Scope
) -> tuple[HaltOrdered, ...]:
    """Return the halts in force where the order goes, in the order of the levels."""
    if not halts:  # As nearly always; an order's way costs microseconds.
        return ()
    return tuple([halts[p] for p in places_of(order, scope) if p in halts])


def state_under(halts: tuple[HaltOrdered, ...]) -> TradingState:
    """Return the strictest state that the halts lead to."""
    if not halts:  # As nearly always; an order's way costs microseconds.
        return TradingState.ACTIVE
    states = {ordered.halt.state for ordered in halts}
    if TradingState.HALTED in states:
        return TradingState.HALTED
    return TradingState.REDUCING
