"""The body of a request, up to the size of one entry."""

from starlette.types import Receive, Scope

from kya.api.problems import ProblemError, too_large
from kya.core.errors import InputError
from kya.core.limits import ENTRY_BYTES_MAX


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """Return the body; a larger one than an entry is refused before it is read."""
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > ENTRY_BYTES_MAX:
            raise ProblemError(too_large(ENTRY_BYTES_MAX))
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        if len(body) > ENTRY_BYTES_MAX:
            break
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise InputError("the sender left before the body was complete")
    if len(body) > ENTRY_BYTES_MAX:
        raise ProblemError(too_large(ENTRY_BYTES_MAX))
    return body
