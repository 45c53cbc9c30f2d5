"""What was sent to a far venue, remembered before it leaves: a line for each change.

A venue forgets what it has refused, and knows a cancel by no name of its own.
"""

from pathlib import Path
from typing import Final

import msgspec

from kya.adapters.line_journal import LineJournal
from kya.codec import canonical
from kya.core.instant import Instant
from kya.core.limits import TEXT_CHARS_MAX
from kya.core.order_events import VenueStatus
from kya.gateway.ports import VenueAnswer


class Sent(canonical.Statement, frozen=True, kw_only=True):
    """A message by its client id; `target` is the client id of what it cancels.

    `outcome` is the final word that the venue will not repeat, or empty.
    """

    at: int
    client_id: str
    detail: str = ""
    outcome: str = ""
    target: str = ""

    @property
    def answer(self) -> VenueAnswer | None:
        """What became of it, where that is known here."""
        if not self.outcome:
            return None
        return VenueAnswer(status=VenueStatus(self.outcome), detail=self.detail)

    def with_outcome(self, status: VenueStatus, detail: str = "") -> "Sent":
        """Return the message with its final word."""
        text = "".join([c if c.isprintable() else " " for c in detail])
        return msgspec.structs.replace(
            self, outcome=status.value, detail=text[:TEXT_CHARS_MAX]
        )


_DECODER: Final = msgspec.json.Decoder(Sent)
_BEGUN: Final = ""


class SentMessages:
    """Messages by client id; the first line says when this road was begun."""

    def __init__(self, path: Path, now: Instant) -> None:
        """Read what an earlier run has left, or begin now."""
        self._journal = LineJournal(
            path,
            "venue",
            lambda line: canonical.decode(line, _DECODER, "message"),
            canonical.encode_line,
        )
        self._sent = {line.client_id: line for line in self._journal.taken()}
        if _BEGUN not in self._sent:
            self.keep(Sent(at=now.micros, client_id=_BEGUN))

    @property
    def begun(self) -> Instant:
        """When the first gateway began to use this account."""
        return Instant(self._sent[_BEGUN].at)

    def of(self, client_id: str) -> Sent | None:
        """Return what is known of a message."""
        self._journal.require_whole()
        return self._sent.get(client_id)

    def keep(self, sent: Sent) -> Sent:
        """Remember the message as it stands, before anybody else is told."""
        self._journal.keep(sent)
        self._sent[sent.client_id] = sent
        return sent

    def close(self) -> None:
        """Give back the file."""
        self._journal.close()
