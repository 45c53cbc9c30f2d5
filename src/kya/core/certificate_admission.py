"""What may follow what when certificates are issued and renewed."""

from kya.core.credential import Credential, Role, Standing
from kya.core.dating import against_back_dating
from kya.core.enrolment_admission import against_enrolment
from kya.core.limits import AGENTS_MAX, ISSUERS_MAX
from kya.core.power_events import CertificateIssued, IssuerRenewed
from kya.core.state import State


def against_certificate(state: State, event: CertificateIssued) -> str | None:
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
    return against_back_dating(state, event.at, "certificate")


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


def against_renewal(state: State, event: IssuerRenewed) -> str | None:
    """A certificate of the issuing CA is new, and there are not too many of them."""
    if event.issuer in state.issuers:
        return "issuer: this certificate is on record already"
    if len(state.issuers) >= ISSUERS_MAX:
        return f"issuer: want at most {ISSUERS_MAX} certificates in one log"
    return against_back_dating(state, event.at, "issuer")
