"""POST /v1/orders: signed bytes in, signed bytes out, problems for the rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from kya.adapters.store_memory import Fault as DiskFault
from kya.core.limits import ENTRY_BYTES_MAX, STRANGER_BURST_MAX
from tests.api.edge import a_client, at_the_edge, name_of
from tests.gateway.house import House
from tests.world import eur


@at_the_edge()
async def test_an_order_is_answered_with_the_signed_decision_in_the_log(
    house: House, client: httpx.AsyncClient
) -> None:
    response = await client.post("/v1/orders", content=house.note())
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["kya-outcome"] == "allowed"
    assert response.headers["kya-freshness"] == "fresh"
    index = int(response.headers["kya-log-index"])
    assert house.sequencer.entry(index + 1) == response.content
    assert await house.arrivals() == ["c-1"]


@at_the_edge()
async def test_a_denial_is_an_answer_and_not_an_error(
    house: House, client: httpx.AsyncClient
) -> None:
    note = house.note(house.order(amount=eur("25000.01")))
    response = await client.post("/v1/orders", content=note)
    assert (response.status_code, response.headers["kya-outcome"]) == (200, "denied")
    assert b"order.amount_max" in response.content


@at_the_edge()
async def test_the_same_bytes_again_get_the_same_bytes(
    house: House, client: httpx.AsyncClient
) -> None:
    note = house.note()
    first = await client.post("/v1/orders", content=note)
    again = await client.post("/v1/orders", content=note)
    assert again.content == first.content
    assert again.headers["kya-log-index"] == first.headers["kya-log-index"]
    assert again.headers["kya-freshness"] == "repeated"


@at_the_edge()
async def test_malformed_bytes_are_a_400(
    house: House, client: httpx.AsyncClient
) -> None:
    for body in (b"", b"\n\n", b"{}", b"\xff" * 100, house.note()[:-1]):
        response = await client.post("/v1/orders", content=body)
        assert name_of(response) == (400, "malformed")
    assert house.kinds() == []


@at_the_edge()
async def test_an_altered_order_is_a_401(
    house: House, client: httpx.AsyncClient
) -> None:
    forged = house.note().replace(b'"20000.00"', b'"20000.01"')
    response = await client.post("/v1/orders", content=forged)
    assert name_of(response) == (401, "unattributable")
    assert house.kinds() == []


@at_the_edge()
async def test_an_order_out_of_turn_is_a_409_that_says_what_is_expected(
    house: House, client: httpx.AsyncClient
) -> None:
    await house.submit()
    first, second = house.orders(2)
    response = await client.post("/v1/orders", content=house.note(second))
    assert name_of(response) == (409, "out-of-turn")
    problem = response.json()
    assert problem["expected_seq"] == first.seq
    assert problem["expected_prev"] == first.prev


@at_the_edge()
async def test_a_log_that_failed_is_a_503_with_the_reason(
    house: House, client: httpx.AsyncClient
) -> None:
    house.disk.plan = lambda _name: DiskFault.FAILED
    for _ in range(2):
        response = await client.post("/v1/orders", content=house.note())
        assert name_of(response) == (503, "unavailable")
        assert "wal append" in response.json()["detail"]
        assert response.headers["retry-after"] == "1"
    assert await house.arrivals() == []


@at_the_edge()
async def test_a_clock_that_stepped_back_is_a_503(
    house: House, client: httpx.AsyncClient
) -> None:
    await house.submit()
    await house.reports()
    house.clock.forward(seconds=-1)
    response = await client.post("/v1/orders", content=house.note())
    assert name_of(response) == (503, "unavailable")
    assert "stepped back" in response.json()["detail"]


@at_the_edge()
async def test_a_body_over_the_limit_is_a_413(
    house: House, client: httpx.AsyncClient
) -> None:
    body = b"x" * (ENTRY_BYTES_MAX + 1)
    response = await client.post("/v1/orders", content=body)
    assert name_of(response) == (413, "too-large")
    at_limit = await client.post("/v1/orders", content=body[:-1])
    assert name_of(at_limit) == (400, "malformed")
    assert house.kinds() == []


@at_the_edge()
async def test_a_body_without_a_length_is_read_no_further_than_the_limit(
    house: House, client: httpx.AsyncClient
) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 16_384

    response = await client.post("/v1/orders", content=endless())
    assert name_of(response) == (413, "too-large")
    assert read <= 6
    assert house.kinds() == []


@at_the_edge()
async def test_a_body_in_pieces_is_put_together(
    house: House, client: httpx.AsyncClient
) -> None:
    note = house.note()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(note), 100):
            yield note[start : start + 100]

    response = await client.post("/v1/orders", content=pieces())
    assert response.headers["kya-outcome"] == "allowed"


@at_the_edge()
async def test_strangers_are_slowed_down_and_nobody_else(
    house: House, client: httpx.AsyncClient
) -> None:
    answers = [
        (await client.post("/v1/orders", content=b"noise")).status_code
        for _ in range(STRANGER_BURST_MAX + 5)
    ]
    assert answers[:STRANGER_BURST_MAX] == [400] * STRANGER_BURST_MAX
    assert answers[STRANGER_BURST_MAX + 1 :] == [429] * 4
    response = await client.post("/v1/orders", content=house.note())
    assert response.headers["kya-outcome"] == "allowed"


@at_the_edge()
async def test_too_many_unanswered_orders_are_a_429(
    house: House, client: httpx.AsyncClient
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kya.core.state.UNANSWERED_MAX", 0)
        response = await client.post("/v1/orders", content=house.note())
    assert name_of(response) == (429, "congested")


@at_the_edge()
async def test_only_posting_is_possible(
    house: House, client: httpx.AsyncClient
) -> None:
    del house
    assert name_of(await client.get("/v1/orders")) == (405, "http")


@at_the_edge()
async def test_many_connections_at_once_are_served_in_seq(
    house: House, client: httpx.AsyncClient
) -> None:
    del client
    notes = [house.note(order) for order in house.orders(8)]
    async with AsyncExitStack() as stack:
        # All are there before the first order waits for the others.
        own = [await stack.enter_async_context(a_client(house)) for _ in notes]
        answers = await asyncio.gather(
            *[
                each.post("/v1/orders", content=note)
                for each, note in zip(own, reversed(notes), strict=True)
            ]
        )
    assert [a.headers["kya-outcome"] for a in answers] == ["allowed"] * 8
