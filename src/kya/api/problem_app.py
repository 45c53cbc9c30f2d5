"""An application of bare routes that answers each fault as a problem."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kya.api.problems import ProblemBoundary


def problem_app(routes: Sequence[Route]) -> Starlette:
    """Return the application of these routes, and of no other."""
    return Starlette(
        routes=routes,
        middleware=[Middleware(ProblemBoundary)],
        exception_handlers={HTTPException: _unknown},
    )


async def _unknown(_request: Request, error: Exception) -> Response:
    """Raise on: the boundary answers what the framework refuses."""
    raise error
