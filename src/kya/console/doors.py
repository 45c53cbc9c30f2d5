"""Where people come in, and where what they sign goes out."""

from typing import Final
from urllib.parse import quote, unquote

from starlette.responses import JSONResponse, RedirectResponse, Response

from kya.codec.baseline_locks import parse_lock
from kya.codec.note import SignedNote
from kya.codec.sign_ins import render_sign_in
from kya.console.acts import draft
from kya.console.asking import (
    COOKIE,
    TOKEN_HEADER,
    VISIT_COOKIE,
    Asking,
    RefusedError,
)
from kya.console.files import as_file, incident_file
from kya.console.kinds import Enclosed, Kind, Wanted, may
from kya.console.limits import LOGIN_SECONDS_MAX, SESSION_SECONDS_MAX
from kya.console.reception import Reception, Visit
from kya.console.waiting import Waiting
from kya.core.baseline import Source
from kya.core.errors import DistrustError, InputError
from kya.core.learned_baseline import LearnedBaseline
from kya.core.tokens import NAME

LOGIN_COOKIE: Final = "__Host-kya-login"
_KINDS: Final = {kind.value: kind for kind in Kind}


async def sign_in_page(asking: Asking) -> Response:
    """Where people sign in, or make the key that they will sign in with."""
    return asking.page(
        "sign_in.html",
        next=_next_of(asking.request.query_params.get("next", "/")),
        reception=asking.console.reception,
        visit=asking.visit,
    )


async def to_provider(asking: Asking) -> Response:
    """Send the browser to the identity provider, with a ticket to come back with."""
    address, ticket = await _reception(asking).begin()
    answer = RedirectResponse(address, status_code=303)
    asked = _next_of(asking.request.query_params.get("next", "/"))
    _keep(answer, LOGIN_COOKIE, f"{ticket}/{quote(asked)}", LOGIN_SECONDS_MAX)
    return answer


async def from_provider(asking: Asking) -> Response:
    """Take whom the identity provider has let in to where they sign."""
    ticket, _, asked = asking.request.cookies.get(LOGIN_COOKIE, "").partition("/")
    given = dict(asking.request.query_params)
    name = await _reception(asking).welcome(ticket, given)
    onward = _next_of(unquote(asked) or "/")
    answer = RedirectResponse(f"/sign-in?next={quote(onward)}", status_code=303)
    _keep(answer, VISIT_COOKIE, name, SESSION_SECONDS_MAX)
    answer.delete_cookie(LOGIN_COOKIE, path="/", secure=True, httponly=True)
    return answer


async def challenge(asking: Asking) -> Response:
    """Return the line that the person of this name signs now."""
    name = (await asking.body()).decode("utf-8", "replace")
    if NAME.fullmatch(name) is None:
        raise RefusedError(400, "name: want the name of your certificate")
    value = asking.console.sessions.challenge(name)
    return Response(render_sign_in(value), media_type="text/plain")


async def sign_in(asking: Asking) -> Response:
    """Open a session for whoever has signed the challenge; an older one ends."""
    sessions, follower = asking.console.sessions, asking.console.follower
    if not follower.sight.is_ready:
        raise RefusedError(503, "The log is still being read; come again.")
    raw = await asking.body()
    # Nothing awaits from here on: of two who come with one visit, one finds it ended.
    visit = _require_visit(asking)
    name, person = sessions.sign_in(raw, follower.reading.state, visit)
    _end_visit(asking)
    if asking.name:
        sessions.end(asking.name)
    answer = JSONResponse({"name": person.name, "role": person.role.value})
    answer.set_cookie(
        COOKIE,
        name,
        max_age=SESSION_SECONDS_MAX,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )
    return answer


async def sign_out(asking: Asking) -> Response:
    """End the session here and in the browser."""
    await asking.form()
    asking.console.sessions.end(asking.name)
    _end_visit(asking)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True)
    return answer


async def ask_for(asking: Asking) -> Response:
    """Draft an act, and go to where it is signed."""
    form = await asking.form()
    kind = _KINDS.get(form.get("kind", ""))
    if kind is None:
        raise InputError(f"act: want one of {', '.join(_KINDS)}")
    if not may(asking.person, kind):
        raise DistrustError(f"{kind.value}: not for {asking.person.role.value}")
    subject = form.get("subject", "")
    wanted = Wanted(
        kind=kind,
        subject=subject,
        reason=form.get("reason", "").strip(),
        more=form,
        enclosed=await _enclosed(asking, kind, subject),
        learned=await _learned(asking, form) if kind is Kind.LOCK else None,
    )
    drafted = draft(
        wanted,
        asking.console.follower.reading.state,
        asking.now,
        asking.console.quorum,
    )
    waiting = asking.console.queue.add(drafted, asking.person)
    asking.console.follower.wake()
    return RedirectResponse(f"/acts/{waiting.id}", status_code=303)


