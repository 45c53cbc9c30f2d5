"""Every fault becomes a problem document here, and nowhere else (RFC 9457)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kya.core.errors import (
    CorruptionError,
    DistrustError,
    InputError,
    KyaError,
    MalformedError,
    TransientError,
)
from kya.gateway.refusals import CongestedError, OutOfTurnError

_LOG: Final = logging.getLogger("kya.api")
_RETRY: Final[Mapping[str, str]] = MappingProxyType({"retry-after": "1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, for a program (`name`, `status`) and for a person (`detail`).

    `members` are the extension members of RFC 9457 §3.2.
    """

    status: int
    name: str
    title: str
    detail: str
    members: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request with this problem, as an ASGI application."""
        del scope, receive
        body = msgspec.json.encode(
            {
                "type": f"kya:problem/{self.name}",
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                **self.members,
            }
        )
        headers = {
            "content-type": "application/problem+json",
            "content-length": str(len(body)),
            **self.headers,
        }
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": body})


class ProblemError(Exception):
    """Ends a request with a problem of the HTTP edge itself."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class ProblemBoundary:
    """The application, with every fault answered as a problem."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request; a fault after the answer has begun is raised on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if has_begun:
                raise
            await problem_of(error)(scope, receive, send)


def problem_of(error: Exception) -> Problem:
    """Return the problem that tells the receiver what to do next."""
    detail = str(error)
    match error:
        case ProblemError(problem=problem):
            return problem
        case OutOfTurnError():
            return Problem(
                status=409,
                name="out-of-turn",
                title="The order is not the agent's next one",
                detail=detail,
                members={
                    "expected_seq": error.expected_seq,
                    "expected_prev": error.expected_prev,
                },
            )
        case MalformedError():
            return _problem(
                400, "malformed", "The bytes are not what they claim", detail
            )
        case InputError():
            return _problem(400, "input", "The statement cannot be accepted", detail)
        case DistrustError():
            return _problem(
                401, "unattributable", "Not signed by whom it names", detail
            )
        case CongestedError():
            return too_many("congested", detail)
        case TransientError():
            return Problem(
                status=503,
                name="unavailable",
                title="Not now; nothing was released",
                detail=detail,
                headers=_RETRY,
            )
        case HTTPException(status_code=status):
            return _problem(status, "http", error.detail, error.detail)
        case _:
            return _fault_of_ours(error)


def too_many(name: str, detail: str) -> Problem:
    """Return the answer to too much of something."""
    return Problem(
        status=429, name=name, title="Too many requests", detail=detail, headers=_RETRY
    )


def not_found(detail: str) -> Problem:
    """Return the answer to a question about what is not there."""
    return _problem(404, "not-found", "No such thing on record", detail)


def too_large(limit: int) -> Problem:
    """Return the answer to a body that no entry can hold; its rest is not read."""
    return Problem(
        status=413,
        name="too-large",
        title="The body is too large",
        detail=f"want at most {limit} bytes",
        headers={"connection": "close"},
    )


def forbidden(detail: str) -> Problem:
    """Return the answer to whoever may not ask this."""
    return _problem(403, "forbidden", "Not from there", detail)


def _problem(status: int, name: str, title: str, detail: str) -> Problem:
    return Problem(status=status, name=name, title=title, detail=detail)


def _fault_of_ours(error: Exception) -> Problem:
    """Return what a stranger may know of a fault that a person must look into."""
    _LOG.error("api.fault", exc_info=error)
    if isinstance(error, KyaError | CorruptionError):
        return _problem(500, "corruption", "Our stored state is wrong", str(error))
    return _problem(500, "fault", "A fault of ours", type(error).__name__)
