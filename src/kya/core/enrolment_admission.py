"""What may follow what when agents are registered and enrolled."""

from kya.core.credential import Role
from kya.core.limits import (
    REFUSAL_PAUSE_MICROS_MIN,
    REFUSALS_MAX,
    REGISTRATIONS_MAX,
)
from kya.core.power_events import AgentRegistered, CertificateIssued, EnrolmentRefused
from kya.core.state import State


def against_registration(state: State, event: AgentRegistered) -> str | None:
    """A registration is new, its token too, and its mandate is the agent's."""
    registration = event.registration
    known = state.registrations
    mandate = state.mandates.get(registration.mandate)
    if event.digest in known:
        return "it is on record already"
    if any(registration.token == held.registration.token for held in known.values()):
        return "its token is on record already"
    if len(known) >= REGISTRATIONS_MAX:
        return f"want at most {REGISTRATIONS_MAX} registrations"
    if mandate is None:
        return "want a mandate on record"
    if mandate.agent != registration.agent:
        return f"the mandate is for {mandate.agent}"
    if registration.at > mandate.valid_until:
        return f"the mandate has ended at {mandate.valid_until}"
    return None


def against_enrolment(state: State, event: CertificateIssued) -> str | None:
    """An agent's certificate is issued once upon an open registration of its own."""
    credential, enrolment = event.credential, event.enrolment
    if credential.role is not Role.AGENT:
        return None if enrolment is None else "want an enrolment for an agent alone"
    if enrolment is None:
        return "want the registration that it is issued upon"
    known = state.registrations.get(enrolment.registration)
    if known is None:
        return "no such registration is on record"
    if not known.is_open:
        return "its registration is used, or a newer one has taken its place"
    registration, grant = known.registration, credential.grant
    if registration.agent != credential.name:
        return f"the registration is {registration.agent}'s"
    if grant is None or registration.mandate != grant.mandate:
        return f"the registration is under mandate {registration.mandate}"
    if event.at > registration.expires_at:
        return f"the registration has ended at {registration.expires_at}"
    if enrolment.attestor is not registration.attestor:
        return f"want attestor {registration.attestor.value}"
    missing = sorted(set(registration.selectors) - set(enrolment.shown))
    return f"not shown: {', '.join(missing)}" if missing else None


def against_refusal(state: State, event: EnrolmentRefused) -> str | None:
    """Refusals belong to a registration, and are bounded in number and in rate."""
    known = state.registrations.get(event.registration)
    if known is None or known.registration.agent != event.agent:
        return f"no such registration of {event.agent} is on record"
    if known.refusals >= REFUSALS_MAX:
        return f"{REFUSALS_MAX} refusals of this registration are on record"
    if event.at < known.refused_at.plus(micros=REFUSAL_PAUSE_MICROS_MIN):
        return f"want {REFUSAL_PAUSE_MICROS_MIN} us after {known.refused_at}"
    return None
