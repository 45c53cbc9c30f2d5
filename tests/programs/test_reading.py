"""What programs are told is what the log says, and no list loses or repeats an item."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from typing import Any

import httpx
import msgspec
import pytest

from kya.client import models
from kya.codec.note import SignedNote
from kya.core.errors import TransientError
from kya.core.levels import Place
from kya.core.limits import NAME_CHARS_MAX
from kya.programs.cursors import seal
from kya.programs.routes import ROUTES
from kya.programs.tokens import TokenScope
from kya.tlog.proof import Proof
from tests.api.edge import name_of
from tests.console.lounge import Gateway, enrol_everybody
from tests.halting import halt
from tests.incidents import world_breached
from tests.programs.office import Office, an_office, everything
from tests.world import AGENT, World

Test = Callable[[Office, httpx.AsyncClient], Awaitable[None]]


@cache
def busy() -> World:
    """A world with an incident, a halt, people, and seven orders; nobody adds to it."""
    world = world_breached()
    enrol_everybody(world)
    for number in range(6):
        world.trade(world.order(client_order_id=f"c-{number}"))
    world.report(2)
    halt(world, Place.parse("market:GBP/EUR"))
    return world


def in_office(
    made: Callable[[], World] = busy,
) -> Callable[[Test], Callable[[], None]]:
    """Make a test of what a program with every scope is told."""

    def decorate(test: Test) -> Callable[[], None]:
        @wraps(test)
        async def lived() -> None:
            with an_office(made()) as office:
                await office.lounge.look()
                async with office.program() as client:
                    await test(office, client)

        def run() -> None:
            asyncio.run(lived())

        return run

    return decorate


@in_office()
async def test_every_list_and_every_thing_is_of_its_kind(
    office: Office, client: httpx.AsyncClient
) -> None:
    incident = next(iter(office.lounge.world.state.incidents))
    held = office.lounge.world.credential
    parts = {"agent": AGENT, "seq": "2", "incident": incident, "index": "0"}
    parts["credential"] = held
    for served in ROUTES:
        if served.operation.method == "get":
            answer = await client.get(served.operation.path.format(**parts))
            assert answer.status_code == 200, answer.text
            msgspec.json.decode(answer.content, type=served.kinds[0], strict=True)
            assert answer.headers["kya-log-size"] == str(
                len(office.lounge.world.entries)
            )


@in_office()
async def test_an_order_is_told_with_proofs_that_anybody_can_check(
    office: Office, client: httpx.AsyncClient
) -> None:
    raw = (await client.get(f"/v1/orders/{AGENT}/2")).content
    told = msgspec.json.decode(raw, type=models.OrderTold)
    assert told.outcome == "allowed"
    assert {control.outcome for control in told.controls} == {"passed"}
    assert len(told.reports) == 1
    key = office.lounge.world.log.key
    for entry in (told.order, told.decision):
        proof = Proof.parse(entry.proof.encode())
        proof.verify(entry.entry.encode(), key.name, [key])
        assert office.lounge.world.entries[entry.index].decode() == entry.entry
    decided = SignedNote.parse(told.decision.entry.encode())
    assert [line.name for line in decided.signatures] == ["gateway"]


@in_office()
async def test_pages_hold_each_order_once_and_the_newest_first(
    office: Office, client: httpx.AsyncClient
) -> None:
    del office
    for limit in (1, 2, 7, 8):
        rows = await everything(client, "/v1/orders", limit)
        assert [row["seq"] for row in rows] == [7, 6, 5, 4, 3, 2, 1]


def test_a_list_that_grows_repeats_and_loses_nothing() -> None:
    world = world_breached()
    for _ in range(3):
        world.trade(world.order())

    async def asked() -> list[Any]:
        with an_office(world) as office:
            follower = office.lounge.console.follower
            await office.lounge.look()

            def grow() -> None:
                start = len(world.entries)
                world.trade(world.order())
                for raw in world.entries[start:]:
                    follower.reading.take(raw)

            async with office.program() as client:
                return await everything(client, "/v1/orders", 1, grow)

    assert [row["seq"] for row in asyncio.run(asked())] == [4, 3, 2, 1]


@in_office()
async def test_every_list_can_be_read_one_by_one(
    office: Office, client: httpx.AsyncClient
) -> None:
    del office
    for path in (s.operation.path for s in ROUTES if s.operation.method == "get"):
        if "{" in path or path in {"/v1/needs", "/v1/log", "/v1/witnesses"}:
            continue
        whole = (await client.get(path, params={"limit": "200"})).json()
        assert whole["next"] is None
        assert await everything(client, path, 3) == whole["items"], path


@in_office()
async def test_orders_are_found_by_agent_outcome_and_time(
    office: Office, client: httpx.AsyncClient
) -> None:
    del office

    async def seqs(**asked: str) -> list[int]:
        page = (await client.get("/v1/orders", params=asked)).json()
        return [row["seq"] for row in page["items"]]

    assert await seqs(agent="nobody") == []
    rows = (await client.get("/v1/orders")).json()["items"]
    denied = [row["seq"] for row in rows if row["outcome"] == "denied"]
    assert 0 < len(denied) < len(rows)
    assert await seqs(outcome="denied") == denied
    third = next(row["received_at"] for row in rows if row["seq"] == 3)
    later = [row["seq"] for row in rows if row["received_at"] >= third]
    assert await seqs(**{"from": third}) == later
    earlier = [row["seq"] for row in rows if row["received_at"] < third]
    assert await seqs(to=third) == earlier


@in_office()
async def test_a_cursor_of_another_list_is_refused(
    office: Office, client: httpx.AsyncClient
) -> None:
    del office
    mine = (await client.get("/v1/orders", params={"limit": "1"})).json()["next"]
    people = (await client.get("/v1/people", params={"limit": "1"})).json()["next"]
    asked = (
        ("/v1/orders", {"cursor": people}),
        ("/v1/people", {"cursor": mine}),
        ("/v1/orders", {"cursor": mine, "outcome": "denied"}),
        *(
            ("/v1/orders", {"cursor": cursor})
            for cursor in (mine[:-1], f"{mine}=", "x", "é", "A" * 300)
        ),
    )
    for path, parameters in asked:
        answer = await client.get(path, params=parameters)
        assert name_of(answer) == (400, "malformed"), (path, parameters)
    assert (await client.get("/v1/orders", params={"cursor": mine})).is_success


@in_office()
async def test_a_cursor_that_somebody_made_up_is_refused(
    office: Office, client: httpx.AsyncClient
) -> None:
    """A tie is no secret, so that what it ties is read like everything else."""
    log = office.lounge.world.log.key.name
    for path, position in (
        ("/v1/orders", "soon"),
        ("/v1/happenings", "-1"),
        ("/v1/incidents", "0" * 64),
        ("/v1/mandates", ""),
    ):
        cursor = seal(position, f"{log}\n{path}\n[]")
        answer = await client.get(path, params={"cursor": cursor})
        assert name_of(answer) == (400, "malformed"), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/orders?limit=0", 400),
        ("/v1/orders?limit=201", 400),
        ("/v1/orders?limit=+1", 400),
        ("/v1/orders?limit=1&limit=1", 400),
        ("/v1/orders?colour=red", 400),
        ("/v1/orders?outcome=maybe", 400),
        ("/v1/orders?from=yesterday", 400),
        ("/v1/orders/x/0", 404),
        ("/v1/orders/x/01", 400),
        ("/v1/orders/..%2f..%2fetc/1", 404),
        ("/v1/agents/..", 404),
        ("/v1/agents/%2e%2e%2fpasswd", 404),
        ("/v1/agents/" + "a" * (NAME_CHARS_MAX + 1), 400),
        ("/v1/agents/nobody", 404),
        ("/v1/incidents/" + "0" * 64, 404),
        ("/v1/incidents/xyz", 400),
        ("/v1/certificates/" + "0" * 64, 404),
        ("/v1/log/entries/999999", 404),
        ("/v1/nothing", 404),
    ],
)
def test_what_is_no_question_gets_a_problem(path: str, status: int) -> None:
    @in_office()
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        del office
        assert name_of(await client.get(path))[0] == status

    asked()


def test_nothing_is_told_before_the_log_was_read_or_once_it_contradicts() -> None:
    world = busy()

    async def lived() -> None:
        gateway = Gateway(world)
        with an_office(world, gateway) as office:
            async with office.program() as client:
                assert name_of(await client.get("/v1/agents"))[0] == 503
                await office.lounge.look()
                assert (await client.get("/v1/agents")).status_code == 200
                gateway.fault = TransientError("nobody answers")
                await office.lounge.look()
                assert (await client.get("/v1/log")).json()["fault"]
                gateway.fault = None
                gateway.changed = lambda _path, raw: raw[:-9] + b"AAAAAAAA\n"
                await office.lounge.look()
                asked = await client.get("/v1/agents")
                assert name_of(asked) == (503, "contradiction")
                assert (await client.get("/v1/log")).json()["fault"]

    asyncio.run(lived())


def test_every_read_route_has_a_scope_of_reading() -> None:
    for served in ROUTES:
        scope = TokenScope(served.operation.scope)
        is_note = served.operation.path == "/v1/entries"
        assert (scope is TokenScope.SUBMIT) is is_note
