"""What people can do here: the line that is signed, what it says in words, and by whom.

The rules are the gateway's own: who may sign is asked of the same functions, and the
gateway asks again. Nothing here has a key.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from kya.authority.quorum import Quorum
from kya.console import (
    baseline_acts,
    granting_acts,
    limiting_acts,
    overriding_acts,
    stopping_acts,
)
from kya.console.kinds import Drafted, Kind, Wanted
from kya.core.admission import objection
from kya.core.errors import InputError
from kya.core.events import Event
from kya.core.instant import Instant
from kya.core.state import State

Drafting = Callable[[Wanted, State, Instant], tuple[Drafted, Event]]
_DRAFTING: Final[Mapping[Kind, Drafting]] = MappingProxyType(
    {
        Kind.ACKNOWLEDGE: stopping_acts.of_incident,
        Kind.EXTEND: stopping_acts.of_incident,
        Kind.RELEASE: stopping_acts.of_incident,
        Kind.REVOKE: stopping_acts.of_incident,
        Kind.CONCLUDE: stopping_acts.of_incident,
        Kind.HALT: stopping_acts.of_halt,
        Kind.REDUCE: stopping_acts.of_halt,
        Kind.RESUME: stopping_acts.of_resume,
        Kind.REARM: stopping_acts.of_rearming,
        Kind.REINSTATE: stopping_acts.of_reinstatement,
        Kind.REGISTER: granting_acts.of_registration,
        Kind.PIN: granting_acts.of_pin,
        Kind.LOCK: baseline_acts.of_lock,
        Kind.LIMIT: limiting_acts.of_place_limits,
        Kind.WITHDRAW: limiting_acts.of_withdrawal,
        Kind.OVERRIDE: overriding_acts.of_override,
    }
)
"""Who returns what is to be signed, and the entry that it becomes."""


def draft(wanted: Wanted, state: State, now: Instant, quorum: Quorum) -> Drafted:
    """Return what is to be signed; InputError if the log would not take it now.

    `quorum` is the firm's own rule of who signs mandates.
    """
    of_mandates: Drafting = granting_acts.OfMandates(quorum)
    drafting = {**_DRAFTING, Kind.MANDATE: of_mandates}
    drafted, event = drafting[wanted.kind](wanted, state, now)
    against = objection(state, event)
    if against is not None:
        raise InputError(against)
    return drafted
