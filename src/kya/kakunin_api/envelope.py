"""How this server answers: `data` or `error`, and lists in pages.

`error` is a sentence, because the SDK makes its exception's message of it.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kya.agent.exchange import ChainConflictError
from kya.api.problems import ProblemError
from kya.core.errors import (
    DistrustError,
    InputError,
    MalformedError,
    TransientError,
)
from kya.kakunin_api.limits import ROWS_MAX

_LOG: Final = logging.getLogger("kya.kakunin_api")
_PRIVATE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_RETRY: Final = {"retry-after": "1"}


class RefusedError(Exception):
    """Ends a request with this status and sentence; `more` stands beside them."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.more = more or {}


def answered(value: object, status: int = 200) -> Response:
    """Return what was asked for."""
    return _json({"data": value}, status, {})


def listed(
    rows: Sequence[object], limit: int, next_cursor: str | None, **more: object
) -> Response:
    """Return a page of a list; `next_cursor` is what `before` takes, if it goes on."""
    pagination = {
        "limit": limit,
        "has_next_page": next_cursor is not None,
        "next_cursor": next_cursor,
    }
    return _json({"data": rows, "pagination": pagination, **more}, 200, {})


def limit_in(request: Request) -> int:
    """Return how many rows are asked for."""
    return whole_in(request, "limit", 50, ROWS_MAX)


def whole_in(request: Request, name: str, default: int, most: int) -> int:
    """Return a whole number of the query; RefusedError unless it is 1 to `most`."""
    text = request.query_params.get(name, str(default))
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
    if not is_number or not 1 <= int(text) <= most:
        raise RefusedError(400, f"{name}: want 1 to {most}, got {text[:20]!a}")
    return int(text)


def not_found(what: str) -> RefusedError:
    """Return the refusal of a question about what is not there."""
    return RefusedError(404, what, code="not_found")


def refusal_of(error: Exception) -> Response:
    """Return the answer that a fault becomes; one of ours is told by its name alone."""
    message = str(error)
    match error:
        case RefusedError():
            code = error.code or _CODES.get(error.status, "refused")
            return _refused(error.status, message, code, error.headers, error.more)
        case ProblemError(problem=problem):
            return _refused(problem.status, message, problem.name, problem.headers)
        case ChainConflictError():
            return _refused(409, message, "conflict")
        case MalformedError():
            return _refused(400, message, "validation_failed")
        case InputError():
            return _refused(422, message, "unprocessable")
        case DistrustError():
            return _refused(502, f"not to be believed: {message}", "distrusted")
        case TransientError() | FileNotFoundError():
            return _refused(503, message, "unavailable", _RETRY)
        case HTTPException(status_code=status):
            return _refused(status, error.detail, _CODES.get(status, "refused"))
        case _:
            _LOG.error("kakunin_api.fault", exc_info=error)
            return _refused(500, f"a fault of ours: {type(error).__name__}", "fault")


_CODES: Final = {
    400: "validation_failed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    422: "unprocessable",
}


def _refused(
    status: int,
    message: str,
    code: str,
    headers: Mapping[str, str] = _PRIVATE,
    more: Mapping[str, object] | None = None,
) -> Response:
    """Return a refusal."""
    return _json({"error": message, "code": code, **(more or {})}, status, headers)


def _json(value: object, status: int, headers: Mapping[str, str]) -> Response:
    """Return the value as JSON that nobody keeps."""
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        headers={**_PRIVATE, **headers},
        media_type="application/json",
    )
