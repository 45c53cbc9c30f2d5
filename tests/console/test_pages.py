"""The pages: what each shows, and that nothing of the log becomes markup."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from kya.core.incident import Step
from kya.core.lifecycle import Act
from kya.core.order_events import VenueStatus
from tests.console.lounge import Browser, Lounge, a_lounge, enrol_everybody, text_of
from tests.halting import halt
from tests.incidents import take_step, world_breached
from tests.world import AGENT, World

NASTY: Final = "<script>alert(1)</script>'\"&{{ 7*7 }}"
Visit = Callable[[Lounge, Browser], Awaitable[None]]


def visited(world: World, visit: Visit, name: str = "aude") -> None:
    """Sign in as this person, and visit."""

    async def lived() -> None:
        with a_lounge(world) as lounge:
            await lounge.look()
            browser = lounge.browser()
            assert (await browser.sign_in(name)).status_code == 200
            await visit(lounge, browser)

    asyncio.run(lived())


@pytest.fixture(scope="module")
def troubled() -> World:
    """An incident is open, and seen for a nasty reason; the firm is halted."""
    world = world_breached()
    enrol_everybody(world)
    take_step(world, Step.ACKNOWLEDGE, reason=NASTY)
    assert world.trade(world.order()) == "allowed"
    world.report(2, VenueStatus.FILLED, detail=NASTY)
    halt(world)
    return world


def test_what_needs_attention_comes_first(troubled: World) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        page = (await browser.get("/")).text
        shown = text_of(page)
        assert shown.index(f"Incident of {AGENT}") < shown.index("Firm is halted")
        assert "acknowledged; order.amount_max" in shown
        assert re.search(r"4 min \d\d s left", shown)

    visited(troubled, visit)


def test_every_page_escapes_what_people_wrote(troubled: World) -> None:
    async def visit(lounge: Lounge, browser: Browser) -> None:
        (incident,) = troubled.state.incidents
        size = len(troubled.entries)
        pages = ["/", "/agents", f"/agents/{AGENT}", "/orders", "/incidents", "/halts"]
        pages += [f"/orders/{AGENT}/1", f"/orders/{AGENT}/2", f"/incidents/{incident}"]
        pages += ["/mandates", f"/mandates/{next(iter(troubled.state.mandates))}"]
        pages += ["/log", "/waiting", "/sign-in", f"/orders?agent={NASTY}"]
        pages += [f"/log/entries/{index}" for index in range(size)]
        held = 0
        for path in pages:
            page = await browser.get(path)
            assert page.status_code == 200, (path, page.text)
            assert "<script>alert" not in page.text, path
            held += "&lt;script&gt;" in page.text
        assert held >= 5
        assert lounge.console.follower.sight.fault == ""

    visited(troubled, visit)


def test_an_order_tells_its_whole_story(troubled: World) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        denied = text_of((await browser.get(f"/orders/{AGENT}/1")).text)
        assert "order.amount failed order.amount_max 180000.00 25000.00 EUR" in denied
        assert "This order opened an incident." in denied
        assert "the order was never sent" in denied
        assert "proof holds" in denied
        filled = text_of((await browser.get(f"/orders/{AGENT}/2")).text)
        assert "filled" in filled
        assert "c2sp.org/tlog-proof@v1" in filled

    visited(troubled, visit)


def test_an_agent_stands_on_two_axes_and_beside_its_mandate(troubled: World) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        page = text_of((await browser.get(f"/agents/{AGENT}")).text)
        assert "Authority grace" in page
        assert "Behaviour no baseline" in page
        assert "order max 25000.00 25000.00 yes" in page
        assert "20000.00 of 500000.00 EUR" in page

    visited(troubled, visit)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/agents/nobody", 404),
        (f"/orders/{AGENT}/99", 404),
        (f"/orders/{AGENT}/01", 404),
        (f"/orders/{AGENT}/9007199254740993", 404),
        ("/incidents/" + "0" * 64, 404),
        ("/mandates/" + "0" * 64, 404),
        ("/log/entries/999999", 404),
        ("/log/entries/-1", 404),
        ("/orders?before=none", 400),
        ("/orders?before=999999", 400),
        ("/orders?before=%D9%A3", 400),
        ("/orders?outcome=lost", 400),
        ("/acts/none", 404),
        ("/static/../render.py", 404),
        ("/static/..%2frender.py", 404),
        ("/static/%2e%2e%2frender.py", 404),
        ("/nowhere", 404),
    ],
)
def test_what_is_not_there_is_refused(troubled: World, path: str, status: int) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        answer = await browser.get(path)
        assert answer.status_code == status
        assert "def environment" not in answer.text

    visited(troubled, visit)


def test_a_suspended_agent_is_shown_as_such() -> None:
    world = world_breached()
    enrol_everybody(world)
    world.change_standing(Act.SUSPEND, world.now.plus(seconds=301))

    async def visit(_: Lounge, browser: Browser) -> None:
        page = text_of((await browser.get(f"/agents/{AGENT}")).text)
        assert "Authority suspended" in page
        listed = text_of((await browser.get("/incidents")).text)
        assert "suspended" in listed

    visited(world, visit)
