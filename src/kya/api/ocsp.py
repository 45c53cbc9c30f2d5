"""What stock tools ask about a certificate: OCSP (RFC 6960 A.1), and every list.

Both follow from the state of the log at the moment of the request, so that a revocation
shows in the next answer. Nothing here is secret, and every answer is signed.
"""

import asyncio
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kya.api.body import read_body
from kya.api.problem_app import problem_app
from kya.api.problems import ProblemError, not_found
from kya.core.errors import KyaError, MalformedError, TransientError
from kya.core.limits import STATUS_IN_FLIGHT_MAX
from kya.core.state import State
from kya.pki.ocsp import REQUEST_BYTES_MAX, Refusal

Answering = Callable[[bytes, State], bytes]

OCSP_PATH: Final = "/ocsp"
CRL_PATH: Final = "/crl"
_ANSWER: Final = "application/ocsp-response"
_LIST: Final = "application/pkix-crl"
# A copy kept on the way would hide a revocation.
_NOT_KEPT: Final = {"cache-control": "no-store"}
# A list of some number never changes.
_KEPT: Final = {"cache-control": "public, max-age=31536000, immutable"}
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_BASE64_CHARS_MAX: Final = 4 * (REQUEST_BYTES_MAX // 3 + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """Where the answers come from: a signature, the log's state, and its old lists.

    `answering` may block; MalformedError and TransientError are answered as OCSP says.
    """

    answering: Answering
    state: Callable[[], State]
    listed: Callable[[int], Awaitable[bytes | None]]


def create_status_app(routes: Sequence[Route]) -> Starlette:
    """Return the application of a listener that tells this, and nothing else.

    By custom it speaks plain HTTP (RFC 5280 §8): whoever asks has no trust yet, and
    what is answered is signed.
    """
    return problem_app(routes)


def status_routes(statuses: Statuses) -> list[Route]:
    """Return the routes of OCSP and of the revocation lists."""
    waiting = 0

    async def posted(request: Request) -> Response:
        return await asked(await read_body(request.scope, request.receive))

    async def fetched(request: Request) -> Response:
        return await asked(_decoded(request.path_params["request"]))

    async def asked(question: bytes) -> Response:
        # The key store may block; the event loop, and every order in it, must not.
        nonlocal waiting
        if waiting >= STATUS_IN_FLIGHT_MAX:
            return _answered(Refusal.TRY_LATER.render())
        waiting += 1
        try:
            act, now = statuses.answering, statuses.state()
            content = await asyncio.to_thread(_answer, act, question, now)
        finally:
            waiting -= 1
        return _answered(content)

    return [
        Route(OCSP_PATH, posted, methods=["POST"]),
        Route(OCSP_PATH + "/{request:path}", fetched, methods=["GET"]),
        *_list_routes(statuses),
    ]


def _list_routes(statuses: Statuses) -> list[Route]:
    """Return the routes of the newest list and of every one by its number."""

    async def newest_list(_request: Request) -> Response:
        crl = statuses.state().crl
        if not crl:
            raise ProblemError(not_found("no revocation list is on record"))
        return Response(crl, headers=_NOT_KEPT, media_type=_LIST)

    async def numbered_list(request: Request) -> Response:
        number = request.path_params["number"]
        is_number = _NUMBER.fullmatch(number) is not None
        crl = await statuses.listed(int(number)) if is_number else None
        if crl is None:
            detail = f"no revocation list {number[:20]!a} was ever issued"
            raise ProblemError(not_found(detail))
        return Response(crl, headers=_KEPT, media_type=_LIST)

    return [
        Route(CRL_PATH, newest_list, methods=["GET"]),
        Route(CRL_PATH + "/{number}", numbered_list, methods=["GET"]),
    ]


def _answered(content: bytes) -> Response:
    """Return an OCSP answer as nobody may keep it."""
    return Response(content, headers=_NOT_KEPT, media_type=_ANSWER)


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
