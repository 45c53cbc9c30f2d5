"""The desk where people set limits aside for one order, and see what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kya.authority import acts
from kya.codec import canonical
from kya.codec.decisions import DECISION_TYPE, parse_decision
from kya.codec.note import SignedNote
from kya.codec.override_figures import OverrideFigures
from kya.codec.overrides import OVERRIDE_TYPE
from kya.core.override import Override, OverrideGranted
from kya.pki.entries import Entry
from kya.pki.prepared_order import PreparedOrder
from kya.wiring.desk import Desk
from kya.wiring.log_reader import published_entries
from kya.wiring.people import People, signers_of

_NAMES_ONE: Final = b',"override":"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What people want to set aside, why, and for how many seconds."""

    controls: Sequence[str]
    reason: str
    seconds: int


def override(desk: Desk, signed: PreparedOrder, wanted: Wanted, people: People) -> int:
    """Return the entry by which these people set limits aside for the order."""
    signers = signers_of(desk, people)
    now = desk.clock()
    value = Override(
        agent=signed.order.agent,
        order=signed.line_digest,
        controls=tuple(sorted(set(wanted.controls))),
        reason=wanted.reason,
        at=now,
        expires_at=now.plus(seconds=wanted.seconds),
    )
    return desk.remote.append(acts.override(value, *signers))


def overrides_in(directory: Path, size: int) -> list[OverrideFigures]:
    """Return every override of the first `size` entries, and what came of it."""
    found: list[OverrideFigures] = []
    for index, raw in enumerate(published_entries(directory, size)):
        kind = canonical.type_of(raw)
        if kind == OVERRIDE_TYPE:
            event = Entry.read(raw).event
            if isinstance(event, OverrideGranted):
                found.append(OverrideFigures(entry=index, granted=event))
        elif kind == DECISION_TYPE and _NAMES_ONE in raw:
            line = parse_decision(SignedNote.parse(raw).text)
            for each in found:
                each.take(index - 1, line)
    return found
