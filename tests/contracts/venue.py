"""What every venue must do, whatever is behind it.

A venue's test subclasses `VenueContract` and says how to make one that is empty, and
how to make one whose answers get lost.
"""

import asyncio
from dataclasses import replace

import pytest

from kya.codec.canonical import digest
from kya.codec.orders import render_order
from kya.core.errors import TransientError
from kya.core.order import Order
from kya.core.order_events import VenueStatus
from kya.core.scope import Mode
from kya.gateway.permit import Permit
from kya.gateway.ports import Venue
from tests.gateway.house import the_world
from tests.world import eur


def a_permit(**changes: object) -> Permit:
    """A permit as the road would make it. Only tests make one elsewhere."""
    order: Order = replace(the_world().order(), **changes)  # type: ignore[arg-type]
    leaf = digest(render_order(order))
    return Permit(order=order, leaf=leaf, mode=Mode.PAPER, index=8)


class VenueContract:
    """Subclass, and make a fresh venue."""

    def a_venue(self) -> Venue:
        raise NotImplementedError

    def a_forgetful_venue(self) -> Venue:
        """A venue whose answer to client order id `c-1` gets lost."""
        raise NotImplementedError

    def test_an_answer_is_given_again_when_it_is_asked_for(self) -> None:
        async def case() -> None:
            venue, permit = self.a_venue(), a_permit()
            answer = await venue.submit(permit)
            assert answer.status.is_final
            assert await venue.query(permit.client_id) == answer

        asyncio.run(case())

    def test_an_order_sent_twice_is_executed_once(self) -> None:
        async def case() -> None:
            venue, permit = self.a_venue(), a_permit()
            assert await venue.submit(permit) == await venue.submit(permit)

        asyncio.run(case())

    def test_an_order_that_never_came_is_not_known(self) -> None:
        async def case() -> None:
            assert await self.a_venue().query("0" * 32) is None

        asyncio.run(case())

    def test_two_orders_are_told_apart(self) -> None:
        async def case() -> None:
            venue = self.a_venue()
            small, large = a_permit(amount=eur("1.00")), a_permit(amount=eur("2.00"))
            await venue.submit(small)
            await venue.submit(large)
            answers = [await venue.query(p.client_id) for p in (small, large)]
            assert [a.filled for a in answers if a] == [eur("1.00"), eur("2.00")]

        asyncio.run(case())

    def test_a_lost_answer_is_transient_and_can_be_asked_for(self) -> None:
        async def case() -> None:
            venue, permit = self.a_forgetful_venue(), a_permit()
            with pytest.raises(TransientError):
                await venue.submit(permit)
            answer = await venue.query(permit.client_id)
            assert answer is not None
            assert answer.status is VenueStatus.FILLED

        asyncio.run(case())
