"""Programs are told what people have set beside mandates, and what agents run."""

from functools import cache

import httpx

from kya.authority import acts
from kya.core.levels import FIRM, Place
from kya.core.runtime import Runtime
from tests.builders import an_overlay, place_limits
from tests.halting import CARLA, enrol_supervisors
from tests.programs.office import Office
from tests.programs.test_reading import in_office
from tests.world import AGENT, World


@cache
def bound() -> World:
    """Two places are limited, an order may exceed, a policy forbids, a bot runs."""
    world = World()
    enrol_supervisors(world)
    people = (CARLA, world.risk)
    for place in (FIRM, Place.parse("market:EUR/USD")):
        world.append(acts.limit(place_limits(place, at=world.now), *people))
    world.append(acts.lay_over(an_overlay(at=world.now), *people))
    world.start()
    order = world.order(created_at=world.now)
    until = world.now.plus(seconds=60)
    override = world.override(order, at=world.now, expires_at=until)
    world.set_aside(override, world.operators[0], world.risk)
    return world


@in_office(bound)
async def test_limits_of_places_come_by_place(
    office: Office, client: httpx.AsyncClient
) -> None:
    assert len(office.lounge.world.state.place_limits) == 2
    first = (await client.get("/v1/place-limits?limit=1")).json()
    assert first["items"][0]["place"] == "firm"
    more = (await client.get(f"/v1/place-limits?limit=1&cursor={first['next']}")).json()
    assert [each["place"] for each in more["items"]] == ["market:EUR/USD"]
    assert more["next"] is None


@in_office(bound)
async def test_an_override_says_what_for_whom_and_whether_it_is_over(
    office: Office, client: httpx.AsyncClient
) -> None:
    [told] = (await client.get("/v1/overrides")).json()["items"]
    assert told["agent"] == AGENT
    assert told["controls"] == ["order.amount"]
    assert told["signed_by"] == ["alice", "rita"]
    assert told["order"] in bound().state.overrides
    assert told["is_over"] is False
    office.lounge.later(61)
    [told] = (await client.get("/v1/overrides")).json()["items"]
    assert told["is_over"] is True


@in_office(bound)
async def test_an_overlay_is_told_by_the_digest_of_its_policy(
    office: Office, client: httpx.AsyncClient
) -> None:
    assert office.lounge.gateway.appended == []
    [told] = (await client.get("/v1/overlays")).json()["items"]
    overlay = an_overlay()
    assert overlay.policy is not None
    assert told["name"] == overlay.name
    assert told["policy"] == overlay.policy.digest
    assert (told["engine"], told["version"]) == ("cedar", overlay.policy.version)
    assert overlay.policy.text not in str(told)


@in_office(bound)
async def test_a_session_says_what_runs_and_whether_that_is_pinned(
    office: Office, client: httpx.AsyncClient
) -> None:
    [told] = (await client.get("/v1/sessions")).json()["items"]
    started = bound().state.agents[AGENT].session_started
    assert started is not None
    runtime = {each["component"]: each["sha256"] for each in told["runtime"]}
    assert Runtime.of(runtime) == started.session.runtime
    assert told["credential"] == bound().credential
    assert (told["is_of_newest_certificate"], told["is_pinned"]) == (True, False)
    assert (told["region_evidence"], told["source"]) == ("self_asserted", "agent")
    without = await client.get("/v1/sessions?agent=x")
    assert without.status_code == 400
    assert office.lounge.gateway.appended == []
