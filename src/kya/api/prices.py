"""What people ask of the feeds of prices: which brings any, and of when."""

from collections.abc import Callable, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kya.gateway.ports import SourceStatus

Statuses = Callable[[], Sequence[SourceStatus]]


class FeedTold(msgspec.Struct, frozen=True, kw_only=True):
    """One feed: `fault` is empty while it brings prices, `newest` is by market."""

    name: str
    fault: str
    refused: int
    newest: dict[str, str]


class FeedsTold(msgspec.Struct, frozen=True, kw_only=True):
    """Every feed that the gateway reads."""

    feeds: list[FeedTold]


def price_routes(statuses: Statuses) -> list[Route]:
    """Return the route that tells how the feeds are doing."""

    async def prices(request: Request) -> Response:
        del request
        told = FeedsTold(feeds=[_told(status) for status in statuses()])
        return Response(msgspec.json.encode(told), media_type="application/json")

    return [Route("/v1/prices", prices, methods=["GET"])]


def _told(status: SourceStatus) -> FeedTold:
    """Return what is told of a feed."""
    return FeedTold(
        name=status.name,
        fault=status.fault,
        refused=status.refused,
        newest={market: str(at) for market, at in status.newest.items()},
    )
