"""What may follow what: the rules by which an entry is admitted to the log.

They are checked before an entry takes its place, at every replay, and by the verifier.
"""

from typing import assert_never

from kya.core.baseline import BaselineLocked
from kya.core.baseline_admission import against_baseline
from kya.core.certificate_admission import against_certificate, against_renewal
from kya.core.clock_comparison import ClockCompared
from kya.core.copy_admission import against_copy
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.credential import Role, Standing
from kya.core.dating import against_back_dating, against_clock
from kya.core.enrolment_admission import (
    against_refusal,
    against_registration,
)
from kya.core.erasure import TextErased
from kya.core.events import Event
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.halt_admission import against_stop
from kya.core.incident import AlertSettled, IncidentActed
from kya.core.incident_admission import against_incident
from kya.core.latch import LatchRearmed
from kya.core.lifecycle import NEXT, Act
from kya.core.order_events import (
    Equivocated,
    OrderDecided,
    OrderSubmitted,
    VenueReported,
)
from kya.core.overlay import OverlayOrdered
from kya.core.overlay_admission import against_overlay
from kya.core.override import OverrideGranted
from kya.core.override_admission import against_override
from kya.core.place_admission import against_place_limits
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
from kya.core.report_admission import against_report
from kya.core.roll import LogContinued, LogRolled
from kya.core.roll_admission import against_roll
from kya.core.session_admission import against_anchor, against_pin, against_session
from kya.core.state import State
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted


def objection(state: State, event: Event) -> str | None:
    """Return why the event cannot follow this state, or None when it can."""
    if state.opened is None and not isinstance(event, LogOpened):
        return "the first entry must open the log"
    if state.undecided is not None and not isinstance(event, OrderDecided):
        return "the entry after an order must be its decision"
    if state.unlisted is not None and not isinstance(event, RevocationListed):
        return "the entry after a revocation must be its list"
    if state.rolled is not None and not isinstance(event, LogContinued):
        return f"log {state.origin} has ended; {state.rolled.successor} must go on"
    return _against(state, event)


def _against(  # noqa: C901, PLR0911, PLR0912  one branch for each kind
    state: State, event: Event
) -> str | None:
    """Ask the rule of the event's kind."""
    match event:
        case OrderSubmitted():
            return _against_order(state, event)
        case OrderDecided():
            return _against_decision(state, event)
        case VenueReported():
            return against_report(state, event)
        case LogOpened() | LogRolled() | LogContinued():
            return _against_naming(state, event)
        case MandateGranted() | OverrideGranted():
            return _against_grant(state, event)
        case AgentRegistered() | EnrolmentRefused():
            return _against_enrolling(state, event)
        case CertificateIssued():
            return against_certificate(state, event)
        case IssuerRenewed():
            return against_renewal(state, event)
        case StandingChanged() | RevocationScheduled() | RevocationListed():
            return _against_end(state, event)
        case Equivocated():
            return _against_equivocation(state, event)
        case RuntimePinned() | RegionAnchored() | SessionStarted():
            return _against_workload(state, event)
        case HaltOrdered() | TradingResumed() | LatchRearmed():
            return against_stop(state, event)
        case PlaceLimited():
            return against_place_limits(state, event)
        case DropCopied() | ExecutionUnexplained():
            return against_copy(state, event)
        case OverlayOrdered():
            return against_overlay(state, event)
        case BaselineLocked():
            return against_baseline(state, event)
        case IncidentActed() | AlertSettled():
            return against_incident(state, event)
        case TextErased() | ClockCompared():
            return _against_dating(state, event)
        case _ as never:
            assert_never(never)


def _against_order(state: State, event: OrderSubmitted) -> str | None:
    """An order comes from an enrolled agent, under its own certificate, in its turn."""
    order = event.order
    credential = state.credentials.get(order.credential)
    if credential is None or credential.role is not Role.AGENT:
        return f"order {order.seq}: no agent has the certificate {order.credential}"
    if credential.name != order.agent:
        return f"order {order.seq}: the certificate is {credential.name}'s"
    agent = state.agents[order.agent]
    if order.seq != agent.past.seq + 1:
        return f"order {order.seq}: want seq {agent.past.seq + 1}"
    if not agent.has_room_for(order):
        waiting = len(agent.unanswered)
        return f"order {order.seq}: {waiting} orders await the venue's answer"
    return None


def _against_decision(state: State, event: OrderDecided) -> str | None:
    """A decision follows the order that it names, and time does not go back."""
    submitted = state.undecided
    if submitted is None:
        return f"decision on {event.order}: no order stands before it"
    order = submitted.order
    if (event.agent, event.seq, event.order) != (
        order.agent,
        order.seq,
        submitted.leaf,
    ):
        return f"decision on {event.order}: want one on {submitted.leaf}"
    return against_clock(state, event.received_at)


