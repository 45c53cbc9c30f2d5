"""The follower shows what the log's key stands for, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from kya.console.reading import Reading
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError, TransientError
from tests.console.lounge import Lounge, a_lounge, enrol_everybody
from tests.incidents import world_breached
from tests.rolling import NEXT, log_named, roll
from tests.verify.packages import OTHER_LOG, published
from tests.world import AGENT, ORIGIN, World


def following(world: World, test: Callable[[Lounge], Awaitable[None]]) -> None:
    async def lived() -> None:
        with a_lounge(world) as lounge:
            await test(lounge)

    asyncio.run(lived())


@pytest.fixture(scope="module")
def world() -> World:
    found = world_breached()
    enrol_everybody(found)
    return found


def test_it_comes_to_the_gateways_own_state(world: World) -> None:
    async def test(lounge: Lounge) -> None:
        await lounge.look()
        reading = lounge.console.follower.reading
        assert reading.state == world.state
        assert reading.size == len(world.entries)
        assert reading.outcomes == {Outcome.DENIED: 1}

    following(world, test)


def test_it_follows_a_log_that_grows() -> None:
    world = world_breached()

    async def test(lounge: Lounge) -> None:
        await lounge.look()
        before = lounge.console.follower.sight
        assert world.trade(world.order()) == "allowed"
        await lounge.look()
        after = lounge.console.follower.sight
        assert (before.size + 2, "") == (after.size, after.fault)
        follower = lounge.console.follower
        rows = [row.order.seq for row in follower.reading.newest(AGENT, None, None)]
        assert rows == [2, 1]
        proof = await follower.proof(after.size - 1)
        assert proof.index == after.size - 1

    following(world, test)


@pytest.mark.parametrize("place", ["checkpoint", "tile/entries/000.p/"])
@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_an_altered_file_is_not_shown(world: World, place: str, at: float) -> None:
    def changed(path: str, raw: bytes) -> bytes:
        if not path.startswith(place):
            return raw
        altered = bytearray(raw)
        altered[int(len(raw) * at)] ^= 1
        return bytes(altered)

    async def test(lounge: Lounge) -> None:
        lounge.gateway.changed = changed
        await lounge.look()
        sight = lounge.console.follower.sight
        assert sight.is_distrusted
        assert not sight.is_ready
        assert sight.fault
        page = await lounge.browser().get("/")
        assert page.status_code == 503
        assert "The log contradicts itself." in page.text

    following(world, test)


def test_a_log_that_is_rewritten_later_is_found_out(world: World) -> None:
    other = world_breached()
    other.trade(other.order(client_order_id="another"))
    other.trade(other.order())
    longer = published(other.entries, world.log)

    async def test(lounge: Lounge) -> None:
        await lounge.look()
        browser = lounge.browser()
        await browser.sign_in("olga")
        lounge.gateway.changed = lambda path, _: longer(path)
        await lounge.look()
        sight = lounge.console.follower.sight
        assert sight.is_distrusted
        assert (await browser.ask_for("halt", "firm")).status_code == 503
        assert "The log contradicts itself" in (await browser.get("/")).text

    assert len(other.entries) > len(world.entries) - 5
    while len(other.entries) <= len(world.entries):
        other.trade(other.order())
    longer = published(other.entries, world.log)
    following(world, test)


def test_a_log_that_shrinks_or_is_another_ones_is_not_believed(world: World) -> None:
    shorter = published(world.entries[:-2], world.log)
    foreign = published(world.entries, OTHER_LOG)

    async def test(lounge: Lounge) -> None:
        await lounge.look()
        lounge.gateway.changed = lambda path, _: shorter(path)
        await lounge.look()
        assert "less than before" in lounge.console.follower.sight.fault

    async def foreign_test(lounge: Lounge) -> None:
        lounge.gateway.changed = lambda path, _: foreign(path)
        await lounge.look()
        assert lounge.console.follower.sight.is_distrusted

    following(world, test)
    following(world, foreign_test)


def test_a_gateway_out_of_reach_is_said_and_comes_back(world: World) -> None:
    async def test(lounge: Lounge) -> None:
        await lounge.look()
        browser = lounge.browser()
        await browser.sign_in("aude")
        lounge.gateway.fault = TransientError("no reply: ConnectionRefusedError")
        await lounge.look()
        lounge.later(60)
        page = (await browser.get("/")).text
        assert "The log was last read" in page
        assert "no reply" in page
        lounge.gateway.fault = None
        await lounge.look()
        assert "The log was last read" not in (await browser.get("/")).text

    following(world, test)


def test_tabs_are_told_when_the_log_moves() -> None:
    world = world_breached()

    async def test(lounge: Lounge) -> None:
        follower = lounge.console.follower
        await lounge.look()
        moves = follower.moves(seconds=30)
        first = await anext(moves)
        waiting = asyncio.ensure_future(anext(moves))
        await asyncio.sleep(0)
        await lounge.look()
        assert not waiting.done()
        world.trade(world.order())
        await lounge.look()
        assert await waiting == first + 1
        await moves.aclose()  # type: ignore[attr-defined]

    following(world, test)


def test_a_reading_takes_no_entry_that_cannot_follow(world: World) -> None:
    reading = Reading()
    reading.take(world.entries[0])
    with pytest.raises(CorruptionError, match="entry 1"):
        reading.take(world.entries[0])


def test_it_goes_on_under_the_next_name() -> None:
    world = world_breached()
    enrol_everybody(world)

    async def test(lounge: Lounge) -> None:
        await lounge.look()
        roll(world)
        world.log = log_named(world, NEXT)
        world.trade(world.order())
        await lounge.look()
        follower = lounge.console.follower
        assert (follower.sight.fault, follower.origin) == ("", NEXT)
        assert follower.sight.size == len(world.entries)
        await follower.proof(follower.sight.size - 1)

    following(world, test)


def test_a_name_that_the_entries_do_not_give_is_not_followed() -> None:
    world = world_breached()

    async def test(lounge: Lounge) -> None:
        world.log = log_named(world, NEXT)
        await lounge.look()
        fault = lounge.console.follower.sight.fault
        assert fault == (
            f"checkpoint of {NEXT!r}: the policy names {ORIGIN!r}, and the entries"
            f" {ORIGIN!r}"
        )

    following(world, test)
