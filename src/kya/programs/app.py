"""The API for programs as an application: from the reading that pages are made of."""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from kya import __version__
from kya.api.buckets import Pace
from kya.api.description import OPENAPI, Json
from kya.api.openapi import assembled
from kya.api.problem_app import problem_app
from kya.programs.asking import Programs, endpoint
from kya.programs.limits import (
    REQUESTS_BURST_MAX,
    REQUESTS_PER_SECOND_MAX,
    TOKENS_MAX,
)
from kya.programs.routes import ROUTES
from kya.programs.tokens import TokenScope

PREFIX: Final = "/v1/"
DESCRIPTION_PATH: Final = "/v1/openapi.json"
PACE: Final = Pace(
    burst=REQUESTS_BURST_MAX,
    per_second=REQUESTS_PER_SECOND_MAX,
    names_max=TOKENS_MAX,
)


def create_programs_app(programs: Programs) -> ASGIApp:
    """Return the application of `/v1/`."""
    described = msgspec.json.encode(programs_description())

    async def description(_request: Request) -> Response:
        return Response(described, media_type="application/json")

    routes = [
        Route(
            served.operation.path,
            endpoint(programs, served),
            methods=[served.operation.method.upper()],
        )
        for served in ROUTES
    ]
    routes.append(Route(DESCRIPTION_PATH, description, methods=["GET"]))
    app = problem_app(routes)
    app.router.redirect_slashes = False
    return app


def programs_description() -> Json:
    """Return what the API says of its routes in OpenAPI 3.1."""
    security = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "Scopes: " + ", ".join(s.value for s in TokenScope),
        }
    }
    document = {
        "openapi": OPENAPI,
        "info": {
            "title": "kya for programs",
            "summary": "What the log says, read once, for whoever holds a token.",
            "description": (
                "Everything is made of the published log, after its entries have made"
                " the root that the log's key has signed. A token lets a program read,"
                " or pass a signed note on; it gives no power."
            ),
            "version": __version__,
        },
        "components": {"securitySchemes": security},
    }
    kinds = [kind for served in ROUTES for kind in served.kinds]
    operations = (served.operation for served in ROUTES)
    return assembled(document, operations, kinds)
