"""How long a halt takes: 1,000 working orders of one venue are called back.

The gateway, its log and the venue's book are the real ones, in memory; the venue
answers at once, so that what is measured is ours: from the call to the last cancel
sent, and to the last order settled on record.
"""

import asyncio
from dataclasses import replace
from time import perf_counter

from bench.figure import Figure, at_most, p50, shown
from bench.scale import Scale
from kya.adapters.venue_paper import PaperVenue
from kya.codec.canonical import digest
from kya.codec.orders import render_order
from kya.core.money import Price
from kya.core.order import OrderType, TimeInForce
from kya.gateway.ports import VenueAnswer
from tests.gateway.house import House, a_house
from tests.world import AGENT, eur, the_scope

ORDERS = 1_000
RUNS = 3
SENT_SECONDS_MAX = 1.0
SCOPE = the_scope(daily_max=eur("50000000.00"))


def run(_scale: Scale) -> list[Figure]:
    """Return the seconds to the last cancel sent, and to the last order settled."""
    measured = [asyncio.run(_halt()) for _ in range(RUNS)]
    sent, settled = (p50(seconds) for seconds in zip(*measured, strict=True))
    runs = f"middle of {RUNS}"
    what = f"{ORDERS:,} working orders called back"
    return [
        at_most(f"{what}, last cancel sent", sent, "s", SENT_SECONDS_MAX, runs),
        shown(f"{what}, last one settled on record", settled, "s", runs),
    ]


class Timed:
    """A venue on paper that notes when the last order was called back."""

    def __init__(self, paper: PaperVenue) -> None:
        """Pass everything on to the venue."""
        self.submit, self.replace = paper.submit, paper.replace
        self.cancel, self.query = paper.cancel, paper.query
        self._recall = paper.recall
        self.recalls = 0
        self.last = 0.0

    async def recall(self, client_id: str) -> VenueAnswer | None:
        """Call the order back."""
        answer = await self._recall(client_id)
        self.recalls, self.last = self.recalls + 1, perf_counter()
        return answer


async def _halt() -> tuple[float, float]:
    """Let so many orders rest, call all of them back, and return the two times."""
    house = a_house(scope=SCOPE)
    venue = Timed(house.paper)
    house.venues = dict.fromkeys(house.venues, venue)
    await house.open()
    try:
        await _rest(house)
        agent = house.sequencer.state.agents[AGENT]
        start = perf_counter()
        await house.gateway.releases.cancel_working(agent.unanswered.values())
        while house.sequencer.state.agents[AGENT].unanswered:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        settled = perf_counter() - start
        if venue.recalls != ORDERS:
            raise RuntimeError(f"want {ORDERS} recalls, got {venue.recalls}")
        return venue.last - start, settled
    finally:
        await house.close()


async def _rest(house: House) -> None:
    """Submit orders whose limit is far below the market."""
    order = house.order(
        type=OrderType.LIMIT,
        limit_price=Price.parse("1"),
        time_in_force=TimeInForce.GTC,
    )
    for _ in range(ORDERS):
        await house.gateway.submit(house.note(order))
        seq = order.seq + 1
        order = replace(
            order,
            seq=seq,
            prev=digest(render_order(order)),
            client_order_id=f"c-{seq}",
        )
    await house.gateway.releases.drained()
