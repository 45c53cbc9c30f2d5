"""OCSP and the revocation list over HTTP, beside a gateway at work."""

import asyncio
import threading
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
import pytest
from cryptography.x509 import ReasonFlags, ocsp
from starlette.routing import Route

from kya.api.app import create_app
from kya.api.ocsp import Statuses, create_status_app, status_routes
from kya.authority import acts
from kya.authority.ceremony import Validity
from kya.authority.ocsp import RESPONDER_SECONDS, Register, issue_responder, respond
from kya.authority.revocations import revocation_list
from kya.core.credential import ReasonCode
from kya.core.errors import InputError, TransientError
from kya.core.lifecycle import Act
from kya.core.limits import STATUS_IN_FLIGHT_MAX
from kya.core.power_events import RevocationScheduled
from kya.core.state import State
from kya.pki.crl import verify_crl
from kya.pki.ocsp import REQUEST_BYTES_MAX, Responder
from kya.tlog.tile import encode_entries
from tests.api.edge import name_of
from tests.gateway.house import House, in_house
from tests.pki.test_ocsp import KEY, request
from tests.world import AGENT, MORNING

Status = ocsp.OCSPCertStatus
Refused = ocsp.OCSPResponseStatus


@asynccontextmanager
async def a_client(
    house: House, answering: Callable[[bytes, State], bytes] | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway that answers OCSP."""
    routes = routes_of(house, answering)
    app = create_app(gateway=house.gateway, sequencer=house.sequencer, more=routes)
    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 50_000))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway.example"
    ) as client:
        yield client


def routes_of(
    house: House, answering: Callable[[bytes, State], bytes] | None = None
) -> list[Route]:
    return status_routes(
        Statuses(
            answering=answering or desk_of(house),
            state=lambda: house.sequencer.state,
            listed=house.gateway.inquiry.revocation_list,
        )
    )


def desk_of(house: House) -> Callable[[bytes, State], bytes]:
    validity = Validity.lasting(2**64 + 99, MORNING, RESPONDER_SECONDS)
    issuer = house.world.issuer
    certificate = issue_responder(issuer, KEY.public_key(), validity)
    responder = Responder(certificate=certificate, signer=KEY)

    def answered(question: bytes, state: State) -> bytes:
        return respond(question, Register.of(state), responder, house.clock.now())

    return answered


async def asked(client: httpx.AsyncClient, question: bytes) -> ocsp.OCSPResponse:
    answer = await client.post("/ocsp", content=question)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/ocsp-response"
    assert answer.headers["cache-control"] == "no-store"
    return ocsp.load_der_ocsp_response(answer.content)


def question_in(house: House, nonce: bytes | None = None) -> bytes:
    held = house.sequencer.state.credentials[house.world.credential]
    return request(house.world.issuer.certificate, held.serial, nonce)


@in_house()
async def test_a_revocation_is_in_the_very_next_answer(house: House) -> None:
    async with a_client(house) as client:
        question = question_in(house, b"n" * 32)
        assert (await asked(client, question)).certificate_status is Status.GOOD
        body = encode_entries(house.revocation())
        assert (await client.post("/v1/revocations", content=body)).status_code == 201
        said = await asked(client, question)
        assert said.certificate_status is Status.REVOKED
        listed = verify_crl((await client.get("/crl")).content, issuer_of(house))
        assert listed.is_revoked(said.serial_number)


@in_house()
async def test_a_revocation_that_is_due_is_told_before_an_entry_says_so(
    house: House,
) -> None:
    due = house.clock.instant.plus(seconds=60)
    event = RevocationScheduled(
        credential=house.world.credential,
        code=ReasonCode.KEY_COMPROMISE,
        reason="test",
        due=due,
        at=house.clock.instant,
    )
    await house.gateway.statements.record(acts.schedule(house.world.authority, event))
    async with a_client(house) as client:
        said = await asked(client, question_in(house))
        assert said.certificate_status is Status.GOOD
        house.clock.instant = due.plus(seconds=5)
        said = await asked(client, question_in(house))
        assert said.certificate_status is Status.REVOKED
        assert said.revocation_reason is ReasonFlags.key_compromise
        assert said.revocation_time_utc == due.to_datetime()


def issuer_of(house: House) -> bytes:
    return house.world.issuer.certificate


@in_house()
async def test_a_question_in_the_path_gets_the_same_answer(house: House) -> None:
    async with a_client(house) as client:
        question = question_in(house)
        for quoted in (
            quote(b64encode(question), safe=""),
            quote(b64encode(question), safe="/+="),
        ):
            answer = await client.get(f"/ocsp/{quoted}")
            assert answer.headers["content-type"] == "application/ocsp-response"
            said = ocsp.load_der_ocsp_response(answer.content)
            assert said.certificate_status is Status.GOOD


@in_house()
async def test_what_asks_nothing_is_refused_as_ocsp_does(house: House) -> None:
    long = quote(b64encode(bytes(REQUEST_BYTES_MAX + 3)))
    async with a_client(house) as client:
        for answer in (
            await client.post("/ocsp", content=b"nothing"),
            await client.post("/ocsp", content=bytes(REQUEST_BYTES_MAX + 1)),
            await client.get("/ocsp/nothing*"),
            await client.get(f"/ocsp/{long}"),
        ):
            assert answer.status_code == 200
            said = ocsp.load_der_ocsp_response(answer.content)
            assert said.response_status is Refused.MALFORMED_REQUEST


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (TransientError("away"), Refused.TRY_LATER),
        (InputError("ended"), Refused.INTERNAL_ERROR),
    ],
)
def test_a_fault_is_answered_as_ocsp_does(
    fault: Exception, status: ocsp.OCSPResponseStatus
) -> None:
    def failing(_question: bytes, _state: State) -> bytes:
        raise fault

    @in_house()
    async def lived(house: House) -> None:
        async with a_client(house, failing) as client:
            said = await asked(client, question_in(house))
            assert said.response_status is status

    lived()


@in_house()
async def test_the_newest_list_on_record_is_given_out(house: House) -> None:
    async with a_client(house) as client:
        missing = await client.get("/crl")
        assert name_of(missing) == (404, "not-found")
        for number in (1, 2):
            now = house.clock.now()
            crl = revocation_list(house.world.issuer, house.sequencer.state, now)
            note = acts.publish_revocations(house.world.authority, crl, number, now)
            assert (await client.post("/v1/entries", content=note)).is_success
            found = await client.get("/crl")
            assert found.content == crl
            assert found.headers["content-type"] == "application/pkix-crl"
            assert found.headers["cache-control"] == "no-store"


@in_house()
async def test_every_list_ever_issued_is_given_out_by_its_number(house: House) -> None:
    async with a_client(house) as client:
        issued: list[bytes] = []
        for number in (1, 2, 3):
            now = house.clock.now()
            crl = revocation_list(house.world.issuer, house.sequencer.state, now)
            note = acts.publish_revocations(house.world.authority, crl, number, now)
            assert (await client.post("/v1/entries", content=note)).is_success
            issued.append(crl)
            house.clock.forward(seconds=1)
        for number, crl in enumerate(issued, 1):
            found = await client.get(f"/crl/{number}")
            assert found.content == crl
            assert found.headers["content-type"] == "application/pkix-crl"
            assert "immutable" in found.headers["cache-control"]
        for never in ("0", "4", "01", "+1", "1.0", "x", "9" * 30, "%D9%A1"):
            assert name_of(await client.get(f"/crl/{never}")) == (404, "not-found")


@in_house()
async def test_a_list_is_found_again_after_a_restart(house: House) -> None:
    await house.change_standing(Act.REVOKE)
    crl = house.sequencer.state.crl
    await house.sequencer.publish()
    await house.restart()
    async with a_client(house) as client:
        assert (await client.get("/crl/1")).content == crl


@in_house()
async def test_the_listener_for_everybody_tells_nothing_else(house: House) -> None:
    app = create_status_app(routes_of(house))
    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 50_000))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://status.example"
    ) as client:
        said = await asked(client, question_in(house))
        assert said.certificate_status is Status.GOOD
        assert name_of(await client.get("/crl")) == (404, "not-found")
        for path in ("/v1/log", "/healthz", "/log/checkpoint", f"/v1/agents/{AGENT}"):
            assert name_of(await client.get(path)) == (404, "http")
        for path in ("/v1/orders", "/v1/entries", "/v1/revocations"):
            answer = await client.post(path, content=house.note())
            assert name_of(answer) == (404, "http")
    assert house.kinds() == []


@in_house()
async def test_more_questions_than_the_key_can_answer_are_put_off(
    house: House,
) -> None:
    free, desk = threading.Event(), desk_of(house)

    def slow(question: bytes, state: State) -> bytes:
        assert free.wait(5)
        return desk(question, state)

    async with a_client(house, slow) as client:
        question = question_in(house)
        asking = [
            asyncio.create_task(asked(client, question))
            for _ in range(STATUS_IN_FLIGHT_MAX)
        ]
        await asyncio.sleep(0.05)
        assert (await asked(client, question)).response_status is Refused.TRY_LATER
        free.set()
        for said in await asyncio.gather(*asking):
            assert said.certificate_status is Status.GOOD
