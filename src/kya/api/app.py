"""The HTTP application: orders and statements as notes, everything else as JSON."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kya import __version__
from kya.api.control import drop_copy_routes, log_routes, order_routes
from kya.api.description import Json
from kya.api.incidents import incident_routes
from kya.api.log_files import log_file_routes
from kya.api.notes import (
    REVOCATION_BYTES_MAX,
    NoteEndpoint,
    order_reply,
    revocation_reply,
    session_reply,
    statement_reply,
)
from kya.api.openapi import DESCRIPTION_PATH, TITLE, described
from kya.api.peer import OwnNotes
from kya.api.problems import Problem, ProblemBoundary, problem_of
from kya.api.strangers import Strangers
from kya.gateway.pipeline import Gateway
from kya.sequencer.sequencer import Sequencer


def create_app(
    *, gateway: Gateway, sequencer: Sequencer, more: Sequence[BaseRoute] = ()
) -> "Edge":
    """Return the gateway's application; it must be made where the loop runs.

    `more` are routes beside the gateway's own.
    """
    app = control_plane(gateway, sequencer)
    strangers = Strangers(asyncio.get_running_loop().time)
    own = OwnNotes(lambda agent: _newest_credential(sequencer, agent))
    # Bare routes: an order is read, judged and answered as bytes, without a model being
    # built of it.
    notes = {
        "/v1/orders": NoteEndpoint(order_reply(gateway), strangers, own),
        "/v1/sessions": NoteEndpoint(session_reply(gateway), strangers, own),
        "/v1/entries": NoteEndpoint(statement_reply(gateway), strangers),
        "/v1/revocations": NoteEndpoint(
            revocation_reply(gateway), strangers, bytes_max=REVOCATION_BYTES_MAX
        ),
    }
    app.router.routes[:0] = [
        Route(path, endpoint, methods=["POST"]) for path, endpoint in notes.items()
    ]
    app.router.routes.extend((*log_file_routes(sequencer), *more))
    app.add_middleware(ProblemBoundary)
    app.add_exception_handler(HTTPException, _answered)
    app.add_exception_handler(RequestValidationError, _invalid)
    return Edge({path: ProblemBoundary(notes[path]) for path in notes}, app)


def control_plane(gateway: Gateway, sequencer: Sequencer) -> FastAPI:
    """Return the routes that the framework reads, and describes with all the others."""
    app = Described(
        title=TITLE,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=DESCRIPTION_PATH,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(order_routes(gateway), tags=["agents"])
    app.include_router(log_routes(sequencer), tags=["log"])
    app.include_router(drop_copy_routes(gateway), tags=["venues"])
    app.include_router(incident_routes(sequencer), tags=["incidents"])
    return app


def gateway_description() -> Json:
    """Return what any gateway says of its routes.

    No route is asked here: what each says of itself is read, and nobody stands behind.
    """
    nobody = cast("Any", None)
    return described(control_plane(nobody, nobody).routes)


class Described(FastAPI):
    """Describes the bare routes beside its own, and problems as they are answered."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = dict(described(self.routes))
        return self.openapi_schema


class Edge:
    """Takes notes past the control plane's middleware, which costs more than judging.

    What is no POST of a note takes the way of everything else, to the same routes.
    """

    __slots__ = ("_notes", "control")

    def __init__(self, notes: Mapping[str, ASGIApp], control: FastAPI) -> None:
        """Serve notes by path, and all else from the control plane."""
        self._notes = notes
        self.control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        app: ASGIApp = self.control
        if scope["type"] == "http" and scope["method"] == "POST":
            app = self._notes.get(scope["path"], app)
        await app(scope, receive, send)


def _newest_credential(sequencer: Sequencer, agent: str) -> str | None:
    """Return the digest of the certificate issued last to the agent."""
    known = sequencer.state.agents.get(agent)
    return None if known is None else known.credential


class _Answered(Response):
    """A problem where the framework wants a response."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(status_code=problem.status)
        self._problem: Final = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the problem."""
        await self._problem(scope, receive, send)


async def _answered(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: no such path, no such method."""
    del request
    return _Answered(problem_of(error))


async def _invalid(request: Request, error: Exception) -> Response:
    """Answer a parameter that is not of its type, without repeating what was sent."""
    del request
    detail = "a parameter of the path or query is malformed"
    if isinstance(error, RequestValidationError):
        named = [".".join(map(str, fault["loc"])) for fault in error.errors()]
        detail = f"malformed: {', '.join(named)}"
    return _Answered(
        Problem(status=400, name="malformed", title="Malformed request", detail=detail)
    )
