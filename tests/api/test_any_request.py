"""Whatever is sent to a gateway, no route faults, and what it answers is described."""

import asyncio

import httpx
import pytest

from kya.api.app import create_app, gateway_description
from kya.api.bare_routes import BARE
from kya.api.history import history_routes
from kya.api.log_files import witnessed_route
from kya.api.ocsp import Statuses, status_routes
from kya.api.prices import price_routes
from kya.core.errors import MalformedError
from kya.core.state import State
from kya.gateway.history import History
from tests.any_request import try_every_route
from tests.gateway.house import House, a_house


def no_answer(_raw: bytes, _state: State) -> bytes:
    """What an OCSP responder says of bytes that are no request."""
    raise MalformedError("ocsp: no request")


def nothing_seen() -> bytes:
    raise FileNotFoundError("witnessed")


def application(house: House) -> httpx.ASGITransport:
    """Every route of a gateway as the wiring puts it together."""
    statuses = Statuses(
        answering=no_answer,
        state=lambda: house.sequencer.state,
        listed=house.gateway.inquiry.revocation_list,
    )
    more = (
        *price_routes(list),
        *history_routes(History(house.sequencer), {}),
        *status_routes(statuses),
        witnessed_route(nothing_seen),
    )
    app = create_app(gateway=house.gateway, sequencer=house.sequencer, more=more)
    return httpx.ASGITransport(app=app, client=("192.0.2.1", 50_000))


def tried(examples: int, *, seed: bool) -> int:
    """How many requests were sent; nothing that is none of an order was logged."""
    house = a_house()
    with asyncio.Runner() as runner:
        runner.run(house.open())

        async def opened() -> httpx.ASGITransport:
            return application(house)

        transport = runner.run(opened())

        async def ask(request: httpx.Request) -> httpx.Response:
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.send(request)

        try:
            description = gateway_description()
            sent = try_every_route(
                description, runner, ask, examples=examples, seed=seed
            )
            assert house.kinds() == []
            return sent
        finally:
            runner.run(house.close())


def test_a_request_of_each_kind_to_every_route() -> None:
    assert tried(1, seed=True) > len(BARE)


@pytest.mark.proof
def test_a_hundred_requests_of_each_kind_to_every_route() -> None:
    assert tried(100, seed=False) > 1_000
