"""Events: what an entry of the log says, once its bytes are understood."""

from kya.core.baseline import BaselineLocked
from kya.core.clock_comparison import ClockCompared
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.erasure import TextErased
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
from kya.core.power_events import (
    AgentRegistered,
    CertificateIssued,
    EnrolmentRefused,
    IssuerRenewed,
    LogOpened,
    MandateGranted,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.roll import LogContinued, LogRolled
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted

Event = (
    LogOpened
    | MandateGranted
    | AgentRegistered
    | CertificateIssued
    | IssuerRenewed
    | EnrolmentRefused
    | StandingChanged
    | RevocationScheduled
    | RevocationListed
    | OrderSubmitted
    | OrderDecided
    | VenueReported
    | Equivocated
    | RuntimePinned
    | RegionAnchored
    | SessionStarted
    | OverrideGranted
    | HaltOrdered
    | TradingResumed
    | LatchRearmed
    | PlaceLimited
    | DropCopied
    | ExecutionUnexplained
    | OverlayOrdered
    | BaselineLocked
    | IncidentActed
    | AlertSettled
    | TextErased
    | ClockCompared
    | LogRolled
    | LogContinued
)

SaidByGateway = (
    OrderDecided
    | VenueReported
    | Equivocated
    | SessionStarted
    | DropCopied
    | ExecutionUnexplained
    | AlertSettled
    | ClockCompared
    | LogContinued
)
"""What the gateway puts on record of its own acts, and of what it hears."""
