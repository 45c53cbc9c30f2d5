"""Whether a session is the agent's own, and what it shows for its region holds."""

from kya.codec.note import SignedNote
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.core.session import SELF_ASSERTED_SOURCE, RegionAnchor, Session, Shown
from kya.core.state import State
from kya.core.workload_events import SessionStarted
from kya.pki.holders import agents_credential, verifier_key
from kya.pki.instance_identity import require_document


def require_session(event: SessionStarted, state: State) -> None:
    """Return if the agent signed the session and its evidence holds.

    DistrustError, naming the rule, otherwise. Gateway, replay and verifier ask the same
    question of the same bytes: the certificate that a document is checked against is
    in the log, in the anchor that the session names.
    """
    _require_own_signature(event, state)
    _require_evidence(event.session, state, event.at)


def source_of(session: Session, state: State) -> str:
    """Return who vouches for the session's region: an anchor's source, or the agent."""
    if session.evidence is None:
        return SELF_ASSERTED_SOURCE
    return _anchor_of(session.evidence, state).source.value


def _require_own_signature(event: SessionStarted, state: State) -> None:
    """Raise unless the holder of the certificate that it names, alone, signed it."""
    session, note = event.session, SignedNote.parse(event.note)
    credential = agents_credential(state, session.credential, session.agent, "session")
    key = verifier_key(credential.name, credential.spki)
    line = note.signatures[0]
    if len(note.signatures) != 1 or (line.name, line.key_id) != (key.name, key.key_id):
        raise DistrustError(f"session: want the signature of {session.agent} alone")
    if not key.verifies(note.text, line.value):
        raise DistrustError(
            f"session: the signature of {session.agent} does not fit the text"
        )


def _require_evidence(session: Session, state: State, at: Instant) -> None:
    """Raise unless a document, where there is one, shows what the anchor says."""
    if session.evidence is None:
        return
    anchor = _anchor_of(session.evidence, state)
    if anchor.source.has_document:
        require_document(session.evidence, anchor, at)


def _anchor_of(evidence: Shown, state: State) -> RegionAnchor:
    """Return the anchor that the evidence names."""
    anchor = state.region_anchors.get(evidence.anchor)
    if anchor is None:
        raise DistrustError(f"session: no region anchor {evidence.anchor} is on record")
    return anchor
