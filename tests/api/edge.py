"""The HTTP application over a house, without a socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import httpx

from kya.adapters.venue_paper import NO_FAULTS, Fault
from kya.api.app import create_app
from kya.api.history import history_routes
from kya.gateway.history import History
from tests.gateway.house import House, in_house

Test = Callable[[House, httpx.AsyncClient], Awaitable[None]]


@asynccontextmanager
async def a_client(
    house: House, peer: str = "192.0.2.1"
) -> AsyncIterator[httpx.AsyncClient]:
    """A client at this address, talking to the house's application."""
    past = history_routes(History(house.sequencer), {})
    app = create_app(gateway=house.gateway, sequencer=house.sequencer, more=past)
    transport = httpx.ASGITransport(app=app, client=(peer, 50_000))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway.example"
    ) as client:
        yield client


def at_the_edge(
    *, faults: Mapping[str, Fault] = NO_FAULTS, peer: str = "192.0.2.1"
) -> Callable[[Test], Callable[[], None]]:
    """Make a test of what an HTTP client sees of an open house."""

    def decorate(test: Test) -> Callable[[], None]:
        @in_house(faults=faults)
        async def lived(house: House) -> None:
            async with a_client(house, peer) as client:
                await test(house, client)

        return lived

    return decorate


def name_of(response: httpx.Response) -> tuple[int, str]:
    """The status of a problem and its name; it must be a whole problem document."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert problem["detail"]
    prefix, _, name = problem["type"].partition("/")
    assert prefix == "kya:problem"
    return response.status_code, name
