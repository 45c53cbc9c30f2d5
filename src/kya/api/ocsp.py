"""What stock tools ask about a certificate: OCSP (RFC 6960 A.1), and the newest list.

Both follow from the state of the log at the moment of the request, so that a revocation
shows in the next answer. Nothing here is secret, and every answer is signed.
"""

import asyncio
from base64 import b64decode
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kya.api.body import read_body
from kya.api.problems import ProblemError, not_found
from kya.core.errors import KyaError, MalformedError, TransientError
from kya.core.state import State
from kya.pki.ocsp import REQUEST_BYTES_MAX, Refusal

Answering = Callable[[bytes, State], bytes]

OCSP_PATH: Final = "/ocsp"
CRL_PATH: Final = "/crl"
_ANSWER: Final = "application/ocsp-response"
_LIST: Final = "application/pkix-crl"
# A copy kept on the way would hide a revocation.
_NOT_KEPT: Final = {"cache-control": "no-store"}
_BASE64_CHARS_MAX: Final = 4 * (REQUEST_BYTES_MAX // 3 + 1)


def status_routes(answering: Answering, state: Callable[[], State]) -> list[Route]:
    """Return the routes of OCSP and of the revocation list.

    `answering` may block; MalformedError and TransientError are answered as OCSP says.
    """

    async def posted(request: Request) -> Response:
        return await asked(await read_body(request.scope, request.receive))

    async def fetched(request: Request) -> Response:
        return await asked(_decoded(request.path_params["request"]))

    async def asked(question: bytes) -> Response:
        # The key store may block; the event loop, and every order in it, must not.
        content = await asyncio.to_thread(_answer, answering, question, state())
        return Response(content, headers=_NOT_KEPT, media_type=_ANSWER)

    async def newest_list(_request: Request) -> Response:
        crl = state().crl
        if not crl:
            raise ProblemError(not_found("no revocation list is on record"))
        return Response(crl, headers=_NOT_KEPT, media_type=_LIST)

    return [
        Route(OCSP_PATH, posted, methods=["POST"]),
        Route(OCSP_PATH + "/{request:path}", fetched, methods=["GET"]),
        Route(CRL_PATH, newest_list, methods=["GET"]),
    ]


def _answer(answering: Answering, question: bytes, state: State) -> bytes:
    """Return the answer, or the refusal that RFC 6960 §4.2.1 has for the fault."""
    try:
        return answering(question, state)
    except MalformedError:
        return Refusal.MALFORMED_REQUEST.render()
    except TransientError:
        return Refusal.TRY_LATER.render()
    except KyaError:
        return Refusal.INTERNAL_ERROR.render()


def _decoded(text: str) -> bytes:
    """Return the request in a path; what is no base64 asks nothing."""
    if len(text) > _BASE64_CHARS_MAX:
        return b""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""
