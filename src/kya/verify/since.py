"""Continuous audit: which entries are those that the verifier has verified before.

A checkpoint says which, once the package's own entries give its root. That they were
found to be in order then is what the verifier brings; every answer says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from kya.codec.rolls import CONTINUATION_TYPE
from kya.codec.statements import LOG_TYPE
from kya.core.power_events import LogOpened
from kya.core.roll import LogContinued
from kya.pki.entries import Entry
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.merkle import leaf_hash, root_of
from kya.verify.brought import Brought
from kya.verify.finding import Findings, Verdict

RANGED: Final = (2, 4, 5, 6, 7, 9, 10)
"""Questions that rest on signatures and decisions of every order, old ones too."""

_NAMING: Final = tuple(
    f'{{"_type":"{kind}"'.encode() for kind in (LOG_TYPE, CONTINUATION_TYPE)
)

Entries = Callable[[int, int], Iterator[bytes]]
"""The log's entries from the first index to before the second."""


def entries_known(entries: Entries, head: Checkpoint, brought: Brought) -> int:
    """Return how many entries the verifier has verified before, 0 if it cannot be told.

    They are hashed again: tiles would only say what somebody wrote there.
    """
    if not brought.continues or brought.held is None:
        return 0
    held = Checkpoint.from_note(brought.held)
    if held.size > head.size:
        return 0
    named = _Named()
    root = root_of(map(leaf_hash, map(named.seen, entries(0, held.size))))
    is_same = root == held.root and named.origin == held.origin
    return held.size if is_same else 0


@dataclass(slots=True)
class _Named:
    """The name that the log had after the entries that were seen."""

    origin: str = ""

    def seen(self, raw: bytes) -> bytes:
        """Return the entry, after it was asked whether it gives the log a name."""
        if raw.startswith(_NAMING):
            event = Entry.read(raw).event
            if isinstance(event, LogOpened | LogContinued):
                self.origin = event.origin
        return raw


def conclude_range(known: int, size: int, findings: Findings) -> None:
    """Say of every answer that rests on it what was taken from the last time."""
    if not known:
        return
    for question in RANGED:
        if known == size:
            findings.unknown(
                question, "nothing was checked: no entry is after your checkpoint"
            )
        elif findings.found(question, Verdict.HOLDS):
            findings.holds(
                question,
                f"for the entries {known} to {size - 1}; those before are the {known}"
                " of your checkpoint, taken as you found them then",
            )
