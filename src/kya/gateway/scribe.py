"""The gateway's own hand: what it puts on record is dated by its clock and signed."""

from dataclasses import dataclass

from kya.codec.note import SignedNote
from kya.core.errors import DistrustError, TransientError
from kya.core.events import Event
from kya.core.instant import Instant
from kya.gateway.ports import Clock
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from kya.sequencer.sequencer import Sequencer


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribe:
    """The log, the gateway's key and its clock; the key signs in this thread."""

    sequencer: Sequencer
    signer: NoteSigner
    clock: Clock

    def now(self) -> Instant:
        """Return the present instant; TransientError if it is before the log's own."""
        instant, latest = self.clock.now(), self.sequencer.state.now
        if instant < latest:
            raise TransientError(
                f"clock: stepped back to {instant}, but the log is at {latest}; "
                "nothing is judged until it has caught up"
            )
        return instant

    def latest(self) -> Instant:
        """Return the present instant, or the log's own if nobody can tell a later."""
        try:
            return self.now()
        except TransientError:
            return self.sequencer.state.now

    def sign(self, line: bytes, event: Event) -> Entry:
        """Return the entry of a line that was rendered from the event."""
        note = self._note(line)
        return Entry(note.render(), note, event)

    def statement(self, line: bytes) -> Entry:
        """Return the entry of a line whose event names its own leaf hash."""
        return Entry.read(self._note(line).render())

    def _note(self, line: bytes) -> SignedNote:
        """Return the line with the gateway's signature."""
        try:
            return SignedNote(line, (self.signer.signature(line),))
        except DistrustError as error:
            # Our key's fault and not the sender's: its caller must not answer 401.
            raise TransientError(f"gateway key: {error}") from error
