"""What every venue must do, whatever is behind it.

A venue's test subclasses `VenueContract` and says how to make one that is empty, and
how to make one whose answers get lost.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace

import pytest

from kya.codec.canonical import digest
from kya.codec.orders import render_order
from kya.core.errors import TransientError
from kya.core.money import Price
from kya.core.order import Action, Order, OrderType, TimeInForce
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


def a_resting_permit(**changes: object) -> Permit:
    """A permit for an order whose limit is far below the market."""
    resting: dict[str, object] = {
        "type": OrderType.LIMIT,
        "limit_price": Price.parse("1"),
        "time_in_force": TimeInForce.GTC,
    }
    return a_permit(**{**resting, **changes})


def acting_on(permit: Permit, action: Action, **changes: object) -> Permit:
    """A permit for what replaces or cancels that order."""
    target = permit.order
    order = replace(
        target,
        action=action,
        target=target.seq,
        seq=target.seq + 1,
        client_order_id=f"c-{target.seq + 1}",
    )
    order = replace(order, **changes)  # type: ignore[arg-type]
    leaf = digest(render_order(order))
    return Permit(order=order, leaf=leaf, mode=Mode.PAPER, index=10, target=permit.leaf)


class VenueContract:
    """Subclass, and make a fresh venue."""

    def a_venue(self) -> Venue:
        raise NotImplementedError

    def a_forgetful_venue(self) -> Venue:
        """A venue whose answer to client order id `c-1` gets lost."""
        raise NotImplementedError

    def run(self, case: Coroutine[None, None, None]) -> None:
        """Run one case in the venue's loop."""
        asyncio.run(case)

    def test_an_answer_is_given_again_when_it_is_asked_for(self) -> None:
        async def case() -> None:
            venue, permit = self.a_venue(), a_permit()
            answer = await venue.submit(permit)
            assert answer.status.is_final
            assert await venue.query(permit.client_id) == answer

        self.run(case())

    def test_an_order_sent_twice_is_executed_once(self) -> None:
        async def case() -> None:
            venue, permit = self.a_venue(), a_permit()
            assert await venue.submit(permit) == await venue.submit(permit)

        self.run(case())

    def test_an_order_that_never_came_is_not_known(self) -> None:
        async def case() -> None:
            assert await self.a_venue().query("0" * 32) is None

        self.run(case())

    def test_two_orders_are_told_apart(self) -> None:
        async def case() -> None:
            venue = self.a_venue()
            small, large = a_permit(amount=eur("1.00")), a_permit(amount=eur("2.00"))
            await venue.submit(small)
            await venue.submit(large)
            answers = [await venue.query(p.client_id) for p in (small, large)]
            assert [a.filled for a in answers if a] == [eur("1.00"), eur("2.00")]

        self.run(case())

    def test_a_lost_answer_is_transient_and_can_be_asked_for(self) -> None:
        async def case() -> None:
            venue, permit = self.a_forgetful_venue(), a_permit()
            with pytest.raises(TransientError):
                await venue.submit(permit)
            answer = await venue.query(permit.client_id)
            assert answer is not None
            assert answer.status is VenueStatus.FILLED

        self.run(case())

    def test_an_order_whose_limit_is_far_rests_until_it_is_cancelled(self) -> None:
        async def case() -> None:
            venue, permit = self.a_venue(), a_resting_permit()
            answer = await venue.submit(permit)
            assert (answer.status, answer.filled) == (VenueStatus.ACKNOWLEDGED, None)
            assert await venue.query(permit.client_id) == answer
            cancel = acting_on(permit, Action.CANCEL)
            done = await venue.cancel(cancel)
            assert (done.status, done.filled) == (VenueStatus.CANCELLED, None)
            for _ in range(2):
                assert await venue.cancel(cancel) == done
                assert await venue.query(cancel.client_id) == done
            ended = await venue.query(permit.client_id)
            assert ended is not None
            assert ended.status is VenueStatus.CANCELLED
            assert await venue.submit(permit) == ended

        self.run(case())

    def test_what_does_not_rest_cannot_be_cancelled_or_replaced(self) -> None:
        async def case() -> None:
            venue, filled, unknown = self.a_venue(), a_permit(), a_resting_permit()
            answer = await venue.submit(filled)
            for target in (filled, unknown):
                cancel = acting_on(target, Action.CANCEL)
                rejected = await venue.cancel(cancel)
                assert rejected.status is VenueStatus.REJECTED
                assert await venue.query(cancel.client_id) == rejected
                again = acting_on(target, Action.REPLACE, client_order_id="c-9")
                assert (await venue.replace(again)).status is VenueStatus.REJECTED
            assert await venue.query(filled.client_id) == answer
            assert await venue.query(unknown.client_id) is None

        self.run(case())

    def test_a_resting_order_is_called_back_without_a_permit(self) -> None:
        async def case() -> None:
            venue, permit, filled = self.a_venue(), a_resting_permit(), a_permit()
            assert await venue.recall(permit.client_id) is None
            await venue.submit(permit)
            whole = await venue.submit(filled)
            for _ in range(2):
                ended = await venue.recall(permit.client_id)
                assert ended is not None
                assert ended.status is VenueStatus.CANCELLED
                assert await venue.query(permit.client_id) == ended
            assert await venue.recall(filled.client_id) == whole

        self.run(case())


class ReplacingVenueContract(VenueContract):
    """A venue that puts an order in the place of another one, in one step."""

    def test_a_replacement_takes_the_place_of_its_target(self) -> None:
        async def case() -> None:
            venue, permit = self.a_venue(), a_resting_permit()
            await venue.submit(permit)
            other = acting_on(permit, Action.REPLACE, amount=eur("30.00"))
            for _ in range(2):
                answer = await venue.replace(other)
                assert answer.status is VenueStatus.ACKNOWLEDGED
            ended = await venue.query(permit.client_id)
            assert ended is not None
            assert ended.status is VenueStatus.CANCELLED
            late = acting_on(permit, Action.CANCEL, client_order_id="c-8")
            assert (await venue.cancel(late)).status is VenueStatus.REJECTED
            cancel = acting_on(other, Action.CANCEL)
            assert (await venue.cancel(cancel)).status is VenueStatus.CANCELLED

        self.run(case())

    def test_a_replacement_that_meets_the_market_is_filled(self) -> None:
        async def case() -> None:
            venue, permit = self.a_venue(), a_resting_permit()
            await venue.submit(permit)
            near = acting_on(permit, Action.REPLACE, limit_price=Price.parse("9"))
            answer = await venue.replace(near)
            assert (answer.status, answer.filled) == (
                VenueStatus.FILLED,
                permit.order.amount,
            )

        self.run(case())
