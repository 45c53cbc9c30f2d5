"""What comes of learning from an agent's logged orders, each still under its `seq`."""

from collections.abc import Mapping
from typing import NamedTuple

from kya.codec.attempts import history_digest
from kya.codec.logged_attempts import LoggedAttempts
from kya.core.attempt import Attempt
from kya.core.baseline import Source
from kya.core.learn import Learning, Unusual, learn
from kya.core.learned_baseline import Subject


class Learned(NamedTuple):
    """What came of learning from logged orders, and which orders they were."""

    agent: str
    source: Source
    orders: Mapping[int, Attempt]
    learning: Learning

    def unusual(self) -> list[tuple[int, Unusual]]:
        """Return the orders that people should look at, each under its `seq`."""
        seqs: dict[Attempt, list[int]] = {}
        for seq, attempt in self.orders.items():
            seqs.setdefault(attempt, []).append(seq)
        return [(seqs[each.attempt].pop(0), each) for each in self.learning.unusual]


def learn_logged(attempts: LoggedAttempts, agent: str, source: Source) -> Learned:
    """Return what comes of learning from these orders of the agent."""
    orders = attempts.by_seq(source)
    digest = history_digest(orders.values())
    return Learned(
        agent, source, orders, learn(orders.values(), Subject(agent, digest))
    )
