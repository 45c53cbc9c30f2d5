"""What may follow what: the rules by which an entry is admitted to the log.

They are checked before an entry takes its place, at every replay, and by the verifier.
"""

from typing import assert_never

from kya.core.credential import Credential, Role, Standing
from kya.core.enrolment_admission import (
    against_enrolment,
    against_refusal,
    against_registration,
)
from kya.core.events import (
    AgentRegistered,
    CertificateIssued,
    EnrolmentRefused,
    Equivocated,
    Event,
    LogOpened,
    MandateGranted,
    OrderDecided,
    OrderSubmitted,
    RevocationListed,
    StandingChanged,
    VenueReported,
)
from kya.core.instant import Instant
from kya.core.lifecycle import NEXT, Act
from kya.core.limits import AGENTS_MAX, STATEMENT_LAG_MICROS_MAX, UNANSWERED_MAX
from kya.core.state import State


def objection(state: State, event: Event) -> str | None:
    """Return why the event cannot follow this state, or None when it can."""
    if state.opened is None and not isinstance(event, LogOpened):
        return "the first entry must open the log"
    if state.undecided is not None and not isinstance(event, OrderDecided):
        return "the entry after an order must be its decision"
    return _against(state, event)


def _against(state: State, event: Event) -> str | None:
    """Ask the rule of the event's kind."""
    match event:
        case OrderSubmitted():
            return _against_order(state, event)
        case OrderDecided():
            return _against_decision(state, event)
        case VenueReported():
            return _against_report(state, event)
        case LogOpened():
            return _against_opening(state, event)
        case MandateGranted():
            return _against_mandate(state, event)
        case AgentRegistered() | EnrolmentRefused():
            return _against_enrolling(state, event)
        case CertificateIssued():
            return _against_certificate(state, event)
        case StandingChanged():
            return _against_standing(state, event)
        case RevocationListed():
            return _against_list(state, event)
        case Equivocated():
            return _against_equivocation(state, event)
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
    if len(agent.unanswered) >= UNANSWERED_MAX:
        return f"order {order.seq}: {UNANSWERED_MAX} orders await the venue's answer"
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
    return _against_clock(state, event.received_at)


def _against_report(state: State, event: VenueReported) -> str | None:
    """A report answers an allowed order that is still unanswered."""
    agent = state.agents.get(event.agent)
    submitted = agent.unanswered.get(event.seq) if agent else None
    what = f"report on {event.agent} {event.seq}"
    if submitted is None or submitted.leaf != event.order:
        return f"{what}: no such order is unanswered"
    order, filled = submitted.order, event.filled
    if event.venue != order.venue:
        return f"{what}: the order went to {order.venue}"
    if filled is not None and filled.currency != order.amount.currency:
        return f"{what}: want what was filled in {order.amount.currency}"
    return _against_clock(state, event.at)


def _against_equivocation(state: State, event: Equivocated) -> str | None:
    """An equivocation concerns a `seq` already taken and is logged once."""
    agent = state.agents.get(event.agent)
    if agent is None or event.seq > agent.past.seq:
        return f"equivocation of {event.agent}: seq {event.seq} is not on record"
    if event.seq in agent.equivocated:
        return f"equivocation of {event.agent}: seq {event.seq} is logged already"
    return _against_clock(state, event.at)


def _against_clock(state: State, at: Instant) -> str | None:
    """The gateway's clock is not behind what it has put on record."""
    if at < state.now:
        return f"the clock stepped back: {at} is before {state.now}"
    return None


def _against_opening(state: State, event: LogOpened) -> str | None:
    """A log is opened once, by an authority."""
    if state.opened is not None:
        return "the log is open already"
    if event.authority.role is not Role.AUTHORITY:
        return "the log must be opened by an authority"
    return None


def _against_mandate(state: State, event: MandateGranted) -> str | None:
    """A mandate is new and grants nothing for the past."""
    if event.digest in state.mandates:
        return f"mandate {event.digest} is on record already"
    return _against_back_dating(state, event.mandate.resolved_at, "mandate")


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
    return _against_back_dating(state, at, what)


def _against_certificate(state: State, event: CertificateIssued) -> str | None:
    """A certificate is new, and an agent's says exactly what its mandate says."""
    credential = event.credential
    if any(
        credential.digest == known.digest or credential.serial == known.serial
        for known in state.credentials.values()
    ):
        return f"certificate of {credential.name}: digest or serial is on record"
    if credential.standing is not Standing.ACTIVE:
        return f"certificate of {credential.name}: want it issued as active"
    against = _against_replacement(state, event)
    if against is None and credential.role is Role.AGENT:
        against = _against_grant(state, credential) or _against_succession(state, event)
    if against is None:
        against = against_enrolment(state, event)
    if against is not None:
        return f"certificate of {credential.name}: {against}"
    return _against_back_dating(state, event.at, "certificate")


def _against_replacement(state: State, event: CertificateIssued) -> str | None:
    """What a certificate replaces is an earlier one of its own holder."""
    if event.replaces is None:
        return None
    former = state.credentials.get(event.replaces)
    holder = (event.credential.name, event.credential.role)
    if former is None or (former.name, former.role) != holder:
        return "want it to replace one of its own holder's"
    return None


def _against_grant(state: State, credential: Credential) -> str | None:
    """The certificate's scope and validity are the mandate's, no wider."""
    grant = credential.grant
    mandate = state.mandates.get(grant.mandate) if grant else None
    if grant is None or mandate is None:
        return "want a mandate on record"
    if mandate.agent != credential.name:
        return f"the mandate is for {mandate.agent}"
    if mandate.scope != grant.scope:
        return "want the mandate's scope, to the letter"
    inside = (
        mandate.valid_from <= credential.not_before
        and credential.not_after <= mandate.valid_until
    )
    return None if inside else "want a validity inside the mandate's"


def _against_succession(state: State, event: CertificateIssued) -> str | None:
    """An agent has one usable certificate; a new one names the one it replaces.

    Usable at no instant together: the former is revoked, or ends before the new begins.
    """
    known = state.agents.get(event.credential.name)
    if known is None:
        is_full = len(state.agents) >= AGENTS_MAX
        return f"want at most {AGENTS_MAX} agents" if is_full else None
    if event.replaces != known.credential:
        return f"want it to replace {known.credential}"
    former = state.credentials[known.credential]
    is_over = former.not_after < event.credential.not_before
    if former.standing is not Standing.REVOKED and not is_over:
        return "the one it replaces is neither revoked nor over by then"
    return None


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
    return _against_back_dating(state, event.at, event.act.value)


def _against_list(state: State, event: RevocationListed) -> str | None:
    """Revocation lists are numbered without a gap."""
    if event.number != state.crl_number + 1:
        return f"revocation list {event.number}: want number {state.crl_number + 1}"
    return _against_back_dating(state, event.at, "revocation list")


def _against_back_dating(state: State, at: Instant, what: str) -> str | None:
    """A statement is not dated before what the log holds, but for its way here."""
    if at.micros < state.now.micros - STATEMENT_LAG_MICROS_MAX:
        return f"{what}: dated {at}, but the log is at {state.now}"
    return None
