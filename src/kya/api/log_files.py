"""The published log as static files, for anyone (C2SP tlog-tiles)."""

import asyncio
import re
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kya.api.problems import ProblemError, not_found
from kya.sequencer.sequencer import Sequencer

_TILE: Final = re.compile(
    r"(?:[0-9]{1,2}|entries)/(?:x[0-9]{3}/){0,8}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?",
    re.ASCII,
)
# A tile never changes, so whoever has one need not ask again.
_FOREVER: Final = "public, max-age=31536000, immutable"


def log_file_routes(sequencer: Sequencer) -> list[Route]:
    """Return the routes of checkpoint and tiles."""

    async def checkpoint(_request: Request) -> Response:
        content = await _read(sequencer, "checkpoint")
        return Response(
            content,
            media_type="text/plain",
            headers={"cache-control": "no-cache"},
        )

    async def tile(request: Request) -> Response:
        path = request.path_params["path"]
        if _TILE.fullmatch(path) is None:
            raise ProblemError(not_found("no file of a log has this name"))
        return Response(
            await _read(sequencer, f"tile/{path}"),
            media_type="application/octet-stream",
            headers={"cache-control": _FOREVER},
        )

    return [
        Route("/log/checkpoint", checkpoint, methods=["GET"]),
        Route("/log/tile/{path:path}", tile, methods=["GET"]),
    ]


def witnessed_route(newest: Callable[[], bytes]) -> Route:
    """Return the route of the newest checkpoint that any witness has cosigned."""

    async def witnessed(_request: Request) -> Response:
        try:
            content = await asyncio.to_thread(newest)
        except FileNotFoundError as error:
            raise ProblemError(not_found("no witness has cosigned yet")) from error
        headers = {"cache-control": "no-cache"}
        return Response(content, media_type="text/plain", headers=headers)

    return Route("/log/witnessed", witnessed, methods=["GET"])


async def _read(sequencer: Sequencer, path: str) -> bytes:
    """Return a published file; the disk is waited for in another thread."""
    try:
        return await asyncio.to_thread(sequencer.read, path)
    except FileNotFoundError as error:
        raise ProblemError(not_found(f"{path} is not published")) from error
