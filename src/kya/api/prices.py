"""What people ask of the feeds of prices: which brings any, and of when."""

import json
from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kya.gateway.ports import SourceStatus

Statuses = Callable[[], Sequence[SourceStatus]]


def price_routes(statuses: Statuses) -> list[Route]:
    """Return the route that tells how the feeds are doing."""

    async def prices(request: Request) -> Response:
        del request
        told = [
            {
                "name": status.name,
                "fault": status.fault,
                "refused": status.refused,
                "newest": {market: str(at) for market, at in status.newest.items()},
            }
            for status in statuses()
        ]
        return Response(json.dumps({"feeds": told}), media_type="application/json")

    return [Route("/v1/prices", prices, methods=["GET"])]
