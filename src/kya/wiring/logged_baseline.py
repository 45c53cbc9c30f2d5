"""Baselines learned from a published log, as anybody may learn them.

The log is believed here: that it is whole and well signed, verifiers establish.
"""

from collections.abc import Callable, Iterable

from kya.codec.logged_attempts import LoggedAttempts
from kya.codec.note import SignedNote
from kya.core.errors import InputError
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.tree import entries

Read = Callable[[str], bytes]
"""From a path of the log's published files to its bytes."""


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
