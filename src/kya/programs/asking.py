"""One request of a program: by which token, for what, and what it is answered."""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from re import Pattern
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kya.api.body import read_body
from kya.api.buckets import Buckets, Left
from kya.api.description import Operation
from kya.api.problems import Problem, ProblemError, not_found, too_many
from kya.api.strangers import Strangers
from kya.client.models import Page
from kya.codec.enums import by_value
from kya.console.follow import Follower
from kya.console.reading import Reading
from kya.core import tokens
from kya.core.errors import DistrustError, MalformedError, TransientError
from kya.core.instant import Instant
from kya.programs.cursors import seal, unseal
from kya.programs.limits import PAGE_DEFAULT, PAGE_MAX
from kya.programs.passing import Passing
from kya.programs.tokens import Token, TokenBook, TokenScope

T = TypeVar("T")
R = TypeVar("R")

E = TypeVar("E", bound=Enum)

NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
"""A number of a path in its one spelling."""
_BEARER: Final = "Bearer "
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Everything that answers are made from; `book` gives the tokens as they are now.

    It raises where nobody can tell which tokens are good.
    """

    follower: Follower
    book: Callable[[], TokenBook]
    now: Callable[[], Instant]
    buckets: Buckets
    strangers: Strangers
    passing: Passing


class Question:
    """What a program asks, once it may."""

    def __init__(self, programs: Programs, request: Request, token: Token) -> None:
        """Hold the request of this token."""
        self.programs = programs
        self.request = request
        self.token = token
        self.now = programs.now()

    @property
    def follower(self) -> Follower:
        """The reader of the log."""
        return self.programs.follower

    @property
    def reading(self) -> Reading:
        """What the log has said."""
        return self.programs.follower.reading

    def part(self, name: str, pattern: Pattern[str] = tokens.NAME) -> str:
        """Return a part of the path; MalformedError for what can be none."""
        text: str = self.request.path_params[name]
        tokens.require(pattern, name, text)
        return text

    def text(self, name: str) -> str:
        """Return a parameter of the query, empty where it is not there."""
        return self.request.query_params.get(name, "")

    def instant(self, name: str) -> Instant | None:
        """Return an instant of the query, if it is there."""
        text = self.text(name)
        return Instant.parse(text) if text else None

    async def body(self, bytes_max: int) -> bytes:
        """Return the body; a larger one is refused before it is read."""
        return await read_body(self.request.scope, self.request.receive, bytes_max)

    def position(self) -> str | None:
        """Return where the page before this one ended, if there was one."""
        cursor = self.text("cursor")
        return unseal(cursor, self._list) if cursor else None

    def entry_position(self) -> int | None:
        """Return the entry at which the page before this one ended, if there was one.

        A tie can be made by anybody, so the position is read like everything else.
        """
        position = self.position()
        if position is None:
            return None
        if NUMBER.fullmatch(position) is None:
            raise MalformedError("cursor: want one that this list has given out")
        return int(position)

    def page(
        self,
        rows: Iterable[R],
        position: Callable[[R], str],
        tell: Callable[[R], T],
    ) -> "Page[T]":
        """Return the first of the rows behind the cursor, and the cursor of the rest.

        `rows` are those behind the cursor already; `position` says where each stands.
        """
        limit = self._limit()
        found = list(islice(rows, limit + 1))
        shown = found[:limit]
        more = seal(position(shown[-1]), self._list) if len(found) > limit else None
        return Page(items=[tell(row) for row in shown], next=more)

    @property
    def _list(self) -> str:
        """What the list is that is asked for: of which log, with which filters."""
        asked = sorted(self.request.query_params.multi_items())
        filters = [pair for pair in asked if pair[0] not in {"cursor", "limit"}]
        log = self.follower.policy.logs[0].key.name
        return f"{log}\n{self.request.url.path}\n{filters}"

    def _limit(self) -> int:
        """Return how many items a page has."""
        text = self.text("limit") or str(PAGE_DEFAULT)
        if not (text.isascii() and text.isdigit() and text[0] != "0"):
            raise MalformedError(f"limit: want 1 to {PAGE_MAX}")
        if len(text) > len(str(PAGE_MAX)) or int(text) > PAGE_MAX:
            raise MalformedError(f"limit: want 1 to {PAGE_MAX}")
        return int(text)


def behind(rows: Iterator[R], place: Callable[[R], str], after: str) -> Iterator[R]:
    """Return the rows that follow the one at this place; MalformedError without it."""
    if not any(place(row) == after for row in rows):
        raise MalformedError("cursor: want one that this list has given out")
    return rows


def chosen(question: Question, name: str, members: type[E]) -> frozenset[E]:
    """Return the member that a parameter names, or all where it is not there."""
    text = question.text(name)
    if not text:
        return frozenset(members)
    return frozenset({by_value(name, members)(text)})


def missing(what: str) -> ProblemError:
    """Return the answer to who asks for what is not on record."""
    return ProblemError(not_found(f"no {what} is on record"))


def answered(value: object, status: int = 200) -> Response:
    """Return the value as JSON."""
    raw = msgspec.json.encode(value)
    return Response(raw, status_code=status, media_type=_JSON)


Answer = Callable[[Question], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A route: what it says of itself, who answers it, and the kinds it speaks in.

    `even_doubted` where it is answered of a log that contradicts itself, too.
    """

    operation: Operation
    answer: Answer
    kinds: tuple[Any, ...]
    even_doubted: bool = False