async def enclosure(asking: Asking) -> Response:
    """Return the file that the line of an act names, byte for byte."""
    enclosed = _found(asking).drafted.enclosed
    if enclosed is None:
        raise RefusedError(404, "This act encloses no file.")
    return as_file(enclosed.content, enclosed.name)


async def waiting_page(asking: Asking) -> Response:
    """All acts that want a signature."""
    return asking.page("waiting.html", acts=asking.console.queue.open())


async def act_page(asking: Asking) -> Response:
    """One act: in words and in full what is signed, and by whom it is."""
    found = _found(asking)
    return asking.page(
        "act.html",
        act=found,
        may_sign=may(asking.person, found.drafted.kind),
        can_sign=not found.is_over
        and may(asking.person, found.drafted.kind)
        and not found.has_signed(asking.person),
    )


async def put_signature(asking: Asking) -> Response:
    """Take one person's signature under an act."""
    asking.require_token(asking.request.headers.get(TOKEN_HEADER, ""))
    found = _found(asking)
    line = (await asking.body()).decode("utf-8", "replace")
    await asking.console.queue.sign(found, line, asking.person)
    asking.console.follower.wake()
    return JSONResponse({"entry": found.entry, "refused": found.refused})


async def withdraw(asking: Asking) -> Response:
    """Forget an act; what was signed so far is worth nothing."""
    await asking.form()
    found = _found(asking)
    if not may(asking.person, found.drafted.kind):
        raise DistrustError("withdrawal: want somebody who could sign the act")
    asking.console.queue.withdraw(found)
    asking.console.follower.wake()
    return RedirectResponse("/waiting", status_code=303)


def _next_of(asked: str) -> str:
    """Return the path if it is one of this console's, its front page otherwise."""
    is_ours = asked.startswith("/") and asked[1:2] not in {"/", "\\"}
    return asked if is_ours else "/"


def _reception(asking: Asking) -> Reception:
    """Return the reception; RefusedError where people come in with a key alone."""
    if asking.console.reception is None:
        raise RefusedError(404, "This console asks no identity provider.")
    return asking.console.reception


def _require_visit(asking: Asking) -> Visit | None:
    """Return the visit that a session needs; None where there is no reception."""
    reception, visit = asking.console.reception, asking.visit
    if reception is not None and visit is None:
        raise RefusedError(403, f"Log in at {reception.name} first.")
    return visit


def _end_visit(asking: Asking) -> None:
    """Forget the visit of this browser, if there is one."""
    if asking.console.reception is not None:
        asking.console.reception.end(asking.request.cookies.get(VISIT_COOKIE, ""))


def _keep(answer: Response, cookie: str, value: str, seconds: int) -> None:
    """Have the browser keep this; sent when the provider's page leads to us, too."""
    answer.set_cookie(
        cookie, value, seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


async def _enclosed(asking: Asking, kind: Kind, subject: str) -> Enclosed | None:
    """Return the file that such an act names; None where it names none."""
    if kind is not Kind.CONCLUDE:
        return None
    return await incident_file(asking.console.follower, subject)


async def _learned(
    asking: Asking, form: dict[str, str]
) -> tuple[LearnedBaseline, Source | None] | None:
    """Return the baseline that is locked: the one in force, or what a review made."""
    console, agent = asking.console, form.get("subject", "")
    if form.get("again"):
        entry = console.follower.reading.locks.get(agent)
        if entry is None:
            raise InputError(f"{agent}: no baseline is in force")
        raw = await console.follower.entry(entry)
        lock = parse_lock(SignedNote.parse(raw).text)
        return lock.baseline, lock.source
    seen = console.reviews.of(agent)
    if seen is None or not seen.is_done:
        return None
    baseline = seen.learned.learning.baseline
    return None if baseline is None else (baseline, seen.review.source)


def _found(asking: Asking) -> Waiting:
    """Return the act of the path; RefusedError if it is gone."""
    found = asking.console.queue.find(asking.request.path_params["act"])
    if found is None:
        raise RefusedError(404, "This act is gone: it was withdrawn, or is too old.")
    return found
