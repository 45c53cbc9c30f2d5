"""The routes: method, path, the right that a token must have, and who answers."""

from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from kya.kakunin_api import acts, agents, chains, records, reports, verifying
from kya.kakunin_api.asking import Answering, Service, endpoint
from kya.kakunin_api.envelope import refusal_of
from kya.kakunin_api.tokens import Right

PREFIXES: Final = ("/api/v1", "/v1")
"""Where the routes are; the SDK's own address ends in the second."""

ROUTES: Final[tuple[tuple[str, str, Right | None, Answering], ...]] = (
    ("POST", "/agents", Right.AGENTS, agents.create),
    ("GET", "/agents", Right.READ, agents.list_agents),
    ("GET", "/agents/{agent}", Right.READ, agents.show),
    ("PATCH", "/agents/{agent}", Right.AGENTS, agents.update),
    ("POST", "/agents/{agent}/certify", Right.AGENTS, agents.certify),
    ("GET", "/agents/{agent}/credential", Right.READ, agents.certify),
    ("POST", "/agents/{agent}/sign", Right.SIGN, acts.sign),
    ("POST", "/agents/{agent}/halt", Right.HALT, acts.halt),
    ("GET", "/agents/{agent}/risk", Right.READ, agents.risk),
    ("GET", "/agents/{agent}/forensics", Right.READ, records.forensics),
    ("POST", "/certificates/{certificate}/revoke", Right.AGENTS, agents.revoke),
    ("POST", "/events", Right.SIGN, records.create_event),
    ("GET", "/events", Right.READ, records.list_events),
    ("POST", "/chains", Right.SIGN, chains.create),
    ("GET", "/chains", Right.READ, chains.list_chains),
    ("GET", "/chains/{chain}", Right.READ, chains.show),
    ("POST", "/chains/{chain}/close", Right.SIGN, chains.close),
    ("GET", "/audit-log", Right.READ, records.audit_log),
    ("GET", "/audit-log/export", Right.READ, records.export),
    ("POST", "/reports/compliance", Right.REPORT, reports.create),
    ("GET", "/reports/{report}", Right.READ, reports.show),
    ("GET", "/reports/{report}/findings", Right.READ, reports.findings),
    ("GET", "/reports/{report}/pdf", Right.READ, reports.pdf),
    ("POST", "/verify/message", None, verifying.message),
    ("GET", "/verify/chain/{chain}", None, chains.verified),
    ("GET", "/verify/{serial}", None, verifying.certificate),
    ("GET", "/ca", None, verifying.authority),
    ("GET", "/ca/chain", None, verifying.chain),
    ("GET", "/crl", None, verifying.revocation_list),
)


def create_kakunin_app(service: Service) -> ASGIApp:
    """Return the application."""

    async def health(_request: Request) -> Response:
        sight = service.follower.sight
        is_sound = sight.is_ready and not sight.fault
        words, status = ("ok\n", 200) if is_sound else ("not ready\n", 503)
        return PlainTextResponse(words, status_code=status)

    routes = [
        Route(
            prefix + path,
            endpoint(service, right, answering),
            methods=[method],
        )
        for prefix in PREFIXES
        for method, path, right, answering in ROUTES
    ]
    routes.append(Route("/healthz", health))
    return Starlette(routes=routes, exception_handlers={HTTPException: _unknown})


async def _unknown(_request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: no such path, no such method."""
    return refusal_of(error)
