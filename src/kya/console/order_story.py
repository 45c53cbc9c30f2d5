"""The whole story of one order: what was signed, what was decided, and why."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from kya.codec.decisions import DecisionLine, parse_decision
from kya.codec.note import SignedNote
from kya.codec.orders import parse_order
from kya.core.behaviour_score import contribution
from kya.core.checks import CHECKS
from kya.core.errors import CorruptionError
from kya.core.instant import Instant
from kya.core.integer_log import BIT
from kya.core.order import Order

_MARKS = {
    "passed": "good",
    "warned": "note",
    "overridden": "note",
    "failed": "bad",
    "cannot_evaluate": "bad",
}


SOURCES: Final = {check.control.id: check.control.source for check in CHECKS}
"""What each control answers to."""


class ControlRow(NamedTuple):
    """One control: what it found, and the rule that it answers to."""

    id: str
    outcome: str
    limit: str
    measured: str
    unit: str
    reason: str

    @property
    def source(self) -> str:
        """What the control answers to; a firm's own overlay says so itself."""
        return SOURCES.get(self.id, "a policy of the firm's own")

    @property
    def mark(self) -> str:
        """How it is drawn, beside its word."""
        return _MARKS.get(self.outcome, "none")


class Contribution(NamedTuple):
    """What a feature adds to an order's score, in 1/1,024 bits above the ordinary."""

    feature: str
    bits: int
    permille: int

    @property
    def shown(self) -> str:
        """The bits with one decimal."""
        return bits_text(self.bits)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStory:
    """An order, its decision, and every control of it, what failed first."""

    order: Order
    decision: DecisionLine
    order_text: str
    decision_text: str
    controls: tuple[ControlRow, ...]
    contributions: tuple[Contribution, ...]

    @property
    def received_at(self) -> Instant:
        """When the gateway took it up."""
        return Instant.parse(self.decision.received_at)

    @property
    def score(self) -> str | None:
        """The order's score with four decimals, None where none was made."""
        behaviour = self.decision.behaviour
        if isinstance(behaviour, msgspec.UnsetType):
            return None
        return score_text(behaviour.score)

    @property
    def sequence(self) -> str | None:
        """The score of the sequence that the order ends."""
        behaviour = self.decision.behaviour
        if isinstance(behaviour, msgspec.UnsetType):
            return None
        return score_text(behaviour.sequence)


def bits_text(bits: int) -> str:
    """Return 1/1,024 bits with one decimal."""
    tenths = bits * 10 // BIT
    return f"{tenths // 10}.{tenths % 10}"


def score_text(value: int) -> str:
    """Return a score in 1/10,000 as a decimal."""
    return f"0.{value:04d}"


def story_of(order_entry: bytes, decision_entry: bytes) -> OrderStory:
    """Return the story of two neighbours; CorruptionError if they are none."""
    order_note, decision_note = (
        SignedNote.parse(raw) for raw in (order_entry, decision_entry)
    )
    order, decision = parse_order(order_note.text), parse_decision(decision_note.text)
    if (decision.agent, decision.seq) != (order.agent, order.seq):
        raise CorruptionError(f"order {order.agent} {order.seq}: another's decision")
    return OrderStory(
        order=order,
        decision=decision,
        order_text=order_entry.decode(),
        decision_text=decision_entry.decode(),
        controls=controls_of(decision),
        contributions=_contributions(decision),
    )


def controls_of(decision: DecisionLine) -> tuple[ControlRow, ...]:
    """Return the controls, those that did not pass first."""
    found = [
        ControlRow(
            each.id,
            each.outcome,
            each.limit,
            each.measured,
            each.unit,
            "" if isinstance(each.reason, msgspec.UnsetType) else each.reason,
        )
        for each in decision.controls
    ]
    return tuple(sorted(found, key=lambda row: row.outcome == "passed"))


def _contributions(decision: DecisionLine) -> tuple[Contribution, ...]:
    """Return what made the score, the largest first."""
    behaviour = decision.behaviour
    if isinstance(behaviour, msgspec.UnsetType):
        return ()
    adds = {name: contribution(bits) for name, bits in behaviour.surprisals.items()}
    most = max([1, *adds.values()])
    return tuple(
        Contribution(name, bits, bits * 1_000 // most)
        for name, bits in sorted(adds.items(), key=lambda item: -item[1])
    )
