"""What every venue that is far away has in common: what was sent, and what is unknown.

What is not known is asked for and never sent again. A message that left and that nobody
knows there may still be on its way; only once it is well past its time does its absence
mean that it never arrived.
"""

from pathlib import Path
from typing import Final

from kya.adapters.sent_messages import Sent, SentMessages
from kya.core.errors import TransientError
from kya.core.instant import MICROS_PER_SECOND
from kya.core.order_events import VenueStatus
from kya.gateway.ports import Clock, VenueAnswer

RESTS_NOT: Final = "no such order rests there"


class SentOnce:
    """Messages by client id, each sent once; a venue says how it is asked."""

    def __init__(self, clock: Clock, path: Path, arrival_seconds: int) -> None:
        """Remember at the path; what is older than so many seconds has not arrived."""
        self.messages = SentMessages(path, clock.now())
        self._clock = clock
        self._started = clock.now()
        self._arrival_micros = arrival_seconds * MICROS_PER_SECOND
        self._accepted: dict[str, str] = {}

    async def query(self, client_id: str) -> VenueAnswer | None:
        """Return what became of a message by now, or None if it never arrived."""
        sent = self.messages.of(client_id)
        if sent is not None and sent.answer is not None:
            return sent.answer
        if sent is not None and sent.target:
            return await self._outcome_of_cancel(sent)
        answer = await self._listed_order(client_id)
        if answer is None and self._may_arrive(client_id, sent):
            raise TransientError(f"{client_id}: not listed, and may be on its way")
        return answer

    async def _listed_order(self, client_id: str) -> VenueAnswer | None:
        """Return what the venue says of an order, None where it knows none."""
        raise NotImplementedError(client_id)

    def _begun(self, client_id: str, target: str = "") -> Sent:
        """Remember that a message is about to leave: it does not leave again."""
        at = self._clock.now().micros
        return self.messages.keep(Sent(at=at, client_id=client_id, target=target))

    def _never_sent(self, client_id: str, why: str) -> VenueAnswer:
        """Remember that a message cannot be sent, and why."""
        sent = self.messages.of(client_id)
        sent = sent or Sent(at=self._clock.now().micros, client_id=client_id)
        return self._ended(sent, VenueStatus.REJECTED, why)

    def _ended(self, sent: Sent, status: VenueStatus, detail: str) -> VenueAnswer:
        """Remember the final word, and return it."""
        ended = self.messages.keep(sent.with_outcome(status, detail))
        return VenueAnswer(status=status, detail=ended.detail)

    async def _word_on(self, client_id: str) -> VenueAnswer:
        """Return what became of a message that was sent; TransientError if unknown."""
        answer = await self.query(client_id)
        if answer is None:
            raise TransientError(f"{client_id}: was sent, and never arrived")
        return answer

    def _may_arrive(self, client_id: str, sent: Sent | None) -> bool:
        """Tell whether what is not listed may be listed later.

        What nobody remembers here may have been sent right before this process began.
        """
        since = self._started.micros if sent is None else sent.at
        waited = self._clock.now().micros - since
        return client_id in self._accepted or waited < self._arrival_micros

    async def _outcome_of_cancel(self, sent: Sent) -> VenueAnswer | None:
        """Return what a cancel came to, which shows in its target alone."""
        target = await self.query(sent.target)
        if target is None:
            return self._ended(sent, VenueStatus.REJECTED, RESTS_NOT)
        if target.status is VenueStatus.CANCELLED:
            return self._ended(sent, VenueStatus.CANCELLED, "")
        if target.status is not VenueStatus.ACKNOWLEDGED:
            return self._ended(sent, VenueStatus.REJECTED, RESTS_NOT)
        if self._may_arrive(sent.client_id, sent):
            raise TransientError(f"{sent.target}: rests, and its cancel may arrive")
        return None
