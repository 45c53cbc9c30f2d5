"""The endpoints that take signed notes: bytes in, judged elsewhere, bytes out."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import Receive, Scope, Send

from kya.api.body import read_body
from kya.api.peer import OwnNotes
from kya.api.problems import Problem, ProblemError, problem_of, too_many
from kya.api.strangers import Strangers
from kya.codec import canonical
from kya.codec.standings import CRL_TYPE, STANDING_TYPE
from kya.core.errors import DistrustError, KyaError, MalformedError
from kya.core.limits import ENTRY_BYTES_MAX
from kya.gateway.pipeline import Gateway
from kya.tlog.tile import decode_entries

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
        self,
        reply: Reply,
        strangers: Strangers,
        own: OwnNotes | None = None,
        *,
        bytes_max: int = ENTRY_BYTES_MAX,
    ) -> None:
        """Answer with `reply`; count whoever sends what nobody signed.

        Of an agent's notes, only its `own` are answered.
        """
        self._reply = reply
        self._strangers = strangers
        self._own = own
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            raw = await read_body(scope, receive, self._bytes_max)
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


def session_reply(gateway: Gateway) -> Reply:
    """Return the function that puts an agent's session in force."""

    async def reply(raw: bytes) -> NoteReply:
        answer = await gateway.sessions.start(raw)
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(answer.start)),
            (b"kya-log-index", b"%d" % answer.index),
        ]
        return NoteReply(200, headers, answer.start)

    return reply


def statement_reply(gateway: Gateway) -> Reply:
    """Return the function that puts a statement of authority or people on record."""

    async def reply(raw: bytes) -> NoteReply:
        return _recorded(await gateway.statements.record(raw))

    return reply


REVOCATION_BYTES_MAX: Final = 2 * (2 + ENTRY_BYTES_MAX)
"""Two entries, each behind two bytes of length."""


def revocation_reply(gateway: Gateway) -> Reply:
    """Return the function that puts a revocation and its list on record, or neither.

    The body is framed as the entries of a bundle are (C2SP tlog-tiles): two bytes of
    length, most significant first, before each of the two notes.
    """

    async def reply(raw: bytes) -> NoteReply:
        notes = decode_entries(raw)
        if len(notes) != len(_REVOCATION):
            raise MalformedError(f"revocations: want two notes, got {len(notes)}")
        kinds = [canonical.type_of(note) for note in notes]
        if tuple(kinds) != _REVOCATION:
            want = " and ".join(_REVOCATION)
            raise MalformedError(f"revocations: want {want}, got {' and '.join(kinds)}")
        return _recorded(await gateway.statements.record(*notes))

    return reply


_REVOCATION: Final = (STANDING_TYPE, CRL_TYPE)


def _recorded(index: int) -> NoteReply:
    """Return the answer to what is on record from this entry on."""
    body = b'{"index":%d}' % index
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    return NoteReply(201, headers, body)
