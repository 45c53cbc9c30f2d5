"""One order between its decision and the last word of its venue."""

import asyncio
from dataclasses import dataclass, field

from kya.core.client_id import client_id_of
from kya.core.order import Order
from kya.gateway.ports import VenueAnswer
from kya.gateway.reconcile import Pause


@dataclass(slots=True, eq=False)
class UnderWay:
    """What the order's own task tells others, and others tell it.

    `sent` is set once nobody is sending the order any more, `answered` once the venue's
    word on it is on record, and `settled` once that word is the last one; all three
    when its task ends. `doubted` is an answer that cannot be true and was noted.
    """

    order: Order
    leaf: str
    is_unknown: bool = False
    is_recalled: bool = False
    doubted: VenueAnswer | None = None
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _word: VenueAnswer | None = None

    @property
    def client_id(self) -> str:
        """The name under which the venue knows the order."""
        return client_id_of(self.leaf)

    def wake(self) -> None:
        """Have the venue asked at once, for something has happened there."""
        self._woken.set()

    def tell(self, word: VenueAnswer) -> None:
        """Pass on what the venue has said when somebody else has asked it."""
        self._word = word
        self.wake()

    def take_word(self) -> VenueAnswer | None:
        """Return what was passed on, once."""
        word, self._word = self._word, None
        return word

    async def rest(self, pause: Pause) -> None:
        """Return after the pause, or when somebody wakes this order."""
        await pause.rest(self._woken)
        self._woken.clear()

    def end(self) -> None:
        """Let nobody wait for this order any more."""
        for event in (self.sent, self.answered, self.settled):
            event.set()
