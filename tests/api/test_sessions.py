"""POST /v1/sessions: what an agent says of itself, answered by the gateway's note."""

import httpx

from kya.core.limits import STRANGER_BURST_MAX
from tests.api.edge import at_the_edge, name_of
from tests.gateway.house import House
from tests.world import AGENT, MORNING


@at_the_edge()
async def test_a_session_is_answered_with_its_start_in_the_log(
    house: House, client: httpx.AsyncClient
) -> None:
    response = await client.post("/v1/sessions", content=house.world.session_note())
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    index = int(response.headers["kya-log-index"])
    assert house.sequencer.entry(index) == response.content
    head = (await client.get(f"/v1/agents/{AGENT}")).json()
    started = house.sequencer.state.agents[AGENT].session_started
    assert started is not None
    assert (head["session_seq"], head["session_prev"]) == (1, started.line_digest)


@at_the_edge()
async def test_a_session_that_cannot_follow_is_a_400(
    house: House, client: httpx.AsyncClient
) -> None:
    late = house.world.session(created_at=MORNING.plus(seconds=3))
    note = house.world.session_note(late)
    response = await client.post("/v1/sessions", content=note)
    assert name_of(response) == (400, "input")
    for body in (b"", house.note(), b"\xff"):
        response = await client.post("/v1/sessions", content=body)
        assert name_of(response) == (400, "malformed")


@at_the_edge()
async def test_strangers_are_told_a_few_times_and_then_slowed_down(
    house: House, client: httpx.AsyncClient
) -> None:
    forged = house.world.session_note().replace(b"eu-west-1", b"eu-west-2")
    for _ in range(STRANGER_BURST_MAX):
        response = await client.post("/v1/sessions", content=forged)
        assert name_of(response) == (401, "unattributable")
    response = await client.post("/v1/sessions", content=forged)
    assert name_of(response) == (429, "unattributable")
    assert house.kinds() == []
