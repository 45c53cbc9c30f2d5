"""The baseline in force for an agent: people lock it, and every later order meets it.

A baseline is never changed in place. To lock one again, the same or another, begins the
evidence of sequences anew, and is how people accept a new release of the agent.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from kya.core import tokens
from kya.core.attempt import attempt_of
from kya.core.behaviour import Behaviour, Reference, score
from kya.core.behaviour_score import WARN, Score, score_of
from kya.core.errors import MalformedError
from kya.core.instant import MICROS_PER_DAY, Instant
from kya.core.learned_baseline import LearnedBaseline
from kya.core.limits import STRUCK_MAX
from kya.core.order import Action, Order
from kya.core.price import ReferencePrice
from kya.core.runtime import Runtime
from kya.core.sequence import opened, strongest

PROBATION_ORDERS: Final = 100
"""Orders of a replacement, or of a new release, that a warning is enough to stop."""
PROBATION_DAYS: Final = 1
"""From the first of them on, a warning is enough for so long, too."""


class Source(NamedTuple):
    """The agent's own logged orders a baseline was learned from, by `seq`, inclusive.

    `struck` are those that people left out when they reviewed them.
    """

    first_seq: int
    last_seq: int
    struck: tuple[int, ...] = ()

    def require(self) -> None:
        """Raise unless these can be orders of an agent, and a review of them."""
        first, last, struck = self
        tokens.require_count("first_seq", first)
        if not first <= last:
            msg = f"last_seq: want {first} or later, got {last}"
            raise MalformedError(msg)
        in_order = tuple(sorted(set(struck)))
        if struck != in_order or len(struck) > STRUCK_MAX:
            msg = f"struck: want at most {STRUCK_MAX}, sorted, each once"
            raise MalformedError(msg)
        if struck and not first <= struck[0] <= struck[-1] <= last:
            msg = f"struck: want some of {first} to {last}"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """People say that this baseline counts for its agent from now on.

    `digest` is the SHA-256 of the document. `source` is None for a baseline that was
    learned elsewhere, which nobody can learn again from the log.
    """

    digest: str
    baseline: LearnedBaseline
    source: Source | None
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a source that cannot be one."""
        tokens.require(tokens.DIGEST, "digest", self.digest)
        if self.source is not None:
            self.source.require()

    @property
    def agent(self) -> str:
        """Whose baseline it is."""
        return self.baseline.subject.agent

    @property
    def as_of(self) -> Instant:
        """From when on it ages: the end of its last day, or the lock if that is sooner.

        Its newest orders count, so that to lock the same again makes it no younger.
        """
        day_after = (self.baseline.last_day + 1) * MICROS_PER_DAY
        return Instant(min(self.at.micros, day_after))


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineLocked:
    """A lock is on record: the leaf hash of its entry, and who signed it."""

    leaf: str
    signed_by: tuple[str, ...]
    lock: Lock

    def __post_init__(self) -> None:
        """Refuse a leaf hash that is none."""
        tokens.require(tokens.DIGEST, "leaf", self.leaf)

    @property
    def at(self) -> Instant:
        """From when on, as its signers say."""
        return self.lock.at


class Baseline(NamedTuple):
    """A locked baseline as the fold keeps it.

    `since` is when it was locked, `runtime` the one pinned then, if one was: it says
    nothing of another. `as_of` is from when on it ages, `learned` the document.
    `probation` is how many more orders are on probation, and `watched_until` when their
    first day ends, known from the first of them on.
    """

    digest: str
    reference: Reference
    since: Instant
    as_of: Instant
    learned: LearnedBaseline
    runtime: Runtime | None = None
    probation: int = 0
    watched_until: Instant | None = None

    @classmethod
    def locked(
        cls, lock: Lock, runtime: Runtime | None, former: "Baseline | None"
    ) -> Self:
        """Return the baseline in force once it is locked.

        The same one again accepts another release, which is on probation then.
        """
        is_again = former is not None and former.digest == lock.digest
        reference = Reference.of(lock.baseline)
        probation = PROBATION_ORDERS if is_again else 0
        return cls(
            lock.digest,
            reference,
            lock.at,
            lock.as_of,
            lock.baseline,
            runtime,
            probation=probation,
        )

    def on_probation(self) -> Self:
        """Return the baseline as it is inherited: on probation, from the next order."""
        return self._replace(probation=PROBATION_ORDERS, watched_until=None)

    def is_on_probation(self, at: Instant) -> bool:
        """Tell whether an order that is received then is on probation."""
        until = self.watched_until
        return self.probation > 0 or (until is not None and at < until)

    def after_order(self, at: Instant) -> Self:
        """Return the baseline after an order, which is one less on probation."""
        if not self.probation:
            return self
        until = self.watched_until or at.later(days=PROBATION_DAYS)
        return self._replace(probation=self.probation - 1, watched_until=until)


class Likeness(NamedTuple):
    """How like its agent's past an order is, and the sequence that it ends.

    `sequence` is the score of the blocks that had ended when it came, in 1/10,000; from
    a warning on, `stream` is what speaks loudest in them. `is_of_the_release` is false
    under a runtime that nobody has locked the baseline for, and `as_of` is from when on
    the baseline ages.
    """

    baseline: str
    as_of: Instant
    score: Score
    sequence: int = 0
    stream: str = ""
    on_probation: bool = False
    is_of_the_release: bool = True


def likeness(
    held: tuple[Baseline | None, Behaviour],
    runtime: Runtime | None,
    order: Order,
    seen: tuple[Instant, ReferencePrice | None],
) -> Likeness | None:
    """Return how like the past the order is; None without baseline, or for a cancel.

    `seen` is when the order was received, and the price on record with it.
    """
    baseline, behaviour = held
    if baseline is None or order.action is Action.CANCEL:
        return None
    attempt, sequence = attempt_of(order, *seen), behaviour.sequence
    level, stream = 0, ""
    if sequence is not None:
        ended = opened(baseline.reference.watch, sequence, attempt.at)
        level = score_of(ended.evidence)
        stream = strongest(ended) if level >= WARN else ""
    return Likeness(
        baseline.digest,
        baseline.as_of,
        score(baseline.reference, behaviour, attempt),
        level,
        stream,
        on_probation=baseline.is_on_probation(seen[0]),
        is_of_the_release=baseline.runtime == runtime,
    )
