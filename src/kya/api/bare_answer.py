"""What the edges of exchanges' dialects share: headers read, a whole answer sent."""

from starlette.types import Scope, Send

BODY_BYTES_MAX = 65_535


def headers_in(scope: Scope) -> dict[str, str]:
    """Return the headers by their names in lower case."""
    return {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}


async def send_json(send: Send, body: bytes, status: int = 200) -> None:
    """Send a whole answer."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def hang_up(send: Send) -> None:
    """Begin an answer and end the connection in it: what came is no answer."""
    headers = [(b"content-length", b"2"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
