"""What shows a workload, on the wire: sessions, pinned runtimes, region anchors."""

from typing import Final, Literal

import msgspec

from kya.codec import base64_text, canonical
from kya.codec.enums import by_value
from kya.codec.note import SignedNote
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.runtime import Runtime
from kya.core.session import RegionAnchor, RegionSource, Session, Shown
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted

SESSION_TYPE: Final = "kya/session/v1"
START_TYPE: Final = "kya/session-start/v1"
RUNTIME_TYPE: Final = "kya/runtime/v1"
ANCHOR_TYPE: Final = "kya/region-anchor/v1"


class ShownFields(canonical.Statement, frozen=True, kw_only=True):
    """What is shown for a region; document and signature in base64, or both empty."""

    anchor: str
    document: str
    signature: str


class SessionLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/session/v1`: what the agent signs at its start."""

    type_: Literal["kya/session/v1"] = msgspec.field(name="_type")
    agent: str
    created_at: str
    credential: str
    evidence: ShownFields | None
    prev: str
    region: str
    runtime: dict[str, str]
    seq: int


class StartLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/session-start/v1`: the gateway has put the session in the note in force."""

    type_: Literal["kya/session-start/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    note: str
    region: str
    region_evidence: str
    session: str
    source: str


class RuntimeLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/runtime/v1`: what an agent may run from now on."""

    type_: Literal["kya/runtime/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    runtime: dict[str, str]


class AnchorLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/region-anchor/v1`: by what a region may be shown."""

    type_: Literal["kya/region-anchor/v1"] = msgspec.field(name="_type")
    at: str
    certificate: str
    credential: str
    region: str
    source: str
    subject: str


_SESSION: Final = msgspec.json.Decoder(SessionLine)
_START: Final = msgspec.json.Decoder(StartLine)
_RUNTIME: Final = msgspec.json.Decoder(RuntimeLine)
_ANCHOR: Final = msgspec.json.Decoder(AnchorLine)
_SOURCE: Final = by_value("source", RegionSource)


def parse_session(line: bytes) -> Session:
    """Return the session of an agent's line; MalformedError otherwise."""
    return canonical.read_line(line, _SESSION, "session", _session_from)


def render_session(session: Session) -> bytes:
    """Return the line that the agent signs."""
    shown = session.evidence
    return canonical.encode_line(
        SessionLine(
            type_=SESSION_TYPE,
            agent=session.agent,
            created_at=str(session.created_at),
            credential=session.credential,
            evidence=None if shown is None else _shown_fields(shown),
            prev=session.prev,
            region=session.region,
            runtime=dict(session.runtime.components),
            seq=session.seq,
        )
    )


def parse_start(line: bytes) -> SessionStarted:
    """Return the start of a session on record; MalformedError otherwise."""
    return canonical.read_line(line, _START, "session start", _start_from)


def render_start(event: SessionStarted) -> bytes:
    """Return the line by which the gateway puts a session in force."""
    return canonical.encode_line(_start_fields(event))


def parse_runtime(line: bytes) -> RuntimePinned:
    """Return a pinned runtime; MalformedError otherwise."""
    return canonical.read_line(line, _RUNTIME, "runtime", _runtime_from)


def render_runtime(event: RuntimePinned) -> bytes:
    """Return the line that pins a runtime."""
    return canonical.encode_line(
        RuntimeLine(
            type_=RUNTIME_TYPE,
            agent=event.agent,
            at=str(event.at),
            runtime=dict(event.runtime.components),
        )
    )


def parse_anchor(line: bytes) -> RegionAnchored:
    """Return a region anchor under the digest of its line; MalformedError otherwise."""
    anchor = canonical.read_line(line, _ANCHOR, "region anchor", _anchor_from)
    return RegionAnchored(digest=canonical.digest(line), anchor=anchor)


def render_anchor(anchor: RegionAnchor) -> bytes:
    """Return the line that puts a region anchor on record."""
    return canonical.encode_line(
        AnchorLine(
            type_=ANCHOR_TYPE,
            at=str(anchor.at),
            certificate=base64_text.encode(anchor.certificate),
            credential=anchor.credential,
            region=anchor.region,
            source=anchor.source.value,
            subject=anchor.subject,
        )
    )


def _session_from(wire: SessionLine) -> Session:
    """Return the session of its fields."""
    shown = wire.evidence
    return Session(
        agent=wire.agent,
        credential=wire.credential,
        seq=wire.seq,
        prev=wire.prev,
        runtime=Runtime.of(wire.runtime),
        region=wire.region,
        evidence=None if shown is None else _shown_from(shown),
        created_at=Instant.parse(wire.created_at),
    )


def _shown_from(wire: ShownFields) -> Shown:
    """Return what is shown for a region, of its fields."""
    return Shown(
        anchor=wire.anchor,
        document=base64_text.decode("document", wire.document),
        signature=base64_text.decode("signature", wire.signature),
    )


def _shown_fields(shown: Shown) -> ShownFields:
    """Return the fields of what is shown for a region."""
    return ShownFields(
        anchor=shown.anchor,
        document=base64_text.encode(shown.document),
        signature=base64_text.encode(shown.signature),
    )


def _start_from(wire: StartLine) -> SessionStarted:
    """Return the start of its fields, if they are what the note in it says."""
    note = base64_text.decode("note", wire.note)
    line = SignedNote.parse(note).text
    event = SessionStarted(
        session=parse_session(line),
        line_digest=canonical.digest(line),
        note=note,
        source=wire.source,
        at=Instant.parse(wire.at),
    )
    if _start_fields(event) != wire:
        msg = "want agent, region, evidence and digest of the session in the note"
        raise MalformedError(msg)
    return event


def _start_fields(event: SessionStarted) -> StartLine:
    """Return the fields of the start of a session."""
    session = event.session
    return StartLine(
        type_=START_TYPE,
        agent=session.agent,
        at=str(event.at),
        note=base64_text.encode(event.note),
        region=session.region,
        region_evidence=session.region_evidence.value,
        session=event.line_digest,
        source=event.source,
    )


def _runtime_from(wire: RuntimeLine) -> RuntimePinned:
    """Return the pinned runtime of its fields."""
    return RuntimePinned(
        agent=wire.agent, runtime=Runtime.of(wire.runtime), at=Instant.parse(wire.at)
    )


def _anchor_from(wire: AnchorLine) -> RegionAnchor:
    """Return the region anchor of its fields."""
    return RegionAnchor(
        credential=wire.credential,
        source=_SOURCE(wire.source),
        subject=wire.subject,
        region=wire.region,
        certificate=base64_text.decode("certificate", wire.certificate),
        at=Instant.parse(wire.at),
    )
