"""The console as an application: its routes, and what every answer carries."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import MutableHeaders
from starlette.responses import (
    FileResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kya.api.problems import ProblemBoundary
from kya.console import (
    doors,
    files,
    limit_pages,
    mandate_pages,
    package_pages,
    pages,
    review_pages,
)
from kya.console.asking import Access, Answer, Asking, Console, RefusedError, endpoint

STATIC: Final = Path(__file__).parent / "static"
_FILES: Final = {
    "console.css": "text/css",
    "htmx.min.js": "text/javascript",
    "console.js": "text/javascript",
    "keys.js": "text/javascript",
    "signing.js": "text/javascript",
    "writing.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_HEARTBEAT_SECONDS: Final = 15.0
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
ROUTES: Final[tuple[tuple[str, str, Access, Answer], ...]] = (
    ("GET", "/", Access.PERSON, pages.attention),
    ("GET", "/agents", Access.PERSON, pages.agents),
    ("GET", "/agents/{agent}", Access.PERSON, pages.agent),
    ("GET", "/agents/{agent}/replacement", Access.PERSON, pages.replacement),
    ("GET", "/agents/{agent}/baseline", Access.PERSON, review_pages.baseline),
    ("GET", "/agents/{agent}/baseline/sheet", Access.PERSON, review_pages.sheet),
    ("POST", "/agents/{agent}/baseline/review", Access.ACTOR, review_pages.begin),
    ("POST", "/agents/{agent}/baseline/findings", Access.ACTOR, review_pages.find),
    ("GET", "/orders", Access.PERSON, pages.orders),
    ("GET", "/orders/{agent}/{seq:number}", Access.PERSON, pages.order),
    ("GET", "/incidents", Access.PERSON, pages.incidents),
    ("GET", "/incidents/{incident}", Access.PERSON, pages.incident),
    (
        "GET",
        "/incidents/{incident}/file",
        Access.PERSON,
        files.incident_file_page,
    ),
    ("GET", "/halts", Access.PERSON, pages.halts),
    ("GET", "/limits", Access.PERSON, limit_pages.limits),
    ("GET", "/mandates", Access.PERSON, mandate_pages.mandates),
    ("GET", "/mandates/{mandate}", Access.PERSON, mandate_pages.mandate),
    ("GET", "/log", Access.PERSON, pages.log),
    ("GET", "/log/entry", Access.PERSON, pages.to_entry),
    ("GET", "/log/entries/{index:number}", Access.PERSON, pages.entry),
    ("GET", "/evidence", Access.PERSON, package_pages.evidence),
    ("POST", "/evidence", Access.PERSON, package_pages.build),
    ("GET", "/evidence/{package}/file", Access.PERSON, package_pages.file),
    ("GET", "/waiting", Access.PERSON, doors.waiting_page),
    ("GET", "/acts/{act}", Access.PERSON, doors.act_page),
    ("GET", "/acts/{act}/enclosure", Access.PERSON, doors.enclosure),
    ("POST", "/acts", Access.ACTOR, doors.ask_for),
    ("POST", "/acts/{act}/signature", Access.ACTOR, doors.put_signature),
    ("POST", "/acts/{act}/withdrawal", Access.ACTOR, doors.withdraw),
    ("GET", "/sign-in", Access.ANYONE, doors.sign_in_page),
    ("GET", "/provider", Access.ANYONE, doors.to_provider),
    ("GET", "/provider/return", Access.ANYONE, doors.from_provider),
    ("POST", "/sign-in/challenge", Access.ANYONE, doors.challenge),
    ("POST", "/sign-in", Access.ANYONE, doors.sign_in),
    ("POST", "/sign-out", Access.PERSON, doors.sign_out),
)
"""Every route but files and the stream: method, path, who may ask, who answers."""


class _Number(Convertor[int]):
    """A number of a path in its one spelling: no sign, no leading zero."""

    regex = "(?:0|[1-9][0-9]{0,15})"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return its spelling."""
        return str(value)


register_url_convertor("number", _Number())


def create_console_app(console: Console) -> ASGIApp:
    """Return the application."""

    async def file(asking: Asking) -> Response:
        name = asking.request.path_params["name"]
        if name not in _FILES:
            raise RefusedError(404, "No such file.")
        headers = {"cache-control": "public, max-age=300"}
        return FileResponse(STATIC / name, media_type=_FILES[name], headers=headers)

    async def nothing(_asking: Asking) -> Response:
        raise RefusedError(404, "This console has no such page.")

    async def health(_asking: Asking) -> Response:
        is_sound = console.follower.sight.is_ready and not console.follower.sight.fault
        return PlainTextResponse(
            "ok\n" if is_sound else "not ready\n", status_code=200 if is_sound else 503
        )

    more: tuple[tuple[str, str, Access, Answer], ...] = (
        ("GET", "/static/{name}", Access.ANYONE, file),
        ("GET", "/healthz", Access.ANYONE, health),
        ("GET", "/stream", Access.PERSON, _stream),
        ("GET", "/{rest:path}", Access.ANYONE, nothing),
    )
    routes = [
        Route(path, endpoint(console, access, answer), methods=[method])
        for method, path, access, answer in (*ROUTES, *more)
    ]
    return _Guarded(ProblemBoundary(Router(routes=routes)))


async def _stream(asking: Asking) -> Response:
    """Tell a tab whenever there is something new, until its session is over."""
    console, name = asking.console, asking.name
    console.follower.require_room()

    async def events() -> AsyncIterator[str]:
        async for version in console.follower.moves(_HEARTBEAT_SECONDS):
            state = console.follower.reading.state
            if console.sessions.find(name, state) is None:
                yield "event: over\ndata: sign in again\n\n"
                return
            yield f"event: moved\ndata: {version}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


class _Guarded:
    """The application, whose every answer says what a browser may do with it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, guarded)
