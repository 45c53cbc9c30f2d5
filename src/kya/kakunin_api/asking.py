"""One request: whose token it carries, what its body says, and what it may reach."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from kya.agent.answer import Answer
from kya.agent.chain import Instruction
from kya.api.body import read_body
from kya.console.follow import Follower
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.evidence.reader import LogReader
from kya.kakunin_api.envelope import RefusedError, not_found, refusal_of
from kya.kakunin_api.limits import BODY_BYTES_MAX, LISTED_SECONDS
from kya.kakunin_api.notebook import Notebook
from kya.kakunin_api.record import Record
from kya.kakunin_api.spelling import Fields, read_json
from kya.kakunin_api.throttle import Throttle
from kya.kakunin_api.tokens import Right, Token, Tokens
from kya.pki.note_signer import NoteSigner


class Held(Protocol):
    """An agent whose key is here: its orders are signed, and go to the gateway."""

    @property
    def venue(self) -> str:
        """Where its orders go unless they say."""
        ...

    async def submit(self, instruction: Instruction) -> Answer:
        """Return the gateway's decision on the instruction; as `AsyncAgent.submit`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttles:
    """How often a token may ask, an address that guesses, and one on public routes."""

    token: Throttle
    peer: Throttle
    public: Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything that answers are made from.

    `root_pem` is the root that this server's own verification believes. `people` sign
    halts, by `role:name`. `history` are rows of another system, which nobody verifies.
    """

    follower: Follower
    record: Record
    notebook: Notebook
    tokens: Tokens
    throttles: Throttles
    now: Callable[[], Instant]
    chance: Callable[[int], bytes]
    root_pem: bytes
    log: LogReader
    append: Callable[[bytes], int]
    held: Mapping[str, Held] = field(default_factory=dict[str, Held])
    people: Mapping[str, NoteSigner] = field(default_factory=dict[str, NoteSigner])
    history: tuple[Mapping[str, object], ...] = ()
    reporting: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def require_shown(self, agent: str, seq: int) -> int | None:
        """Return the entry of an order, waiting a moment for one that is new."""
        waited = asyncio.get_running_loop().time() + LISTED_SECONDS
        async for _ in self.follower.moves(0.25):
            entry = self.record.entry_of(agent, seq)
            if entry is not None or asyncio.get_running_loop().time() > waited:
                return entry
        return None


class Asking:
    """A request and its token, None on a public route."""

    def __init__(self, service: Service, request: Request, token: Token | None) -> None:
        """Read nothing yet."""
        self.service = service
        self.request = request
        self.now = service.now()
        self._token = token

    @property
    def token(self) -> Token:
        """Whose request it is."""
        if self._token is None:
            raise RefusedError(401, "want a bearer token")
        return self._token

    @property
    def record(self) -> Record:
        """What the log has said."""
        return self.service.record

    async def fields(self) -> Fields:
        """Return the fields of the body."""
        raw = await read_body(self.request.scope, self.request.receive, BODY_BYTES_MAX)
        return Fields("body", read_json(raw))

    @property
    def agent(self) -> str:
        """The agent that the path names; one that is not the token's is not there."""
        return self.permitted(str(self.request.path_params["agent"]))

    def permitted(self, name: str) -> str:
        """Return the agent's name if the token is for it; else it is not there."""
        if not self.token.is_for(name):
            raise not_found(f"no agent {name[:80]!a}")
        return name


Answering = Callable[[Asking], Awaitable[Response]]


def endpoint(
    service: Service, right: Right | None, answering: Answering
) -> Callable[[Request], Awaitable[Response]]:
    """Return the route's function; `right` is what the token must have, None no token.

    Every fault becomes an answer in the one form that callers read.
    """

    async def answered(request: Request) -> Response:
        try:
            token = _admitted(service, request, right)
            return await answering(Asking(service, request, token))
        except Exception as error:  # noqa: BLE001  the request ends here
            return refusal_of(error)

    return answered


def _admitted(service: Service, request: Request, right: Right | None) -> Token | None:
    """Return the token of a request that may be answered; RefusedError for another.

    A serial, an agent's name or a signature in a header is no token.
    """
    peer = request.client.host if request.client else "unknown"
    if right is None:
        service.throttles.public.require_room(peer)
        token = None
    else:
        token = service.tokens.find(
            request.headers.get("authorization", ""), service.now()
        )
        if token is None:
            service.throttles.peer.require_room(peer)
            raise RefusedError(401, "want a bearer token that is known here")
        service.throttles.token.require_room(token.name)
        if right not in token.rights:
            raise RefusedError(403, f"this token may not {right.value}")
    sight = service.follower.sight
    if sight.is_distrusted:
        raise TransientError(f"the log contradicts itself: {sight.fault}")
    if not sight.is_ready:
        raise TransientError("the log is still being read")
    return token
