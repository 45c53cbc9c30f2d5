"""The authority's own HTTP edge, where a registered agent gets its certificate.

An application of its own, in a process of its own: the gateway holds no CA's key.
"""

import asyncio
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kya.api.body import read_body
from kya.api.problem_app import problem_app
from kya.api.problems import Problem, problem_of, too_many
from kya.api.strangers import Strangers
from kya.authority.enrolment import EnrolmentOffice, EnrolmentRefusedError
from kya.core.errors import MalformedError
from kya.pki.pem import CERTIFICATE, to_pem

ENROLMENT_PATH: Final = "/v1/enrolment"
_CHAIN: Final = "application/pem-certificate-chain"
_NOT_STORED: Final = {"cache-control": "no-store"}


def create_enrolment_app(office: EnrolmentOffice) -> Starlette:
    """Return the office's application; it must be made where the loop runs."""
    strangers = Strangers(asyncio.get_running_loop().time)

    async def nonce(_request: Request) -> Response:
        return PlainTextResponse(office.nonce(), headers=_NOT_STORED)

    return problem_app(
        [
            Route(ENROLMENT_PATH, nonce, methods=["GET"]),
            Route(ENROLMENT_PATH, _Enrol(office, strangers), methods=["POST"]),
        ]
    )


class _Enrol:
    """Answers a signed request with a certificate and its CA's."""

    def __init__(self, office: EnrolmentOffice, strangers: Strangers) -> None:
        self._office = office
        self._strangers = strangers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        client = scope.get("client")
        raw = await read_body(scope, receive)
        try:
            # Key store, attestor and log may block; other requests must not.
            leaf = await asyncio.to_thread(self._office.enrol, raw)
        except (MalformedError, EnrolmentRefusedError) as error:
            refusal = self._refusal(client[0] if client else "", error)
            await refusal(scope, receive, send)
            return
        chain = to_pem(CERTIFICATE, leaf) + to_pem(CERTIFICATE, self._office.issuer)
        response = Response(chain, headers=_NOT_STORED, media_type=_CHAIN)
        await response(scope, receive, send)

    def _refusal(
        self, peer: str, error: MalformedError | EnrolmentRefusedError
    ) -> Problem:
        """Return what is wrong, unless this peer has been told often enough."""
        if not self._strangers.may_be_told(peer):
            return too_many("enrolment-refused", "too many requests that get nothing")
        if isinstance(error, EnrolmentRefusedError):
            return Problem(
                status=403,
                name="enrolment-refused",
                title="No certificate is issued",
                detail=str(error),
                members={"rule": error.rule},
            )
        return problem_of(error)
