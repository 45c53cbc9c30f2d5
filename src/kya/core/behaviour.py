"""An agent's behaviour as a fold: what it did so far, and what that is evidence of.

`score` is asked before an order is decided, `advance` follows every attempt, allowed or
not. Both are pure, and cheap enough for every order.
"""

from typing import Final, NamedTuple, Self

from kya.core.attempt import CANCEL, Attempt
from kya.core.behaviour_score import Score, Scorer, score_of
from kya.core.behaviour_score import score as order_score
from kya.core.features import NO_PACE, Pace
from kya.core.learned_baseline import LearnedBaseline
from kya.core.sequence import (
    Sequence,
    opened,
    with_cancel,
    with_order,
    with_outcome,
)
from kya.core.sequence_bets import Watch


class Reference(NamedTuple):
    """A baseline, ready for scoring orders and sequences; made once."""

    scorer: Scorer
    watch: Watch

    @classmethod
    def of(cls, baseline: LearnedBaseline) -> Self:
        """Return the reference that a baseline is."""
        watch = Watch.of(baseline.sequence, baseline.orders)
        return cls(Scorer.of(baseline), watch)


class Behaviour(NamedTuple):
    """When the agent tried before and, since its baseline counts, in what sequence."""

    pace: Pace = NO_PACE
    sequence: Sequence | None = None

    def held_against(self, reference: Reference) -> "Behaviour":
        """Return the behaviour with its sequence begun anew."""
        return self._replace(sequence=Sequence.begun(reference.watch))

    @property
    def sequence_score(self) -> int:
        """How unlike the agent's past the sequence is, in 1/10,000; blocks that ended.

        It has the map of an order's score: 0.75 is 400 blocks that go by on average
        before chance comes to as much, 0.85 is 100,000.
        """
        return 0 if self.sequence is None else score_of(self.sequence.evidence)


UNSEEN: Final = Behaviour()


def score(reference: Reference, behaviour: Behaviour, attempt: Attempt) -> Score:
    """Return the score of an attempt that is not a cancel; those have none."""
    return order_score(reference.scorer, behaviour.pace, attempt)


def advance(
    reference: Reference | None,
    behaviour: Behaviour,
    attempt: Attempt,
    scored: Score | None,
) -> Behaviour:
    """Return the behaviour after an attempt, which had this score.

    Before there is a baseline only the pace is kept. A cancel is no order: it counts as
    an action alone.
    """
    pace, sequence = behaviour
    if reference is not None and sequence is not None:
        sequence = opened(reference.watch, sequence, attempt.at)
        if scored is None:
            sequence = with_cancel(sequence)
        else:
            watch = reference.watch
            sequence = with_order(watch, sequence, attempt.action, scored)
    if attempt.action != CANCEL:
        pace = pace.after(attempt.at)
    return Behaviour(pace, sequence)


def answered(
    reference: Reference, behaviour: Behaviour, at: int, *, failed: bool
) -> Behaviour:
    """Return the behaviour after a venue's answer at this instant, in milliseconds."""
    sequence = behaviour.sequence
    if sequence is None:
        return behaviour
    sequence = opened(reference.watch, sequence, at)
    return behaviour._replace(sequence=with_outcome(sequence, failed=failed))
