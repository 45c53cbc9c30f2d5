"""Baselines learned once more from the orders on record, and when each was locked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kya.codec.attempts import history_digest
from kya.codec.baselines import baseline_digest
from kya.codec.logged_attempts import LoggedAttempts
from kya.core.baseline import BaselineLocked, Source
from kya.core.errors import InputError
from kya.core.learn import learn
from kya.core.learned_baseline import Subject
from kya.core.scope import Mode
from kya.verify.order_table import OrderTable

Entries = Callable[[int, int], Iterator[bytes]]
"""The log's entries from the first index to before the second."""


@dataclass(slots=True)
class LearningAgain:
    """Learns each locked baseline again; `live` says of agents how they went live.

    `learned` counts the baselines that came out byte for byte, `from_elsewhere` those
    whose orders the log does not have. An agent maps to whether a baseline of its own
    was locked before its first live order.
    """

    entries: Entries
    learned: int = 0
    from_elsewhere: int = 0
    live: dict[str, bool] = field(default_factory=dict[str, bool])

    def objection_to(
        self, event: BaselineLocked, orders: OrderTable, here: int
    ) -> str | None:
        """Return what is wrong with the lock in the entry with this index."""
        lock = event.lock
        if lock.source is None:
            self.from_elsewhere += 1
            return None
        try:
            digest = self._learned_again(lock.agent, lock.source, orders, here)
        except (InputError, FileNotFoundError) as error:
            return f"the baseline of {lock.agent} cannot be learned again: {error}"
        if digest != lock.digest:
            return (
                f"the baseline of {lock.agent} is {lock.digest}, but its orders"
                f" {lock.source.first_seq} to {lock.source.last_seq} give {digest}"
            )
        self.learned += 1
        return None

    def take_decision(self, agent: str, mode: str, *, is_locked: bool) -> None:
        """Note whether an agent's first live order met a locked baseline."""
        if mode == Mode.LIVE.value:
            self.live.setdefault(agent, is_locked)

    def _learned_again(
        self, agent: str, source: Source, orders: OrderTable, here: int
    ) -> str:
        """Return the digest of what the orders of a source give, or why they do not."""
        first = orders.order(agent, source.first_seq)
        if first is None:
            return f"none: order {source.first_seq} is not on record"
        logged = LoggedAttempts(agent)
        for raw in self.entries(first.entry, here):
            logged.take(raw)
        attempts = logged.of(source)
        found = learn(attempts, Subject(agent, history_digest(attempts)))
        if found.baseline is None:
            return f"none: {'; '.join(map(str, found.refusals))}"
        return baseline_digest(found.baseline)