def _against_dating(state: State, event: TextErased | ClockCompared) -> str | None:
    """What changes nothing about orders is only asked when it was said."""
    if isinstance(event, TextErased):
        return against_back_dating(state, event.at, "erasure")
    return against_clock(state, event.at)


def _against_equivocation(state: State, event: Equivocated) -> str | None:
    """An equivocation concerns a `seq` already taken and is logged once."""
    agent = state.agents.get(event.agent)
    if agent is None or event.seq > agent.past.seq:
        return f"equivocation of {event.agent}: seq {event.seq} is not on record"
    if event.seq in agent.equivocated:
        return f"equivocation of {event.agent}: seq {event.seq} is logged already"
    return against_clock(state, event.at)


def _against_workload(
    state: State, event: RuntimePinned | RegionAnchored | SessionStarted
) -> str | None:
    """What shows a workload keeps its own rules, and the log's of time."""
    match event:
        case RuntimePinned(at=at):
            against = against_pin(state, event)
            return against or against_back_dating(state, at, "runtime")
        case RegionAnchored(anchor=anchor):
            against = against_anchor(state, event)
            return against or against_back_dating(state, anchor.at, "region anchor")
        case SessionStarted(at=at):
            return against_session(state, event) or against_clock(state, at)
        case _ as never:
            assert_never(never)


def _against_naming(
    state: State, event: LogOpened | LogRolled | LogContinued
) -> str | None:
    """A log is opened once, by an authority; then its names follow one another."""
    if not isinstance(event, LogOpened):
        return against_roll(state, event)
    if state.opened is not None:
        return "the log is open already"
    if event.authority.role is not Role.AUTHORITY:
        return "the log must be opened by an authority"
    return None


def _against_grant(state: State, event: MandateGranted | OverrideGranted) -> str | None:
    """What people allow is new, and allows nothing for the past."""
    if isinstance(event, OverrideGranted):
        return against_override(state, event)
    if event.digest in state.mandates:
        return f"mandate {event.digest} is on record already"
    return against_back_dating(state, event.mandate.resolved_at, "mandate")


def _against_enrolling(
    state: State, event: AgentRegistered | EnrolmentRefused
) -> str | None:
    """A registration or a refusal is of its day, besides its own rules."""
    if isinstance(event, AgentRegistered):
        at, what = event.registration.at, f"registration of {event.registration.agent}"
        against = against_registration(state, event)
    else:
        at, what = event.at, f"refusal of {event.agent}"
        against = against_refusal(state, event)
    if against is not None:
        return f"{what}: {against}"
    return against_back_dating(state, at, what)


def _against_end(
    state: State, event: StandingChanged | RevocationScheduled | RevocationListed
) -> str | None:
    """What ends a credential, or lifts a suspension, follows from where it stands."""
    match event:
        case StandingChanged():
            return _against_standing(state, event)
        case RevocationScheduled():
            return _against_schedule(state, event)
        case RevocationListed():
            return _against_list(state, event)
        case _ as never:
            assert_never(never)


def _against_standing(state: State, event: StandingChanged) -> str | None:
    """The act leads somewhere from the credential's standing."""
    credential = state.credentials.get(event.credential)
    if credential is None:
        return f"{event.act.value}: no certificate {event.credential} is on record"
    if (credential.standing, event.act) not in NEXT:
        return f"{event.act.value}: the certificate is {credential.standing.value}"
    if event.act is Act.REINSTATE and event.at <= credential.since:
        # Else whoever kept the note of an earlier reinstatement could lift this one.
        return f"reinstate: dated {event.at}, suspended at {credential.since}"
    return against_back_dating(state, event.at, event.act.value)


def _against_schedule(state: State, event: RevocationScheduled) -> str | None:
    """What is scheduled lies within the certificate's life; it only comes nearer."""
    credential = state.credentials.get(event.credential)
    if credential is None:
        return f"schedule: no certificate {event.credential} is on record"
    if credential.standing is Standing.REVOKED:
        return f"schedule: the certificate is {credential.standing.value}"
    if event.due > credential.not_after:
        return f"schedule: the certificate ends before, at {credential.not_after}"
    planned = credential.withdrawal
    if planned is not None and event.due >= planned.due:
        # A later one would take back the one on record, which nobody can alone.
        return f"schedule: revoked from {planned.due} on already; want it sooner"
    return against_back_dating(state, event.at, "schedule")


def _against_list(state: State, event: RevocationListed) -> str | None:
    """Revocation lists are numbered without a gap."""
    if event.number != state.crl_number + 1:
        return f"revocation list {event.number}: want number {state.crl_number + 1}"
    return against_back_dating(state, event.at, "revocation list")
