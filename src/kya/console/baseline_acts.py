"""The act by which two people put a baseline in force, or accept a release for it."""

from typing import Final

from kya.authority.baseline_drift import Drift
from kya.authority.baseline_words import lock_sentences
from kya.codec import canonical
from kya.codec.baseline_locks import render_lock
from kya.codec.baselines import baseline_digest
from kya.console.kinds import Drafted, Wanted
from kya.core.baseline import PROBATION_ORDERS, BaselineLocked, Lock
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.state import State
from kya.pki.stopping import require_locking

DRIFT_SHOWN: Final = 8
"""Features of a baseline that whoever signs it is shown, those that moved most."""


def of_lock(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, BaselineLocked]:
    """Return that a baseline counts for its agent from now on."""
    if wanted.learned is None:
        raise InputError(f"{wanted.subject}: want a review that has come to its end")
    baseline, source = wanted.learned
    lock = Lock(
        digest=baseline_digest(baseline), baseline=baseline, source=source, at=now
    )
    line = render_lock(lock)
    parted = [sentence.partition(" ") for sentence in lock_sentences(lock)]
    drafted = Drafted(
        kind=wanted.kind,
        text=line,
        words=(
            f"Every later order of {lock.agent} is held against this baseline.",
            *_of_the_release(state, lock),
            *_of_the_drift(state, lock),
        ),
        facts=tuple((name, value.strip()) for name, _, value in parted),
        rule="Two people sign, each of compliance or risk management.",
        require_enough=require_locking,
    )
    leaf = canonical.digest(line)
    return drafted, BaselineLocked(leaf=leaf, signed_by=(), lock=lock)


def _of_the_release(state: State, lock: Lock) -> list[str]:
    """Return for which release it counts, and what the same one again means."""
    agent = state.agents.get(lock.agent)
    pinned = None if agent is None else agent.pinned
    words = [f"For the release that is pinned: {pinned}"] if pinned else []
    held = None if agent is None else agent.baseline
    if held is not None and held.digest == lock.digest:
        words.append(
            "It is the baseline in force: we accept that what runs now behaves as what"
            f" ran before. The next {PROBATION_ORDERS} orders are on probation, and all"
            " of a day from the first of them on."
        )
    return words


def _of_the_drift(state: State, lock: Lock) -> list[str]:
    """Return how far it has moved from the one that it replaces, the farthest first."""
    agent = state.agents.get(lock.agent)
    held = None if agent is None else agent.baseline
    if held is None or held.digest == lock.digest:
        return []
    moved = Drift.between(held.learned, lock.baseline).moved[:DRIFT_SHOWN]
    return [
        f"It replaces the baseline of {held.since}. From 0.000, as before, to 1.000:",
        *(each.sentence for each in moved),
    ]
