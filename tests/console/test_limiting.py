"""What all agents share, at the console: tightened by one person, widened by two."""

from hashlib import sha256

import pytest

from kya.authority import acts
from kya.core.levels import FIRM, Place
from kya.core.overlay_admission import in_force
from tests.builders import an_overlay, eur, place_limits
from tests.console.lounge import Browser, Lounge, text_of, visited_by_two
from tests.halting import CARLA
from tests.incidents import world_breached
from tests.world import World

FIELDS = {"currency": "EUR", "daily_max": "900000.00"}


def a_limited_world() -> World:
    """The firm's day is limited, and a policy of its own is in force."""
    world = world_breached()
    world.now = world.now.plus(seconds=1)
    people = (CARLA, world.risk)
    world.append(acts.limit(place_limits(at=world.now), *people))
    world.append(acts.lay_over(an_overlay(at=world.now), *people))
    return world


def test_one_person_tightens_and_it_takes_two_to_widen() -> None:
    world = a_limited_world()

    async def visit(lounge: Lounge, rita: Browser, carla: Browser) -> None:
        page = text_of((await rita.get("/limits")).text)
        assert "firm not limited at most 1000000.00 EUR" in page
        at = (await rita.ask_for("limit", "firm", **FIELDS)).headers["location"]
        words = text_of((await rita.get(at)).text)
        assert "It only tightens: one signature" in words
        assert "a UTC day at most 900000.00 EUR" in words
        assert (await rita.sign(at, "rita")).json()["entry"]
        await lounge.look()
        lounge.later(1)
        wider = {"currency": "EUR", "order_max": "50000.00"}
        at = (await rita.ask_for("limit", "firm", **wider)).headers["location"]
        words = text_of((await carla.get(at)).text)
        assert "a UTC day was limited: at most 900000.00 EUR" in words
        assert (await rita.sign(at, "rita")).json()["entry"] is None
        assert (await carla.sign(at, "carla")).json()["entry"]

    visited_by_two(visit, "rita", "carla", world)
    limits = world.state.place_limits[FIRM].limits
    assert (limits.order_max, limits.daily_max) == (eur("50000.00"), None)


def test_another_place_takes_two_and_is_limited_from_then_on() -> None:
    async def visit(_: Lounge, rita: Browser, carla: Browser) -> None:
        wanted = {**FIELDS, "open_orders": "5"}
        asked = await rita.ask_for("limit", "market:EUR/USD", **wanted)
        at = asked.headers["location"]
        assert (await rita.sign(at, "rita")).json()["entry"] is None
        assert (await carla.sign(at, "carla")).json()["entry"]

    world = visited_by_two(visit, "rita", "carla", a_limited_world())
    limits = world.state.place_limits[Place.parse("market:EUR/USD")].limits
    assert limits.open_orders == 5


def test_two_people_withdraw_a_policy() -> None:
    world = a_limited_world()
    name = an_overlay().name

    async def visit(lounge: Lounge, rita: Browser, carla: Browser) -> None:
        assert "in force cedar" in text_of((await rita.get("/limits")).text)
        at = (await rita.ask_for("withdraw", name)).headers["location"]
        assert (await rita.sign(at, "rita")).json()["entry"] is None
        assert (await carla.sign(at, "carla")).json()["entry"]
        await lounge.look()
        assert "withdrawn" in text_of((await rita.get("/limits")).text)

    visited_by_two(visit, "rita", "carla", world)
    assert in_force(world.state, name) is None


def overlay_fields(text: str) -> dict[str, str]:
    """The form as a browser sends it, whose lines end with CR and LF."""
    policy = text.replace("\n", "\r\n")
    return {"engine": "cedar", "version": "4.8.4", "policy": policy}


def test_one_person_adds_a_policy_and_another_text_in_its_place_takes_two() -> None:
    world = a_limited_world()
    text = "forbid (principal, action, resource);\n"

    async def visit(lounge: Lounge, rita: Browser, carla: Browser) -> None:
        asked = await rita.ask_for("overlay", "other", **overlay_fields(text))
        at = asked.headers["location"]
        words = text_of((await rita.get(at)).text)
        assert f"cedar 4.8.4, SHA-256 {sha256(text.encode()).hexdigest()}" in words
        assert "+forbid (principal, action, resource);" in words
        assert "Nobody has tried here" in words
        assert (await rita.sign(at, "rita")).json()["entry"]
        await lounge.look()
        lounge.later(1)
        changed = overlay_fields(f"// Nothing leaves.\n{text}")
        at = (await rita.ask_for("overlay", "other", **changed)).headers["location"]
        words = text_of((await carla.get(at)).text)
        assert "in place of cedar 4.8.4" in words
        assert "+// Nothing leaves." in words
        assert "+forbid" not in words
        assert (await rita.sign(at, "rita")).json()["entry"] is None
        assert (await carla.sign(at, "carla")).json()["entry"]

    visited_by_two(visit, "rita", "carla", world)
    held = in_force(world.state, "other")
    assert held is not None
    assert held.overlay.policy is not None
    assert held.overlay.policy.text == f"// Nothing leaves.\n{text}"


def test_a_line_feed_at_the_end_is_a_change_that_signers_see() -> None:
    world = a_limited_world()
    held = an_overlay()
    assert held.policy is not None
    text = held.policy.text.rstrip("\n")

    async def visit(_: Lounge, rita: Browser, __: Browser) -> None:
        pages = []
        for each in (text, f"{text}\n"):
            asked = await rita.ask_for("overlay", held.name, **overlay_fields(each))
            pages.append(text_of((await rita.get(asked.headers["location"])).text))
        assert sum("(no line feed at its end)" in page for page in pages) == 1

    visited_by_two(visit, "rita", "carla", world)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("Other!", {}),
        ("other", {"engine": "perl"}),
        ("other", {"version": ""}),
        ("other", {"policy": ""}),
        ("other", {"policy": "forb\u0456d"}),
        ("other", {"reason": ""}),
    ],
)
def test_what_is_no_policy_is_refused(name: str, changes: dict[str, str]) -> None:
    async def visit(lounge: Lounge, rita: Browser, olga: Browser) -> None:
        fields = {**overlay_fields("forbid (principal, action, resource);"), **changes}
        assert (await rita.ask_for("overlay", name, **fields)).status_code == 400
        assert (await olga.ask_for("overlay", name, **fields)).status_code == 403
        assert "form-overlay" not in (await olga.get("/limits")).text
        assert lounge.console.queue.open() == []

    visited_by_two(visit, "rita", "olga")


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        ("firm", {"currency": "EUR"}),
        ("firm", {"currency": "?", "daily_max": "1.00"}),
        ("firm", {"currency": "EUR", "daily_max": "-1"}),
        ("firm", {"currency": "EUR", "open_orders": "many"}),
        ("moon", FIELDS),
        ("agent:nobody", FIELDS),
    ],
)
def test_limits_that_limit_nothing_are_refused(
    subject: str, fields: dict[str, str]
) -> None:
    async def visit(lounge: Lounge, rita: Browser, olga: Browser) -> None:
        assert (await rita.ask_for("limit", subject, **fields)).status_code == 400
        assert (await rita.ask_for("withdraw", "none")).status_code == 400
        assert (await olga.ask_for("limit", "firm", **FIELDS)).status_code == 403
        assert "form-limit" not in (await olga.get("/limits")).text
        assert lounge.console.queue.open() == []

    visited_by_two(visit, "rita", "olga")
