"""The desk where two people put a baseline in force."""

from dataclasses import dataclass

from kya.authority import acts
from kya.codec.baseline_locks import parse_lock
from kya.codec.baselines import baseline_digest
from kya.codec.learned_orders import learn_logged
from kya.codec.note import SignedNote
from kya.core.baseline import Lock, Source
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.core.learned_baseline import LearnedBaseline
from kya.wiring.desk import Desk
from kya.wiring.log_reader import tile_reader
from kya.wiring.logged_baseline import read_attempts
from kya.wiring.people import People, signers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLock:
    """The baseline that people want in force, and from which orders it was learned.

    Without a source it was learned elsewhere, and nobody can learn it again.
    """

    baseline: LearnedBaseline
    source: Source | None

    def at(self, instant: Instant) -> Lock:
        """Return the lock from this instant on."""
        return Lock(
            digest=baseline_digest(self.baseline),
            baseline=self.baseline,
            source=self.source,
            at=instant,
        )


def lock(desk: Desk, wanted: WantedLock, people: People) -> int:
    """Return the entry by which these people put the baseline in force, from now on."""
    require_learned_again(desk, wanted)
    signers = signers_of(desk, people)
    return desk.remote.append(acts.lock(wanted.at(desk.clock()), *signers))


def record_lock(desk: Desk, note: bytes) -> int:
    """Return the entry of a lock that people have signed one after the other."""
    said = parse_lock(SignedNote.parse(note).text)
    require_learned_again(desk, WantedLock(baseline=said.baseline, source=said.source))
    return desk.remote.append(note)


def require_learned_again(desk: Desk, wanted: WantedLock) -> None:
    """Raise unless the orders of the source make this very baseline once more."""
    if wanted.source is None:
        return
    desk.remote.publish()
    agent = wanted.baseline.subject.agent
    attempts = read_attempts(tile_reader(desk.opened.data / "log"), agent)
    found = learn_logged(attempts, agent, wanted.source).learning.baseline
    made = "none" if found is None else baseline_digest(found)
    want = baseline_digest(wanted.baseline)
    if made != want:
        msg = (
            f"baseline {want}: orders {wanted.source.first_seq} to"
            f" {wanted.source.last_seq} make {made}; want the orders that it was"
            " learned from, or learn it again"
        )
        raise DistrustError(msg)
