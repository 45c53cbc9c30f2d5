"""What became of an order? Asked of the venue, never answered by sending again."""

import asyncio
from collections.abc import Iterator
from typing import Final

from kya.core.errors import TransientError
from kya.core.instant import MICROS_PER_SECOND
from kya.core.limits import VENUE_ASK_MICROS_MAX, VENUE_ASK_MICROS_MIN
from kya.core.order_events import OrderSubmitted, VenueStatus
from kya.core.state import State
from kya.gateway.ports import Venue, VenueAnswer

NEVER_RECEIVED: Final = VenueAnswer(
    status=VenueStatus.NOT_RECEIVED, detail="the venue never received the order"
)
CANNOT_SAY: Final = VenueAnswer(status=VenueStatus.UNKNOWN)


def unanswered(state: State) -> Iterator[OrderSubmitted]:
    """Yield every allowed order without a final outcome on record, agent by agent."""
    for name in sorted(state.agents):
        orders = state.agents[name].unanswered
        yield from (orders[seq] for seq in sorted(orders))


async def asked_once(venue: Venue, client_id: str) -> VenueAnswer:
    """Return what the venue says now; that it cannot be asked is UNKNOWN."""
    try:
        answer = await venue.query(client_id)
    except TransientError:
        return CANNOT_SAY
    return NEVER_RECEIVED if answer is None else answer


class Pause:
    """The time between two attempts: it doubles, up to a limit."""

    __slots__ = ("_micros",)

    def __init__(self) -> None:
        self._micros = VENUE_ASK_MICROS_MIN

    async def rest(self, woken: asyncio.Event | None = None) -> None:
        """Wait, longer than the last time, or until somebody wakes us."""
        seconds = self._micros / MICROS_PER_SECOND
        self._micros = min(2 * self._micros, VENUE_ASK_MICROS_MAX)
        if woken is None:
            await asyncio.sleep(seconds)
            return
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            return
