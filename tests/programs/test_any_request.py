"""Whatever is asked, no route faults, and each answers as its description says."""

import asyncio

import httpx
import pytest

from kya.programs.app import PACE, programs_description
from kya.programs.limits import REQUESTS_PER_SECOND_MAX
from tests.any_request import try_every_route
from tests.programs.office import an_office
from tests.programs.test_reading import busy

SECONDS = PACE.burst / REQUESTS_PER_SECOND_MAX


def tried(examples: int, *, seed: bool) -> int:
    """How many requests were sent, every other one with a good token."""
    with an_office(busy()) as office, asyncio.Runner() as runner:
        runner.run(office.lounge.look())
        good = f"Bearer {office.token()}"
        count = 0

        async def ask(request: httpx.Request) -> httpx.Response:
            nonlocal count
            count += 1
            office.seconds += SECONDS
            if count % 4:
                request.headers["authorization"] = good
            async with office.stranger() as client:
                return await client.send(request)

        description = programs_description()
        return try_every_route(description, runner, ask, examples=examples, seed=seed)


def test_a_request_of_each_kind_to_every_route() -> None:
    assert tried(1, seed=True) > 25


@pytest.mark.proof
def test_a_hundred_requests_of_each_kind_to_every_route() -> None:
    assert tried(100, seed=False) > 1_000
