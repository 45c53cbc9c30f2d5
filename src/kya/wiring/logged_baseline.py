"""Baselines learned from a published log, as anybody may learn them.

The log is believed here: that it is whole and well signed, verifiers establish.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from kya.codec.attempts import history_digest
from kya.codec.logged_attempts import LoggedAttempts
from kya.codec.note import SignedNote
from kya.core.attempt import Attempt
from kya.core.baseline import Source
from kya.core.errors import InputError
from kya.core.learn import Learning, Unusual, learn
from kya.core.learned_baseline import Subject
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.tree import entries

Read = Callable[[str], bytes]
"""From a path of the log's published files to its bytes."""


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


def read_attempts(read: Read, agent: str) -> LoggedAttempts:
    """Return the agent's attempts in a published log; InputError if it is none."""
    try:
        note = SignedNote.parse(read("checkpoint"))
    except FileNotFoundError as error:
        raise InputError(f"log: want one that is published ({error})") from error
    size = Checkpoint.from_note(note).size
    return attempts_among(entries(read, 0, size, size), agent)


def attempts_among(logged: Iterable[bytes], agent: str) -> LoggedAttempts:
    """Return the agent's attempts among the entries of a log, from the first on."""
    attempts = LoggedAttempts(agent)
    for raw in logged:
        attempts.take(raw)
    if not attempts.last_seq:
        raise InputError(f"{agent}: no order of this agent is in the log")
    return attempts


def learn_logged(attempts: LoggedAttempts, agent: str, source: Source) -> Learned:
    """Return what comes of learning from these orders of the agent."""
    orders = attempts.by_seq(source)
    digest = history_digest(orders.values())
    return Learned(
        agent, source, orders, learn(orders.values(), Subject(agent, digest))
    )
