"""Who may ask what: every route with every scope, and with no token that is good."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from kya.core.errors import InputError, MalformedError, TransientError
from kya.core.instant import MICROS_PER_DAY
from kya.programs.app import DESCRIPTION_PATH, PACE
from kya.programs.asking import Served
from kya.programs.limits import (
    REQUESTS_PER_SECOND_MAX,
    TOKEN_DAYS_MAX,
    TOKENS_MAX,
)
from kya.programs.routes import ROUTES
from kya.programs.tokens import (
    DRAWN_BYTES,
    TokenBook,
    TokenScope,
    WantedToken,
    new_token,
    parse_tokens,
    render_tokens,
)
from tests.api.edge import name_of
from tests.programs.office import ALL, Office, an_office
from tests.programs.test_reading import busy
from tests.world import AGENT, MORNING

PARTS = {"agent": AGENT, "seq": "2", "incident": "0" * 64, "index": "0"}
PARTS["credential"] = "0" * 64
WANTED = WantedToken("siem", ALL, 30)
DRAWN = bytes(DRAWN_BYTES)


def lived(test: Callable[[Office], Awaitable[None]]) -> None:
    """What a test sees of an office that has read its log."""

    async def run() -> None:
        with an_office(busy()) as office:
            await office.lounge.look()
            await test(office)

    asyncio.run(run())


async def ask(client: httpx.AsyncClient, served: Served) -> httpx.Response:
    operation = served.operation
    return await client.request(
        operation.method.upper(), operation.path.format(**PARTS), content=b"{}"
    )


def test_a_route_is_answered_with_its_scope_and_with_no_other() -> None:
    async def asked(office: Office) -> None:
        for scope in TokenScope:
            async with office.program(scope) as client:
                for served in ROUTES:
                    answer = await ask(client, served)
                    wanted = served.operation.scope
                    if scope.value == wanted:
                        assert answer.status_code in {200, 400, 404}, wanted
                    else:
                        assert name_of(answer) == (403, "scope"), (scope, wanted)

    lived(asked)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer "},
        {"authorization": "Bearer kya_" + "0" * 64},
        {"authorization": "Basic a3lhOmt5YQ=="},
        {"authorization": "bearer x"},
        {"cookie": "__Host-kya-session=x"},
    ],
)
def test_nobody_else_is_told_anything(sent: dict[str, str]) -> None:
    async def asked(office: Office) -> None:
        office.token()
        async with office.stranger(sent) as client:
            for served in ROUTES:
                answer = await ask(client, served)
                office.seconds += 1
                assert name_of(answer) == (401, "token")
                assert answer.headers["www-authenticate"] == "Bearer"
            assert (await client.get(DESCRIPTION_PATH)).status_code == 200

    lived(asked)


def test_a_token_ends_by_its_time_and_by_its_revocation() -> None:
    async def asked(office: Office) -> None:
        async with office.program() as client, office.program() as other:
            revoked, _ = office.book.tokens
            office.book = office.book.with_revoked(revoked.id, office.lounge.now)
            assert name_of(await client.get("/v1/log")) == (401, "token")
            assert (await other.get("/v1/log")).is_success
            office.lounge.later(30 * 86_400 - 1)
            assert (await other.get("/v1/log")).is_success
            office.lounge.later(1)
            assert name_of(await other.get("/v1/log")) == (401, "token")

    lived(asked)


def test_one_who_guesses_is_slowed_down_and_others_are_not() -> None:
    async def asked(office: Office) -> None:
        async with office.stranger({"authorization": "Bearer x"}) as guess:
            answers = [await guess.get("/v1/log") for _ in range(30)]
            assert {name_of(each) for each in answers[:20]} == {(401, "token")}
            assert {name_of(each) for each in answers[20:]} == {(429, "token")}
        async with office.program() as client:
            assert (await client.get("/v1/log")).is_success

    lived(asked)


def test_a_token_has_a_rate_of_its_own() -> None:
    async def asked(office: Office) -> None:
        async with office.program() as client, office.program() as other:
            for left in range(PACE.burst - 1, -1, -1):
                answer = await client.get("/v1/log")
                assert answer.headers["ratelimit"].startswith(f'"token";r={left};t=')
                assert answer.headers["ratelimit-policy"] == '"token";q=60;w=6'
            slow = await client.get("/v1/log")
            assert name_of(slow) == (429, "rate")
            assert slow.headers["retry-after"] == "1"
            assert (await other.get("/v1/log")).is_success
            office.seconds += 1
            answers = [
                await client.get("/v1/log") for _ in range(REQUESTS_PER_SECOND_MAX + 1)
            ]
            assert [a.is_success for a in answers] == [
                True
            ] * REQUESTS_PER_SECOND_MAX + [False]

    lived(asked)


def test_nobody_is_let_in_while_nobody_can_tell_which_tokens_are_good() -> None:
    def unreadable() -> TokenBook:
        raise TransientError("tokens: cannot be read")

    async def asked(office: Office) -> None:
        async with office.program() as client:
            object.__setattr__(office.programs, "book", unreadable)
            assert name_of(await client.get("/v1/log")) == (503, "unavailable")

    lived(asked)


# ------------------------------------------------------------------------- the file


def test_the_file_holds_what_was_issued_and_no_secret() -> None:
    secret, token = new_token(WANTED, MORNING, DRAWN)
    book = TokenBook().with_token(token).with_revoked(token.id, MORNING)
    raw = render_tokens(book)
    assert parse_tokens(raw) == book
    assert secret.encode() not in raw
    assert secret.removeprefix("kya_").encode() not in raw


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"scopes":["act:submit"', b'"scopes":["act:everything"'),
        (b'"name":"siem"', b'"name":"si em"'),
        (b'"name":"siem"', b'"name":"siem","power":"all"'),
        (b"2026-06-14T", b"2036-06-14T"),
        (b"2026-06-14T", b"2026-05-14T"),
        (b"[{", b"[ {"),
        (b'"sha256":"', b'"sha256":"0'),
    ],
)
def test_another_file_is_refused(old: bytes, new: bytes) -> None:
    raw = render_tokens(TokenBook().with_token(new_token(WANTED, MORNING, DRAWN)[1]))
    assert old in raw
    with pytest.raises(MalformedError):
        parse_tokens(raw.replace(old, new))


def test_tokens_have_limits() -> None:
    for days in (0, TOKEN_DAYS_MAX + 1):
        with pytest.raises(MalformedError):
            new_token(WANTED._replace(days=days), MORNING, DRAWN)
    with pytest.raises(MalformedError):
        new_token(WANTED._replace(scopes=frozenset()), MORNING, DRAWN)
    with pytest.raises(MalformedError):
        new_token(WANTED, MORNING, DRAWN[1:])
    many = [
        new_token(WANTED, MORNING, b"%036d" % number)[1]
        for number in range(TOKENS_MAX + 1)
    ]
    with pytest.raises(MalformedError):
        TokenBook((many[0], many[0]))


def test_one_token_more_than_the_file_holds_is_refused() -> None:
    drawn = (b"%04d" % n + bytes(DRAWN_BYTES - 4) for n in range(TOKENS_MAX + 1))
    *most, last = (new_token(WANTED, MORNING, each)[1] for each in drawn)
    with pytest.raises(InputError, match=str(TOKENS_MAX)):
        TokenBook(tuple(most)).with_token(last)
    with pytest.raises(InputError, match="no such token"):
        TokenBook(tuple(most)).with_revoked("ffffffff", MORNING)


def test_a_token_is_revoked_once_and_for_good() -> None:
    _, token = new_token(WANTED, MORNING, DRAWN)
    book = TokenBook().with_token(token).with_revoked(token.id, MORNING)
    later = MORNING.plus(micros=MICROS_PER_DAY)
    assert book.with_revoked(token.id, later) == book
