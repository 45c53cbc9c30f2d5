"""The two endpoints that take signed notes: bytes in, judged elsewhere, bytes out."""

from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

from kya.api.body import read_body
from kya.api.peer import OwnOrders
from kya.api.problems import Problem, ProblemError, problem_of, too_many
from kya.api.strangers import Strangers
from kya.core.errors import DistrustError, KyaError, MalformedError
from kya.gateway.pipeline import Gateway

Reply = Callable[[bytes], Awaitable["NoteReply"]]


class NoteReply:
    """Status, headers and body of an answer, ready to be sent."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self, status: int, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> None:
        """Hold the answer."""
        self.status = status
        self.headers = headers
        self.body = body


class NoteEndpoint:
    """An ASGI application that answers each note; strangers are slowed down."""

    def __init__(
        self, reply: Reply, strangers: Strangers, own: OwnOrders | None = None
    ) -> None:
        """Answer with `reply`; count whoever sends what nobody signed.

        Of an agent's notes, only its `own` are answered.
        """
        self._reply = reply
        self._strangers = strangers
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            raw = await read_body(scope, receive)
            if self._own is not None:
                self._own.require(scope, raw)
            reply = await self._reply(raw)
        except (MalformedError, DistrustError) as error:
            await self._refusal(scope, error)(scope, receive, send)
            return
        except (KyaError, ProblemError) as error:
            await problem_of(error)(scope, receive, send)
            return
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": reply.headers,
            }
        )
        await send({"type": "http.response.body", "body": reply.body})

    def _refusal(self, scope: Scope, error: MalformedError | DistrustError) -> Problem:
        """Return what is wrong, unless this peer has been told often enough."""
        client = scope.get("client")
        if self._strangers.may_be_told(client[0] if client else ""):
            return problem_of(error)
        return too_many("unattributable", "too many notes that nobody enrolled signed")


def order_reply(gateway: Gateway) -> Reply:
    """Return the function that carries an order down the road."""

    async def reply(raw: bytes) -> NoteReply:
        answer = await gateway.submit(raw)
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(answer.decision)),
            (b"kya-log-index", b"%d" % answer.index),
            (b"kya-outcome", answer.outcome.value.encode("ascii")),
            (b"kya-freshness", answer.freshness.value.encode("ascii")),
        ]
        return NoteReply(200, headers, answer.decision)

    return reply


def statement_reply(gateway: Gateway) -> Reply:
    """Return the function that puts a statement of authority or people on record."""

    async def reply(raw: bytes) -> NoteReply:
        body = b'{"index":%d}' % await gateway.statements.record(raw)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        return NoteReply(201, headers, body)

    return reply
