"""The act by which two people put a baseline in force, or accept a release for it."""

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
            f" ran before. The next {PROBATION_ORDERS} orders are on probation."
        )
    return words
