"""Logs with an order for each step, and what their venues said."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from kya.codec.order_records import OrderRecord
from kya.codec.reports import render_report
from kya.core.money import Money, Price
from kya.core.order import OrderType, Side, TimeInForce
from kya.core.order_events import EXECUTED, VenueReported, VenueStatus
from kya.evidence.build import everything
from kya.evidence.records import order_records
from kya.pki.note_signer import sign_note
from tests.verify.packages import published
from tests.world import AGENT, EUR, MORNING, World

HOSTILE = '=cmd|"/c calc", it\'s'


@dataclass(frozen=True, kw_only=True)
class Step:
    """One order: its size in cents, its limit if any, and the venue's answers."""

    cents: int = 2_000_000
    limit: str | None = None
    side: Side = Side.BUY
    market: str = "EUR/USD"
    time_in_force: TimeInForce = TimeInForce.IOC
    answers: tuple[VenueStatus, ...] = (VenueStatus.FILLED,)
    detail: str = ""


steps = st.builds(
    Step,
    cents=st.integers(1, 3_000_000),
    limit=st.none() | st.sampled_from(["1.1", "1.2345678901"]),
    side=st.sampled_from(Side),
    market=st.sampled_from(["EUR/USD", "GBP/EUR", "BTC/EUR"]),
    time_in_force=st.sampled_from(TimeInForce),
    answers=st.one_of(
        st.just(()),
        st.just((VenueStatus.UNKNOWN,)),
        st.sampled_from(VenueStatus).map(lambda status: (status,)),
        st.sampled_from(VenueStatus).map(lambda last: (VenueStatus.UNKNOWN, last)),
    ),
    detail=st.sampled_from(["", "no funds", HOSTILE]),
)


def flow(wanted: Sequence[Step], world: World | None = None) -> World:
    """The log of these orders, a minute apart, answered where they were allowed."""
    world = world or World()
    at = max(world.now, MORNING)
    for step in wanted:
        at = at.plus(seconds=60)
        limit = None if step.limit is None else Price.parse(step.limit)
        order = world.order(
            created_at=at,
            amount=Money(step.cents, EUR),
            type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            limit_price=limit,
            side=step.side,
            market=step.market,
            time_in_force=step.time_in_force,
        )
        if world.trade(order) == "allowed":
            for status in step.answers:
                _answer(world, order.seq, status, step)
    return world


def records_of(world: World) -> list[OrderRecord]:
    """Every record of a world's log."""
    log = published(world.entries, world.log)
    return list(order_records(log, everything(), None))


def _answer(world: World, seq: int, status: VenueStatus, step: Step) -> None:
    """Put one answer on record: whole, or all but a cent, or nothing filled."""
    submitted = world.state.agents[AGENT].unanswered[seq]
    part = status is VenueStatus.PARTIALLY_FILLED and step.cents > 1
    executed = status in EXECUTED
    world.now = world.now.plus(seconds=1)
    event = VenueReported(
        agent=AGENT,
        seq=seq,
        order=submitted.leaf,
        venue=submitted.order.venue,
        status=status,
        filled=Money(step.cents - part, EUR) if executed else None,
        price=Price.parse("1.38111") if executed else None,
        price_source="test" if executed else "",
        detail=step.detail,
        at=world.now,
    )
    world.append(sign_note(render_report(event), world.gateway).render())