def endpoint(
    programs: Programs, served: Served
) -> Callable[[Request], Awaitable[Response]]:
    """Return the route's function: it asks for the token before anything else."""
    scope = TokenScope(served.operation.scope)
    known = {str(each["name"]) for each in served.operation.parameters}

    async def asked(request: Request) -> Response:
        token = _admitted(programs, request, scope)
        left = programs.buckets.take(token.id)
        headers = _rate_headers(programs.buckets, left)
        if not left.is_within:
            raise ProblemError(_too_fast(left, headers))
        _require_sight(programs.follower, even_doubted=served.even_doubted)
        _require_known(request, known)
        try:
            told = await served.answer(Question(programs, request, token))
        except FileNotFoundError as error:
            # A tile that its own checkpoint covers; the gateway may be restored yet.
            raise TransientError(f"log: {error} is not there") from error
        headers["kya-log-size"] = str(programs.follower.sight.size)
        response = told if isinstance(told, Response) else answered(told)
        response.headers.update(headers)
        return response

    return asked


def _admitted(programs: Programs, request: Request, scope: TokenScope) -> Token:
    """Return the token that the request came with, if it may ask this."""
    sent = request.headers.getlist("authorization")
    if len(sent) != 1 or not sent[0].startswith(_BEARER):
        raise ProblemError(_unknown("want one header `Authorization: Bearer …`"))
    try:
        token = programs.book().bearer(sent[0].removeprefix(_BEARER), programs.now())
    except DistrustError as error:
        client = request.client
        if not programs.strangers.may_be_told("" if client is None else client.host):
            detail = "too many tokens of nobody"
            raise ProblemError(too_many("token", detail)) from error
        raise ProblemError(_unknown(str(error))) from error
    if scope not in token.scopes:
        detail = f"the token has no scope {scope.value}"
        title = "Not with this token"
        raise ProblemError(
            Problem(status=403, name="scope", title=title, detail=detail)
        )
    return token


def _unknown(detail: str) -> Problem:
    """Return the answer to whoever has no good token."""
    return Problem(
        status=401,
        name="token",
        title="No token that opens anything",
        detail=detail,
        headers={"www-authenticate": "Bearer"},
    )


def _rate_headers(buckets: Buckets, left: Left) -> dict[str, str]:
    """Return how many requests are left, in the words of the RateLimit fields."""
    pace = buckets.pace
    window = int(pace.burst / pace.per_second)
    return {
        "ratelimit-policy": f'"token";q={pace.burst};w={window}',
        "ratelimit": f'"token";r={left.rest};t={left.seconds}',
    }


def _too_fast(left: Left, headers: dict[str, str]) -> Problem:
    """Return the answer to a token that asks too often."""
    return Problem(
        status=429,
        name="rate",
        title="Too many requests",
        detail=f"this token may ask again in {left.seconds} s",
        headers={**headers, "retry-after": str(left.seconds)},
    )


def _require_sight(follower: Follower, *, even_doubted: bool) -> None:
    """Raise where nothing may be shown: not read yet, or a log that contradicts."""
    sight = follower.sight
    if not sight.is_ready:
        raise TransientError("the log is still being read; come again")
    if sight.is_distrusted and not even_doubted:
        detail = f"{sight.fault}; believe nothing here, ask the gateway's keeper"
        title = "The log contradicts itself"
        raise ProblemError(
            Problem(status=503, name="contradiction", title=title, detail=detail)
        )


def _require_known(request: Request, known: set[str]) -> None:
    """Raise for a parameter that is not known, or comes twice."""
    asked = [name for name, _ in request.query_params.multi_items()]
    if len(set(asked)) != len(asked) or not known.issuperset(asked):
        wanted = ", ".join(sorted(known - set(request.path_params))) or "none"
        raise MalformedError(f"query: want each parameter once, of: {wanted}")
