"""Which of the ten questions an entry answers with no, if it cannot be believed."""

from typing import Final

from kya.codec import canonical
from kya.core.baseline import BaselineLocked
from kya.core.clock_comparison import ClockCompared
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.erasure import TextErased
from kya.core.errors import InputError
from kya.core.events import Event
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.incident import AlertSettled, IncidentActed
from kya.core.latch import LatchRearmed
from kya.core.order_events import (
    Equivocated,
    OrderDecided,
    OrderSubmitted,
    VenueReported,
)
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.place_limits import PlaceLimited
from kya.core.power_events import AgentRegistered, CertificateIssued, MandateGranted
from kya.core.roll import LogContinued, LogRolled
from kya.core.state import State
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted

QUESTION_OF: Final = {
    "kya/log/v1": 1,
    "kya/certificate/v1": 1,
    "kya/issuer/v1": 1,
    "kya/registration/v1": 1,
    "kya/refusal/v1": 1,
    "kya/standing/v1": 1,
    "kya/schedule/v1": 1,
    "kya/crl/v1": 1,
    "kya/order/v1": 2,
    "kya/mandate/v1": 3,
    "kya/decision/v1": 5,
    "kya/report/v1": 9,
    "kya/equivocation/v1": 10,
    "kya/runtime/v1": 5,
    "kya/region-anchor/v1": 5,
    "kya/session-start/v1": 5,
    "kya/override/v1": 4,
    "kya/halt/v1": 4,
    "kya/resume/v1": 4,
    "kya/rearm/v1": 4,
    "kya/place-limits/v1": 4,
    "kya/drop-copy/v1": 9,
    "kya/unexplained/v1": 9,
    "kya/overlay/v1": 4,
    "kya/baseline-lock/v1": 6,
    "kya/incident/v1": 7,
    "kya/alert/v1": 7,
    "kya/erasure/v1": 8,
    "kya/clock/v1": 8,
    "kya/roll/v1": 8,
    "kya/continuation/v1": 8,
}
"""Which question fails if an entry of this type cannot be believed."""


GOES_ON: Final[frozenset[type[Event]]] = frozenset(
    {
        OrderSubmitted,
        OrderDecided,
        VenueReported,
        Equivocated,
        DropCopied,
        ExecutionUnexplained,
    }
)
"""What nobody else's power rests on: after a bad signature here, the pass goes on."""


_LIMITS: Final = (
    OverrideGranted,
    HaltOrdered,
    TradingResumed,
    LatchRearmed,
    PlaceLimited,
    OverlayOrdered,
)
"""What decides, besides the scope, which orders may be allowed."""


_OF_KIND: Final[tuple[tuple[tuple[type[Event], ...], int], ...]] = (
    ((MandateGranted,), 3),
    (_LIMITS, 4),
    ((RuntimePinned, RegionAnchored, SessionStarted), 5),
    ((BaselineLocked,), 6),
    ((IncidentActed, AlertSettled), 7),
    ((TextErased, ClockCompared, LogRolled, LogContinued), 8),
    ((VenueReported, DropCopied, ExecutionUnexplained), 9),
    ((Equivocated,), 10),
)
"""Which question an event of these kinds is about."""


def question_of_refusal(event: Event, state: State) -> int:
    """Return the question that an entry out of place answers with no."""
    if state.unlisted is not None:
        return 1
    if state.rolled is not None:
        return 8
    if isinstance(event, OrderSubmitted):
        return 10 if state.undecided is None else 5
    if state.undecided is not None or isinstance(event, OrderDecided):
        return 5
    if isinstance(event, AgentRegistered):
        return 1 if event.registration.mandate in state.mandates else 3
    if isinstance(event, CertificateIssued):
        grant = event.credential.grant
        mandate = state.mandates.get(grant.mandate) if grant else None
        differs = grant and (mandate is None or mandate.scope != grant.scope)
        return 3 if differs else 1
    return next(
        (question for kinds, question in _OF_KIND if isinstance(event, kinds)), 1
    )


def question_of_bytes(raw: bytes) -> int:
    """Return the question of an entry that could not be read, by what it says it is."""
    try:
        return QUESTION_OF.get(canonical.type_of(raw[:256]), 10)
    except InputError:
        return 10
