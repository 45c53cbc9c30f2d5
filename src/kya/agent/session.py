"""An agent's session: what it signs at its start, and what the gateway answers. Pure.

The synchronous and the asynchronous client share every rule in this file.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from kya.agent.chain import Identity
from kya.agent.exchange import Reply, decode
from kya.codec.canonical import digest
from kya.codec.note import SignedNote, VerifierKey, verify
from kya.codec.sessions import parse_start, render_session
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.core.runtime import Runtime
from kya.core.session import Session, Shown
from kya.core.workload_events import SessionStarted
from kya.pki.note_signer import NoteSigner, sign_note


class SessionHead(msgspec.Struct, frozen=True, kw_only=True):
    """The end of the agent's chain of sessions, as the gateway knows it."""

    agent: str
    session_seq: int
    session_prev: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the host says of itself for one session."""

    runtime: Runtime
    evidence: Shown | None


_HEAD: Final = msgspec.json.Decoder(SessionHead)


def session_head_in(reply: Reply, agent: str) -> SessionHead:
    """Return what the agent's next session must follow."""
    found = decode(_HEAD, reply)
    if found.agent != agent:
        raise DistrustError(f"agent {agent}: the reply is about {found.agent}")
    return found


def sign_session(
    identity: Identity, head: SessionHead, said: Said, now: Instant, signer: NoteSigner
) -> bytes:
    """Return the note of the session that follows the head."""
    session = Session(
        agent=identity.agent,
        credential=identity.credential,
        seq=head.session_seq + 1,
        prev=head.session_prev,
        runtime=said.runtime,
        region=identity.region,
        evidence=said.evidence,
        created_at=now,
    )
    return sign_note(render_session(session), signer).render()


def read_start(note: bytes, reply: Reply, key: VerifierKey | None) -> SessionStarted:
    """Return the start of our session; DistrustError if this is not its answer."""
    answer = SignedNote.parse(reply.body)
    if key is not None:
        verify(answer, [key])
    event = parse_start(answer.text)
    if event.line_digest != digest(SignedNote.parse(note).text):
        raise DistrustError(
            f"session: the answer is about {event.session.agent}"
            f" {event.session.seq}, which is another one"
        )
    return event
