"""Both clients against the real application: every question, page by page, refusals."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.client import questions
from kya.client.answers import (
    Answer,
    NotLetInError,
    NotNowError,
    ProblemError,
    WrongRequestError,
    value_of,
)
from kya.client.http import AsyncClient, Client
from kya.client.models import LogTold
from kya.client.questions import Listing, Question
from kya.client.wishes import ProblemTold, Wish
from kya.core.errors import DistrustError, InputError, TransientError
from kya.programs.app import PACE
from kya.programs.routes import ROUTES
from kya.programs.tokens import TokenScope
from tests.programs.office import Office, an_office
from tests.programs.test_passing import WISH, a_world, halt_note
from tests.programs.test_reading import busy
from tests.world import AGENT, World

LISTINGS = (
    questions.agents,
    questions.baselines,
    questions.mandates,
    questions.people,
    questions.orders,
    questions.incidents,
    questions.halts,
    questions.overrides,
    questions.place_limits,
    questions.overlays,
    questions.sessions,
    questions.happenings,
)


class Waiting(httpx.BaseTransport):
    """The office's application for a client that waits."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def asked() -> httpx.Response:
            async with self.office.stranger(request.headers) as client:
                return await client.request(
                    request.method, request.url, content=request.read()
                )

        answer = asyncio.run(asked())
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=answer.content
        )


def asking(
    test: Callable[[Office, Client], None],
    world: Callable[[], World] = busy,
    *scopes: TokenScope,
) -> None:
    """What a client that waits sees of an office that has read its log."""
    with an_office(world()) as office:
        asyncio.run(office.lounge.look())
        http = httpx.Client(
            transport=Waiting(office),
            base_url="http://console.example",
            headers={"authorization": f"Bearer {office.token(*scopes)}"},
        )
        with Client(http) as client:
            test(office, client)


def questions_of(office: Office) -> list[Question[Any]]:
    """One question for each route that reads."""
    incident = next(iter(office.lounge.world.state.incidents))
    return [
        *(make().first for make in LISTINGS),
        questions.agent(AGENT),
        questions.order(AGENT, 2),
        questions.incident(incident),
        questions.needs(),
        questions.log(),
        questions.entry(0),
        questions.certificate(office.lounge.world.credential),
        questions.witnesses(),
        questions.check(WISH),
    ]


def test_every_route_has_its_question() -> None:
    def asked(office: Office, client: Client) -> None:
        for question in questions_of(office):
            assert client.ask(question) is not None

    asking(asked)
    with an_office(busy()) as office:
        made = [*questions_of(office), questions.submit(b"note")]
    assert len(made) == len(ROUTES)
    kinds = {served.kinds[-1] for served in ROUTES}
    assert {question.kind for question in made} == kinds


def test_a_list_is_read_to_its_end_whatever_the_size_of_its_pages() -> None:
    def asked(office: Office, client: Client) -> None:
        for make in LISTINGS:
            listing: Listing[Any] = make()
            whole = list(client.each(listing))
            assert list(client.each(listing.by(2))) == whole
            assert list(client.each(listing.by(1))) == whole
            office.seconds += 60

    asking(asked)


def test_the_client_that_is_awaited_says_the_same() -> None:
    async def awaited() -> list[int]:
        with an_office(busy()) as office:
            await office.lounge.look()
            async with AsyncClient(office.program()) as client:
                listing = questions.orders(outcome="allowed").by(2)
                assert (await client.ask(questions.log())).fault == ""
                with pytest.raises(WrongRequestError):
                    await client.ask(questions.agent("nobody"))
                return [order.seq async for order in client.each(listing)]

    def asked(_office: Office, client: Client) -> None:
        found = client.each(questions.orders(outcome="allowed"))
        assert [order.seq for order in found] == seqs

    seqs = asyncio.run(awaited())
    assert seqs
    asking(asked)


def test_a_note_is_passed_on_once() -> None:
    def asked(office: Office, client: Client) -> None:
        note = halt_note(office)
        first = client.ask(questions.submit(note))
        assert client.ask(questions.submit(note)) == first
        assert office.lounge.gateway.appended == [note]

    asking(asked, a_world)


def test_problems_are_exceptions_that_say_what_to_do_next() -> None:
    def asked(office: Office, client: Client) -> None:
        with pytest.raises(NotLetInError) as refused:
            client.ask(questions.agents().first)
        assert refused.value.name == "scope"
        assert isinstance(refused.value, DistrustError)
        with pytest.raises(WrongRequestError) as wrong:
            client.ask(questions.order("../../etc/passwd", 1))
        assert wrong.value.problem.status == 404
        for _ in range(PACE.burst):
            client.ask(questions.orders().first)
        with pytest.raises(NotNowError) as slow:
            client.ask(questions.orders().first)
        assert slow.value.retry_seconds == 1
        office.lounge.later(31 * 86_400)
        with pytest.raises(NotLetInError, match="revoked"):
            client.ask(questions.orders().first)

    asking(asked, busy, TokenScope.ORDERS)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InputError),
        (404, InputError),
        (401, DistrustError),
        (403, DistrustError),
        (409, TransientError),
        (429, TransientError),
        (500, TransientError),
        (503, TransientError),
    ],
)
def test_each_status_is_an_error_of_its_kind(
    status: int, kind: type[Exception]
) -> None:
    problem = ProblemTold(type="kya:problem/x", title="t", status=status, detail="d")
    answer = Answer(status, {"retry-after": "7"}, msgspec.json.encode(problem))
    with pytest.raises(ProblemError) as raised:
        value_of(questions.log(), answer)
    assert isinstance(raised.value, kind)
    assert raised.value.retry_seconds == 7


@given(st.integers(100, 599), st.binary(max_size=64))
def test_what_is_no_answer_of_ours_is_said_so(status: int, body: bytes) -> None:
    with pytest.raises(TransientError):
        value_of(questions.log(), Answer(status, {}, body))


def test_what_a_later_server_adds_is_passed_over() -> None:
    told = LogTold(
        origin="o", size=1, checkpoint="c", read_at="t", is_late=False, fault=""
    )
    body = msgspec.json.encode(told)[:-1] + b',"more":{"x":1}}'
    assert value_of(questions.log(), Answer(200, {}, body)) == told


def test_nobody_answers() -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    http = httpx.Client(transport=httpx.MockTransport(broken), base_url="http://x")
    with Client(http) as client, pytest.raises(TransientError, match="/v1/log"):
        client.ask(questions.log())


@pytest.mark.parametrize("token", ["", "a b", "x\r\nx-admin: 1", "k\u00e9"])
def test_what_is_no_token_reaches_no_header(token: str) -> None:
    with pytest.raises(InputError, match="kya token issue"):
        Client.at("http://127.0.0.1:1", token)


def test_names_stay_within_their_part_of_the_path() -> None:
    assert questions.agent("../people?x=1").path == "/v1/agents/..%2Fpeople%3Fx%3D1"
    assert questions.orders(agent="a&b=c").first.parameters == {"agent": "a&b=c"}
    assert Wish.__struct_fields__[0] == "agent"
