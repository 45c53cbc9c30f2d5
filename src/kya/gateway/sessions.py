"""An agent's session on its way into the log, where it holds until the next one."""

from dataclasses import dataclass

from kya.codec.canonical import digest
from kya.codec.note import SignedNote
from kya.codec.sessions import parse_session, render_start
from kya.core.workload_events import SessionStarted
from kya.gateway.scribe import Scribe
from kya.pki.session import require_session, source_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAnswer:
    """The signed start of a session, durable in the log at `index`."""

    start: bytes
    index: int


class Sessions:
    """Judges what agents say of themselves at their start; one entry for each."""

    __slots__ = ("_root", "_scribe")

    def __init__(self, scribe: Scribe, root: bytes) -> None:
        """Judge signatures under the root certificate in DER."""
        self._scribe = scribe
        self._root = root

    async def start(self, raw: bytes) -> SessionAnswer:
        """Return the start of the session in this note, once it is in force.

        Nothing of a refused session is logged. DistrustError: not the agent's own, or
        its evidence does not hold. InputError: not its next one, or not made now.
        """
        scribe, line = self._scribe, SignedNote.parse(raw).text
        session, state = parse_session(line), scribe.sequencer.state
        event = SessionStarted(
            session=session,
            line_digest=digest(line),
            note=raw,
            source=source_of(session, state),
            at=scribe.now(),
        )
        # Before the gateway signs: its key is not for what a stranger has sent.
        require_session(event, state)
        entry = scribe.sign(render_start(event), event)
        index = await scribe.sequencer.append(entry)
        return SessionAnswer(start=entry.raw, index=index)
