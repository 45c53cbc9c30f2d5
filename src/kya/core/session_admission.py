"""What may follow what, where a workload is shown: pins, region anchors, sessions."""

from kya.core.credential import Credential, Role, Standing
from kya.core.instant import Instant
from kya.core.limits import CLOCK_SKEW_MICROS_MAX, REGION_ANCHORS_MAX
from kya.core.session import SELF_ASSERTED_SOURCE, Session
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted


def against_pin(state: State, event: RuntimePinned) -> str | None:
    """A runtime is pinned for an enrolled agent, and later than the one before.

    An earlier pin that somebody has kept can so never take the place of a later one.
    """
    agent = state.agents.get(event.agent)
    if agent is None:
        return f"runtime: no agent {event.agent} is on record"
    former = agent.runtime_pinned
    if former is not None and event.at <= former.at:
        return f"runtime: dated {event.at}; want it after the last pin, {former.at}"
    return None


def against_anchor(state: State, event: RegionAnchored) -> str | None:
    """An anchor is new, and for an agent's certificate, which has a few at most."""
    credential = state.credentials.get(event.anchor.credential)
    if credential is None or credential.role is not Role.AGENT:
        return f"region anchor: no agent has the certificate {event.anchor.credential}"
    if event.digest in state.region_anchors:
        return f"region anchor {event.digest} is on record already"
    known = [
        anchor
        for anchor in state.region_anchors.values()
        if anchor.credential == credential.digest
    ]
    if len(known) >= REGION_ANCHORS_MAX:
        return f"region anchor: want at most {REGION_ANCHORS_MAX} for one certificate"
    return None


def against_session(state: State, event: SessionStarted) -> str | None:
    """A session is the agent's next one, under its present certificate, made now."""
    session = event.session
    credential = state.credentials.get(session.credential)
    if credential is None or credential.role is not Role.AGENT:
        return f"session: no agent has the certificate {session.credential}"
    if credential.name != session.agent:
        return f"session: the certificate is {credential.name}'s, not {session.agent}'s"
    return (
        _against_credential(state, credential, event.at)
        or _against_turn(state, session)
        or _against_date(session, event.at)
        or _against_evidence(state, event)
    )


def _against_credential(
    state: State, credential: Credential, at: Instant
) -> str | None:
    """The certificate is the newest of its agent, active, and valid now."""
    if state.agents[credential.name].credential != credential.digest:
        return f"session: want the newest certificate of {credential.name}"
    standing = credential.standing_at(at)
    if standing is not Standing.ACTIVE:
        return f"session: the certificate is {standing.value}"
    if not credential.not_before <= at <= credential.not_after:
        return f"session: the certificate is not valid at {at}"
    return None


def _against_turn(state: State, session: Session) -> str | None:
    """The session follows the agent's last one, and so was never on record before."""
    former = state.agents[session.agent].session_started
    seq, prev = (0, NO_DIGEST) if former is None else _end_of(former)
    if (session.seq, session.prev) != (seq + 1, prev):
        return f"session {session.seq}: want seq {seq + 1} and prev {prev}"
    return None


def _end_of(former: SessionStarted) -> tuple[int, str]:
    """Return what the next session must follow."""
    return former.session.seq, former.line_digest


def _against_date(session: Session, at: Instant) -> str | None:
    """The agent's own time is as near to ours as an order's must be."""
    skew = abs(at.micros - session.created_at.micros)
    if skew > CLOCK_SKEW_MICROS_MAX:
        return (
            f"session: dated {session.created_at}, {skew} us from {at}; want at most"
            f" {CLOCK_SKEW_MICROS_MAX}"
        )
    return None


def _against_evidence(state: State, event: SessionStarted) -> str | None:
    """What is shown for the region rests on an anchor for this very certificate."""
    session, shown = event.session, event.session.evidence
    if shown is None:
        return None if event.source == SELF_ASSERTED_SOURCE else "session: no evidence"
    anchor = state.region_anchors.get(shown.anchor)
    if anchor is None or anchor.credential != session.credential:
        return f"session: no region anchor {shown.anchor} is on record for it"
    if event.source != anchor.source.value:
        return f"session: the anchor is of {anchor.source.value}, not {event.source}"
    if session.region != anchor.region:
        return f"session: the anchor is for {anchor.region}, not {session.region}"
    if bool(shown.document) is not anchor.source.has_document:
        return f"session: a document where {anchor.source.value} has none, or none"
    return None
