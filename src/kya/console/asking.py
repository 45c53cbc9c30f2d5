"""One request: who asks, whether they may, and how a page or a refusal is answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kya.api.body import read_body
from kya.api.problems import ProblemError
from kya.authority.quorum import Quorum
from kya.console.attention import needs
from kya.console.follow import Follower
from kya.console.kinds import ACTING
from kya.console.limits import FORM_BYTES_MAX
from kya.console.packages import Packages
from kya.console.reception import Reception, Visit
from kya.console.reviews import Reviews
from kya.console.sessions import Session, Sessions
from kya.console.waiting import Queue
from kya.core.credential import PEOPLE, Credential
from kya.core.errors import DistrustError, InputError, MalformedError, TransientError
from kya.core.instant import Instant
from kya.pki.stopping import STOPPING, SUPERVISING

NO_QUORUM: Final = Quorum()
COOKIE: Final = "__Host-kya-session"
VISIT_COOKIE: Final = "__Host-kya-visit"
TOKEN_HEADER: Final = "x-form-token"  # noqa: S105  the name of a header


class Access(Enum):
    """Who may ask a route."""

    ANYONE = "anyone"
    PERSON = "whoever is signed in"
    ACTOR = "whoever may act"


class RefusedError(Exception):
    """Ends a request with a page that says why, under this status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Everything that pages are made from, and a `reception` if people pass one."""

    follower: Follower
    sessions: Sessions
    queue: Queue
    reviews: Reviews
    now: Callable[[], Instant]
    templates: Environment
    reception: Reception | None = None
    quorum: Quorum = NO_QUORUM
    packages: Packages | None = None


class Asking:
    """A request, and the person who asks, if anybody is signed in."""

    def __init__(self, console: Console, request: Request) -> None:
        """Look the session up."""
        self.console = console
        self.request = request
        self.now = console.now()
        self.name = request.cookies.get(COOKIE, "")
        state = console.follower.reading.state
        found = console.sessions.find(self.name, state) if self.name else None
        self.session: Session | None = None if found is None else found[0]
        self._person = None if found is None else found[1]

    @property
    def person(self) -> Credential:
        """Who asks; RefusedError where nobody is signed in."""
        if self._person is None:
            raise RefusedError(401, "Nobody is signed in in this browser.")
        return self._person

    @property
    def has_person(self) -> bool:
        """Whether somebody is signed in."""
        return self._person is not None

    @property
    def visit(self) -> Visit | None:
        """Whom the firm's identity provider has let in, in this browser."""
        reception = self.console.reception
        if reception is None:
            return None
        return reception.find(self.request.cookies.get(VISIT_COOKIE, ""))

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """Return a page; every one shows who is signed in, and how the log stands."""
        console, follower = self.console, self.console.follower
        state = follower.reading.state
        usual: dict[str, object] = {
            "now": self.now,
            "person": self._person,
            "form_token": "" if self.session is None else self.session.form_token,
            "may_act": self._person is not None and self._person.role in STOPPING,
            "may_conclude": self._person is not None
            and self._person.role in SUPERVISING,
            "path": self.request.url.path,
            "query": self.request.url.query,
            "sight": follower.sight,
            "version": follower.version,
            "state": state,
            "reading": follower.reading,
            "waiting_count": len(console.queue.open()),
            "needs": needs(follower.reading, follower.sight, self.now),
            "origin": console.sessions.origin,
        }
        text = console.templates.get_template(template).render({**usual, **values})
        return HTMLResponse(text, status_code=status)

    async def form(self) -> dict[str, str]:
        """Return a form's fields, each once; its token must be the session's."""
        raw = await self.body()
        try:
            fields = parse_qs(
                raw.decode(), keep_blank_values=True, strict_parsing=bool(raw)
            )
        except ValueError as error:
            raise MalformedError("form: want URL-encoded UTF-8") from error
        if any(len(values) != 1 for values in fields.values()):
            raise MalformedError("form: want each field once")
        found = {name: values[0] for name, values in fields.items()}
        self.require_token(found.get("form_token", ""))
        return found

    async def body(self) -> bytes:
        """Return the body; one that no form needs is refused before it is read."""
        request = self.request
        return await read_body(request.scope, request.receive, FORM_BYTES_MAX)

    def require_token(self, given: str) -> None:
        """Raise unless this was sent by one of the session's own pages."""
        wanted = "" if self.session is None else self.session.form_token
        if not wanted or not compare_digest(wanted.encode(), given.encode()):
            raise RefusedError(403, "Not sent by a page of this session; load it anew.")


Answer = Callable[[Asking], Awaitable[Response]]


def endpoint(
    console: Console, access: Access, answer: Answer
) -> Callable[[Request], Awaitable[Response]]:
    """Return the route's function: it asks who it is, and answers faults as pages."""

    async def answered(request: Request) -> Response:
        asking = Asking(console, request)
        try:
            _require_origin(asking)
            turned_away = _require_access(asking, access)
            return turned_away or await answer(asking)
        except RefusedError as refused:
            return _refusal(asking, refused.status, str(refused))
        except ProblemError as error:
            return _refusal(asking, error.problem.status, str(error))
        except HTTPException as error:
            return _refusal(asking, error.status_code, error.detail)
        except InputError as error:
            return _refusal(asking, 400, str(error))
        except DistrustError as error:
            return _refusal(asking, 403, str(error))
        except (TransientError, FileNotFoundError) as error:
            return _refusal(asking, 503, str(error))

    return answered


def _require_origin(asking: Asking) -> None:
    """Raise for another host's name, and for what another site's page has sent."""
    request, origin = asking.request, asking.console.sessions.origin
    if request.headers.get("host", "") != urlsplit(origin).netloc:
        raise RefusedError(421, f"This console is at {origin}.")
    if request.method != "POST":
        return
    if request.headers.get("origin", "") != origin:
        raise RefusedError(403, "Sent by another site; nothing was done.")


def _require_access(asking: Asking, access: Access) -> Response | None:
    """Return where to go who must sign in first; raise for who may not at all."""
    if access is Access.ANYONE:
        return None
    follower = asking.console.follower
    if not follower.sight.is_ready:
        if asking.request.method != "GET":
            raise RefusedError(503, "The log is still being read; nothing was done.")
        return asking.page("reading.html", status=503)
    if not asking.has_person and asking.request.method == "GET":
        asked = asking.request.url.path
        return RedirectResponse(f"/sign-in?next={quote(asked)}", status_code=303)
    if asking.person.role not in PEOPLE:
        raise RefusedError(403, "Only people are shown this.")
    if access is Access.ACTOR and asking.person.role not in ACTING:
        role = asking.person.role.value
        raise RefusedError(403, f"The role {role} sees all and does nothing here.")
    if access is Access.ACTOR and follower.sight.is_distrusted:
        raise RefusedError(503, "The log contradicts itself: nobody acts on it here.")
    if not asking.request.headers.get("x-by-itself"):
        asking.console.sessions.used(asking.name)
    return None


def _refusal(asking: Asking, status: int, why: str) -> Response:
    """Return the page, or for a script the sentence, that says why not."""
    if asking.request.headers.get("accept", "").startswith("application/json"):
        return Response(why, status_code=status, media_type="text/plain")
    return asking.page("refused.html", status=status, why=why, status_code=status)
