"""The fold: `apply` adds one entry of the log to the state.

Gateway, replay and verifier fold the same events with the same function, so that what
the gateway remembers is what a stranger derives from the log.
"""

from dataclasses import replace
from typing import assert_never

from kya.core.admission import objection
from kya.core.agent_fold import agent_after_decision, agent_after_report
from kya.core.baseline import BaselineLocked
from kya.core.behaviour_fold import (
    with_baseline,
    with_release,
)
from kya.core.clock_comparison import ClockCompared
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.copy_fold import copies_after_report, with_copy
from kya.core.credential import Credential, Role, Withdrawal
from kya.core.decision import Outcome
from kya.core.erasure import TextErased
from kya.core.errors import CorruptionError, InputError
from kya.core.events import Event
from kya.core.flow import Decided
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.halt_fold import with_stop
from kya.core.incident import AlertSettled, IncidentActed
from kya.core.incident_fold import (
    incidents_after_decision,
    incidents_after_standing,
    with_incident,
)
from kya.core.latch import LatchRearmed
from kya.core.lifecycle import NEXT
from kya.core.order_events import (
    Equivocated,
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.override_admission import is_over
from kya.core.place_fold import use_after_decision, use_after_report, with_limits
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
from kya.core.reservation import reserved_by
from kya.core.roll import LogContinued, LogRolled
from kya.core.roll_admission import with_roll
from kya.core.state import AgentState, RegistrationState, State
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted


def apply(  # noqa: C901, PLR0911, PLR0912  one branch for each kind
    state: State, event: Event
) -> State:
    """Return the state after it; InputError, naming the rule, if it cannot follow."""
    against = objection(state, event)
    if against is not None:
        raise InputError(against)
    match event:
        case OrderSubmitted():
            return state._replace(undecided=event)
        case OrderDecided():
            return _with_decision(state, event)
        case VenueReported():
            return _with_report(state, event)
        case LogOpened() | LogRolled() | LogContinued():
            return _named(state, event)
        case MandateGranted() | OverrideGranted():
            return _with_grant(state, event)
        case AgentRegistered() | EnrolmentRefused():
            return _with_registration(state, event)
        case CertificateIssued() | IssuerRenewed():
            return _with_certificate(state, event)
        case StandingChanged() | RevocationScheduled() | RevocationListed():
            return _with_end(state, event)
        case Equivocated():
            return _with_equivocation(state, event)
        case RuntimePinned() | RegionAnchored() | SessionStarted():
            return _with_workload(state, event)
        case HaltOrdered() | TradingResumed() | LatchRearmed():
            return with_stop(state, event)
        case DropCopied() | ExecutionUnexplained():
            return with_copy(state, event)
        case PlaceLimited() | OverlayOrdered():
            return with_limits(state, event)
        case BaselineLocked():
            return with_baseline(state, event)
        case IncidentActed() | AlertSettled():
            return with_incident(state, event)
        case TextErased():
            return state
        case ClockCompared(at=at):
            return state._replace(now=at)
        case _ as never:
            assert_never(never)


def _named(state: State, event: LogOpened | LogRolled | LogContinued) -> State:
    """Begin with the issuing CA and the authority, or go on under another name."""
    if not isinstance(event, LogOpened):
        return with_roll(state, event)
    opened = state._replace(
        opened=event, origins=(event.origin,), now=event.at, issuers=(event.issuer,)
    )
    return _enrolled(opened, event.authority)


def _with_decision(state: State, event: OrderDecided) -> State:
    """Reserve what the decision allowed and move the agent's chain head."""
    submitted = state.undecided
    if submitted is None:  # objection() has looked; this keeps the type honest
        msg = "a decision without its order"
        raise CorruptionError(msg)
    order, agent = submitted.order, state.agents[event.agent]
    allowed, worth = event.outcome is Outcome.ALLOWED, event.worth or order.amount
    reserved = reserved_by(order, worth, agent.target(order.target))
    decided = Decided(
        order=order,
        line_digest=submitted.line_digest,
        received_at=event.received_at,
        allowed=allowed,
        worth=worth,
        reserved=reserved if allowed else None,
        price=event.price,
    )
    changed = agent_after_decision(agent, submitted, decided, event)
    place_use = state.place_use
    if allowed:
        day = event.received_at.day
        place_use = use_after_decision(state, submitted, reserved, day)
    changed, incidents = incidents_after_decision(state, changed, submitted, event)
    overrides = state.overrides
    if submitted.line_digest in overrides:  # Used up, whatever the outcome is.
        overrides = {k: v for k, v in overrides.items() if k != submitted.line_digest}
    return state._replace(
        now=event.received_at,
        overrides=overrides,
        place_use=place_use,
        agents={**state.agents, event.agent: changed},
        incidents=state.incidents if incidents is None else incidents,
        undecided=None,
    )


def _with_report(state: State, event: VenueReported) -> State:
    """Note how far the order has come, or close the question if this is the end."""
    now = max(state.now, event.at)
    if event.status is VenueStatus.UNKNOWN:
        return state._replace(now=now)
    agent = state.agents[event.agent]
    order = agent.unanswered[event.seq].order
    changed = agent_after_report(agent, order, event)
    return state._replace(
        now=now,
        agents={**state.agents, event.agent: changed},
        place_use=use_after_report(state, event),
        copies=copies_after_report(state, event),
    )


def _with_registration(
    state: State, event: AgentRegistered | EnrolmentRefused
) -> State:
    """Open a registration and close the agent's former one, or count a refusal."""
    if isinstance(event, AgentRegistered):
        changed = {
            digest: replace(known, is_open=False)
            for digest, known in state.registrations.items()
            if known.is_open and known.registration.agent == event.registration.agent
        }
        changed[event.digest] = RegistrationState(registration=event.registration)
    else:
        known = state.registrations[event.registration]
        refused = replace(known, refusals=known.refusals + 1, refused_at=event.at)
        changed = {event.registration: refused}
    return state._replace(registrations={**state.registrations, **changed})


def _with_certificate(state: State, event: CertificateIssued | IssuerRenewed) -> State:
    """Enrol the credential; an agent keeps its past across certificates."""
    if isinstance(event, IssuerRenewed):
        return state._replace(issuers=(*state.issuers, event.issuer))
    credential, enrolment = event.credential, event.enrolment
    enrolled = _enrolled(state, credential)
    if credential.role is not Role.AGENT or enrolment is None:
        return enrolled
    used = replace(state.registrations[enrolment.registration], is_open=False)
    registrations = {**state.registrations, enrolment.registration: used}
    enrolled = enrolled._replace(registrations=registrations)
    known = state.agents.get(credential.name)
    agent = (
        AgentState(credential=credential.digest)
        if known is None
        else with_release(known)._replace(credential=credential.digest)
    )
    return enrolled._replace(agents={**state.agents, credential.name: agent})


def _enrolled(state: State, credential: Credential) -> State:
    """Add the credential to those on record."""
    name, digest = credential.name, credential.digest
    issued = (*state.issued_to.get(name, ()), digest)
    return state._replace(
        credentials={**state.credentials, digest: credential},
        issued_to={**state.issued_to, name: issued},
    )


def _with_end(
    state: State, event: StandingChanged | RevocationScheduled | RevocationListed
) -> State:
    """Move a credential nearer to its end, or back from a suspension."""
    match event:
        case StandingChanged():
            return incidents_after_standing(_with_standing(state, event), event)
        case RevocationScheduled(due=due, code=code):
            credential = state.credentials[event.credential]
            return _with(state, replace(credential, withdrawal=Withdrawal(due, code)))
        case RevocationListed(number=number, crl=crl):
            return state._replace(crl_number=number, crl=crl, unlisted=None)
        case _ as never:
            assert_never(never)


def _with_standing(state: State, event: StandingChanged) -> State:
    """Move the credential to the standing that the act leads to."""
    credential = state.credentials[event.credential]
    standing = NEXT[credential.standing, event.act]
    planned = credential.withdrawal
    if event.code is None:
        changed = replace(credential, standing=standing, since=event.at)
        return _with(state, changed)
    # What was due before it was revoked has ended then, and not later.
    due = event.at if planned is None else min(event.at, planned.due)
    changed = replace(
        credential,
        standing=standing,
        since=event.at,
        withdrawal=Withdrawal(due, event.code),
    )
    return _with(state, changed)._replace(unlisted=credential.digest)


def _with(state: State, changed: Credential) -> State:
    """Put the changed credential in the place of what it was."""
    return state._replace(credentials={**state.credentials, changed.digest: changed})


def _with_equivocation(state: State, event: Equivocated) -> State:
    """Remember that this `seq` has been signed twice, so that it is logged once."""
    agent = state.agents[event.agent]
    changed = agent._replace(equivocated=agent.equivocated | {event.seq})
    return state._replace(
        now=max(state.now, event.at),
        agents={**state.agents, event.agent: changed},
    )


def _with_workload(
    state: State, event: RuntimePinned | RegionAnchored | SessionStarted
) -> State:
    """Keep the newest pin and the newest session of the agent, and every anchor."""
    match event:
        case RuntimePinned(agent=name):
            agent = state.agents[name]._replace(runtime_pinned=event)
            return state._replace(agents={**state.agents, name: agent})
        case RegionAnchored(digest=digest, anchor=anchor):
            anchors = {**state.region_anchors, digest: anchor}
            return state._replace(region_anchors=anchors)
        case SessionStarted(session=session, at=at):
            agent = state.agents[session.agent]._replace(session_started=event)
            agents = {**state.agents, session.agent: agent}
            return state._replace(now=at, agents=agents)
        case _ as never:
            assert_never(never)


def _with_grant(state: State, event: MandateGranted | OverrideGranted) -> State:
    """Keep a mandate, or have an override wait for its order; forget what is over."""
    if isinstance(event, MandateGranted):
        return state._replace(mandates={**state.mandates, event.digest: event.mandate})
    waiting = {k: v for k, v in state.overrides.items() if not is_over(v, state)}
    return state._replace(overrides={**waiting, event.override.order: event})
