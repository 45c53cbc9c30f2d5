import asyncio

import pytest

from kya.agent.async_client import AsyncAgent
from kya.agent.exchange import Patience
from kya.core.errors import TransientError
from kya.core.order import Action
from tests.agent.desk import Desk, an_instruction
from tests.agent.fake_gateway import serving
from tests.world import eur


def async_agent(desk: Desk, url: str) -> AsyncAgent:
    signer = desk.gateway.world.agent
    return AsyncAgent(desk.identity, signer, desk.journal, desk.clock, desk.link(url))


def test_thirty_orders_on_their_way_at_once_are_each_answered_once() -> None:
    # The gateway in miniature does not let an order wait for its turn: those that come
    # too early get 409, and the client sends the same bytes again.
    desk = Desk(patience=Patience(attempts=40, first_pause_ms=1, pause_ms_max=20))

    async def main(url: str) -> list[str]:
        async with async_agent(desk, url) as agent:
            orders = [
                agent.submit(an_instruction(f"c-{n}", eur("20000.00")))
                for n in range(1, 31)
            ]
            answers = await asyncio.gather(*orders)
            return [answer.outcome.value for answer in answers]

    with serving(desk.gateway) as url:
        outcomes = asyncio.run(main(url))
    # The daily maximum of EUR 500,000 per market and side is inclusive.
    assert outcomes == ["allowed"] * 25 + ["denied"] * 5
    assert desk.journal.unanswered == ()
    by_seq: dict[bytes, set[bytes]] = {}
    for note in desk.gateway.received:
        seq = note.partition(b'"seq":')[2].partition(b",")[0]
        by_seq.setdefault(seq, set()).add(note)
    assert [len(notes) for notes in by_seq.values()] == [1] * 30


def test_after_a_fault_the_same_bytes_come_before_the_next_order() -> None:
    desk = Desk()
    desk.gateway.faults = ["lose"] * 3

    async def main(url: str) -> int:
        async with async_agent(desk, url) as agent:
            with pytest.raises(TransientError):
                await agent.submit(an_instruction("c-1"))
            return (await agent.submit(an_instruction("c-2"))).order.seq

    with serving(desk.gateway) as url:
        assert asyncio.run(main(url)) == 2
    assert len(set(desk.gateway.received)) == 2


def test_the_outcome_at_the_venue_is_waited_for() -> None:
    desk = Desk()
    desk.gateway.venue = [None, "partially_filled"]

    async def main(url: str) -> str | None:
        async with async_agent(desk, url) as agent:
            await agent.resume()
            answer = await agent.submit(an_instruction())
            return (await agent.outcome(answer.order.seq)).venue

    with serving(desk.gateway) as url:
        assert asyncio.run(main(url)) == "partially_filled"


def test_a_working_order_is_cancelled_and_a_replacement_is_asked_for() -> None:
    desk = Desk()

    async def main(url: str) -> list[tuple[Action, int | None, bool]]:
        async with async_agent(desk, url) as agent:
            order = (await agent.submit(an_instruction("c-1"))).order
            other = await agent.replace(order.seq, an_instruction("c-2"))
            cancel = await agent.cancel(order, "c-3")
            return [
                (a.order.action, a.order.target, a.allowed) for a in (other, cancel)
            ]

    with serving(desk.gateway) as url:
        assert asyncio.run(main(url)) == [
            (Action.REPLACE, 1, False),
            (Action.CANCEL, 1, True),
        ]
