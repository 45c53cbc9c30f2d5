"""A witness over HTTP (C2SP tlog-witness): one way in, one way to look."""

import asyncio
from concurrent.futures import Executor

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from kya.api.body import read_body
from kya.api.problems import ProblemBoundary, ProblemError, not_found
from kya.witness.request import REQUEST_BYTES_MAX
from kya.witness.witness import TEXT_TYPE, Witness


def create_witness_app(witness: Witness, thread: Executor) -> ASGIApp:
    """Return the application; disk and key are waited for in this one thread."""

    async def add_checkpoint(request: Request) -> Response:
        body = await read_body(request.scope, request.receive, REQUEST_BYTES_MAX)
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(thread, witness.add_checkpoint, body)
        return Response(
            answer.body,
            status_code=answer.status,
            headers={"content-type": answer.media_type},
        )

    async def checkpoint(request: Request) -> Response:
        loop, asked = asyncio.get_running_loop(), request.path_params["origin"]
        held = await loop.run_in_executor(thread, witness.held, asked)
        if held is None:
            raise ProblemError(not_found("no checkpoint of such a log was cosigned"))
        headers = {"content-type": TEXT_TYPE, "cache-control": "no-cache"}
        return Response(held, headers=headers)

    routes = [
        Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
        Route("/{origin}/checkpoint", checkpoint, methods=["GET"]),
    ]
    return ProblemBoundary(Router(routes=routes))
