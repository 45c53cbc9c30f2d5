"""The body of a request, up to the size of one entry unless told otherwise."""

from starlette.types import Receive, Scope

from kya.api.problems import ProblemError, too_large
from kya.core.errors import InputError
from kya.core.limits import ENTRY_BYTES_MAX


async def read_body(
    scope: Scope, receive: Receive, bytes_max: int = ENTRY_BYTES_MAX
) -> bytes:
    """Return the body; a larger one than that is refused before it is read."""
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > bytes_max:
            raise ProblemError(too_large(bytes_max))
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        if len(body) > bytes_max:
            break
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise InputError("the sender left before the body was complete")
    if len(body) > bytes_max:
        raise ProblemError(too_large(bytes_max))
    return body
