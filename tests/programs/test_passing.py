"""Notes that programs pass on, each once; and orders that are judged and not sent."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import httpx
import msgspec
import pytest

from kya.authority import acts
from kya.client.wishes import AssumedPrice, CheckTold, Wish
from kya.core.errors import TransientError
from kya.core.halt import Halt, TradingState
from kya.core.levels import Place
from kya.core.limits import ENTRY_BYTES_MAX
from kya.core.scope_limits import Limits
from kya.programs.limits import KEY_SECONDS_MAX, KEYS_MAX, WISH_BYTES_MAX
from kya.programs.tokens import TokenScope
from tests.api.edge import name_of
from tests.console.lounge import Gateway, enrol_everybody, person
from tests.programs.office import Office, an_office
from tests.world import AGENT, MORNING, World, eur, the_scope

Test = Callable[[Office, httpx.AsyncClient], Awaitable[None]]
WISH = Wish(
    agent=AGENT,
    market="EUR/USD",
    side="BUY",
    amount="20000.00",
    currency="EUR",
    venue="SIMA",
    region="eu-west-1",
)


def a_world(**changes: object) -> World:
    world = World(scope=the_scope(**changes))
    enrol_everybody(world)
    world.now = MORNING
    return world


def lived(test: Test, world: World | None = None) -> None:
    """What a program with every scope sees of an office that has read its log."""

    async def run() -> None:
        with an_office(world or a_world()) as office:
            await office.lounge.look()
            async with office.program() as client:
                await test(office, client)

    asyncio.run(run())


def halt_note(office: Office, reason: str = "test", by: str = "olga") -> bytes:
    halt = Halt(
        place=Place.parse("firm"),
        state=TradingState.HALTED,
        reason=reason,
        at=office.lounge.now,
    )
    return acts.halt(halt, person(by))


async def send(client: httpx.AsyncClient, note: bytes, key: str = "") -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    return await client.post("/v1/entries", content=note, headers=headers)


def test_a_note_is_on_record_once_whatever_a_program_repeats() -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        note = halt_note(office)
        for key in ("k-1", "k-1", '"k-1"', "k-2", ""):
            answer = await send(client, note, key)
            assert answer.status_code == 201
            index = len(office.lounge.world.entries) - 1
            assert answer.json() == {"index": index}
        assert office.lounge.gateway.appended == [note]

    lived(asked)


def test_a_key_is_one_notes_and_one_tokens() -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        first, second = halt_note(office), halt_note(office, "another")
        assert (await send(client, first, "k")).status_code == 201
        assert name_of(await send(client, second, "k")) == (422, "key-reused")
        async with office.program() as other:
            assert (await send(other, first, "k")).status_code == 201
        office.lounge.later(KEY_SECONDS_MAX + 1)
        assert name_of(await send(client, second, "k")) != (422, "key-reused")
        assert office.lounge.gateway.appended[0] == first

    lived(asked)


def test_the_oldest_keys_are_forgotten() -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        note, passing = halt_note(office), office.programs.passing
        for number in range(KEYS_MAX + 1):
            passing._attempt(("t", str(number)), "leaf")  # noqa: SLF001
        assert len(passing._attempts) == KEYS_MAX  # noqa: SLF001
        assert (await send(client, note, "k")).status_code == 201

    lived(asked)


def test_a_token_gives_a_note_no_force() -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        before = list(office.lounge.world.entries)
        assert name_of(await send(client, halt_note(office, by="dora")))[0] == 401
        assert name_of(await send(client, b"halt, please"))[0] == 400
        assert name_of(await send(client, b""))[0] == 400
        assert office.lounge.world.entries == before

    lived(asked)


def test_what_nobody_knows_is_said_so_and_asked_again_under_the_same_key() -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        note, gateway = halt_note(office), office.lounge.gateway
        gateway.fault = TransientError("no answer")
        assert name_of(await send(client, note, "k")) == (503, "unavailable")
        gateway.fault = None
        assert (await send(client, note, "k")).status_code == 201
        assert gateway.appended == [note]

    lived(asked)


def test_a_repetition_waits_for_the_first_answer() -> None:
    class Slow(Gateway):
        def append(self, note: bytes) -> int:
            begun.set()
            done.wait(10)
            return super().append(note)

    async def run() -> None:
        world = a_world()
        with an_office(world, Slow(world)) as office:
            await office.lounge.look()
            async with office.program() as client:
                note = halt_note(office)
                first = asyncio.create_task(send(client, note, "k"))
                await asyncio.to_thread(begun.wait, 10)
                assert name_of(await send(client, note, "k")) == (409, "key-in-flight")
                done.set()
                assert (await first).status_code == 201

    begun, done = threading.Event(), threading.Event()
    asyncio.run(run())


@pytest.mark.parametrize("key", ["a b", "x" * 65, "k\u00e9", '""', "../k"])
def test_a_key_has_one_alphabet(key: str) -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/entries",
            content=halt_note(office),
            headers=[(b"idempotency-key", key.encode())],
        )
        assert name_of(answer) == (400, "malformed")
        assert office.lounge.gateway.appended == []

    lived(asked)


def test_a_body_that_nothing_can_hold_is_not_read() -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        del office
        for path, most in (
            ("/v1/entries", ENTRY_BYTES_MAX),
            ("/v1/checks", WISH_BYTES_MAX),
        ):
            answer = await client.post(path, content=b"x" * (most + 1))
            assert name_of(answer) == (413, "too-large")
            assert name_of(await client.post(path, content=b"x" * most))[0] == 400

    lived(asked)


# ----------------------------------------------------------------------- a dry run


async def check(client: httpx.AsyncClient, wish: Wish) -> CheckTold:
    answer = await client.post("/v1/checks", content=msgspec.json.encode(wish))
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=CheckTold)


def but(**changes: object) -> Wish:
    """The wish, changed as told."""
    return msgspec.structs.replace(WISH, **changes)


@pytest.mark.parametrize(
    ("wish", "reasons"),
    [
        (WISH, []),
        (but(amount="25000.00"), []),
        (but(amount="25000.01"), ["order.amount_max"]),
        (but(region="us-east-1"), ["region.not_granted"]),
    ],
)
def test_a_check_says_what_the_gateway_then_does(
    wish: Wish, reasons: list[str]
) -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        world = office.lounge.world
        before = list(world.entries)
        told = await check(client, wish)
        assert told.size == len(world.entries)
        assert world.entries == before
        order = world.order(amount=eur(wish.amount), region=wish.region)
        assert world.trade(order) == told.outcome
        await office.lounge.look()
        row = next(office.programs.follower.reading.newest(None, None, None))
        assert list(row.reasons) == told.reasons
        assert bool(reasons) is bool(told.reasons)
        failed = [c.id for c in told.controls if c.outcome != "passed"]
        assert len(failed) == len(reasons)
        assert told.not_known == []

    lived(asked)


def test_a_check_is_denied_where_a_price_is_needed_and_none_is_assumed() -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        del office
        told = await check(client, WISH)
        assert told.outcome == "denied"
        assert told.not_known == [
            "prices: none of EUR/USD was assumed, and no feed is asked"
        ]
        assumed = AssumedPrice(market="EUR/USD", bid="1.38105", ask="1.38111")
        told = await check(client, but(prices=(assumed,)))
        assert (told.outcome, told.not_known) == ("allowed", [])

    lived(asked, a_world(limits=Limits(price_age_millis=5_000)))


@pytest.mark.parametrize(
    "wish",
    [
        but(agent="nobody"),
        but(amount="-1"),
        but(amount="1e3"),
        but(side="HOLD"),
        but(market="EURUSD"),
        but(region=None),
        but(type="LIMIT"),
        but(action="cancel"),
        but(prices=(AssumedPrice(market="EUR/USD", bid="x", ask="1"),)),
        but(prices=(AssumedPrice(market="EUR/USD", bid="1", ask="1"),) * 17),
    ],
)
def test_what_can_be_no_order_is_not_judged(wish: Wish) -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        del office
        body = msgspec.json.encode(wish)
        assert name_of(await client.post("/v1/checks", content=body))[0] == 400

    lived(asked)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"agent":1}', b"\xff", b"{" * 99])
def test_what_is_no_wish_is_refused(body: bytes) -> None:
    async def asked(office: Office, client: httpx.AsyncClient) -> None:
        async with office.program(TokenScope.ORDERS) as reader:
            for each in (client, reader):
                answer = await each.post("/v1/checks", content=body)
                assert name_of(answer)[0] == 400

    lived(asked)
