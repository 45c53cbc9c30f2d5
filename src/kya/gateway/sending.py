"""Sending: what leaves for a venue leaves once, and no answer is an answer, too."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Final

from kya.core.errors import TransientError
from kya.core.instant import MICROS_PER_SECOND
from kya.core.limits import (
    RELEASES_IN_FLIGHT_MAX,
    TEXT_CHARS_MAX,
    VENUE_ANSWER_MICROS_MAX,
)
from kya.core.order import Action
from kya.core.order_events import VenueStatus
from kya.gateway.at_once import at_once
from kya.gateway.permit import Permit
from kya.gateway.ports import Venue, VenueAnswer
from kya.gateway.reconcile import NEVER_RECEIVED
from kya.gateway.under_way import UnderWay

_ANSWER_SECONDS: Final = VENUE_ANSWER_MICROS_MAX / MICROS_PER_SECOND
_CALLED_BACK: Final = VenueAnswer(
    status=VenueStatus.NOT_RECEIVED, detail="called back before it was sent"
)
_NO_ROAD: Final = VenueAnswer(
    status=VenueStatus.NOT_RECEIVED, detail="no venue has a road for this action"
)


class Road:
    """The way to one venue: so many orders at once, and as many recalls beside them.

    Recalls have their own room, so that they never wait for what they are to stop.
    """

    __slots__ = ("_orders", "_recalls", "venue")

    def __init__(self, venue: Venue) -> None:
        """Lead to this venue."""
        self.venue = venue
        self._orders = asyncio.Semaphore(RELEASES_IN_FLIGHT_MAX)
        self._recalls = asyncio.Semaphore(RELEASES_IN_FLIGHT_MAX)

    async def sent(self, under_way: UnderWay, permit: Permit) -> VenueAnswer:
        """Send the order, once, unless it was called back; UNKNOWN for no answer."""
        async with self._orders:
            if under_way.is_recalled:
                return _CALLED_BACK
            return await _answered(self._leaving(permit))

    async def recalled(self, client_id: str) -> VenueAnswer:
        """Call an order back; to ask again for what is cancelled changes nothing."""
        async with self._recalls:
            return await _answered(self._recall(client_id))

    async def _leaving(self, permit: Permit) -> VenueAnswer:
        """Take the road that the order's action has."""
        match permit.order.action:
            case Action.NEW:
                return await self.venue.submit(permit)
            case Action.REPLACE:
                return await self.venue.replace(permit)
            case Action.CANCEL:
                return await self.venue.cancel(permit)
            case _:
                return _NO_ROAD  # No scope lists it, so that none is ever allowed.

    async def _recall(self, client_id: str) -> VenueAnswer:
        """Return what the venue says of the order that was called back."""
        answer = await self.venue.recall(client_id)
        return NEVER_RECEIVED if answer is None else answer


def roads_to(venues: Mapping[str, Venue]) -> dict[str, Road]:
    """Return the way to each venue, by its name."""
    return {name: Road(venue) for name, venue in venues.items()}


async def _answered(attempt: Coroutine[None, None, VenueAnswer]) -> VenueAnswer:
    """Return the venue's answer; that there was none is UNKNOWN.

    A venue that answers at once, as one on paper does, is not put under a timer.
    """
    try:
        answer = at_once(attempt)
        if isinstance(answer, VenueAnswer):
            return answer
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await answer
    except TimeoutError:
        reason = f"no answer within {_ANSWER_SECONDS:.0f} s"
    except TransientError as error:
        reason = str(error)
    printable = "".join([c if c.isprintable() else " " for c in reason])
    return VenueAnswer(status=VenueStatus.UNKNOWN, detail=printable[:TEXT_CHARS_MAX])
