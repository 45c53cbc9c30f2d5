"""OCSP and the revocation list over HTTP, beside a gateway at work."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
import pytest
from cryptography.x509 import ocsp

from kya.api.app import create_app
from kya.api.ocsp import status_routes
from kya.authority import acts
from kya.authority.ceremony import Validity
from kya.authority.ocsp import RESPONDER_SECONDS, Register, issue_responder, respond
from kya.authority.revocations import revocation_list
from kya.core.errors import InputError, TransientError
from kya.core.lifecycle import Act
from kya.core.state import State
from kya.pki.ocsp import REQUEST_BYTES_MAX, Responder
from tests.api.edge import name_of
from tests.gateway.house import House, in_house
from tests.pki.test_ocsp import KEY, request
from tests.world import MORNING

Status = ocsp.OCSPCertStatus
Refused = ocsp.OCSPResponseStatus


@asynccontextmanager
async def a_client(
    house: House, answering: Callable[[bytes, State], bytes] | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway that answers OCSP."""
    routes = status_routes(answering or desk_of(house), lambda: house.sequencer.state)
    app = create_app(gateway=house.gateway, sequencer=house.sequencer, more=routes)
    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 50_000))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway.example"
    ) as client:
        yield client


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
        note = acts.change_standing(
            house.world.authority,
            house.world.credential,
            Act.REVOKE,
            "test",
            house.clock.now(),
        )
        assert (await client.post("/v1/entries", content=note)).status_code == 201
        said = await asked(client, question)
        assert said.certificate_status is Status.REVOKED


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
