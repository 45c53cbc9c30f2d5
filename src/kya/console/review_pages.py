"""The page of a baseline: which is in force, and the review that leads to the next."""

from typing import Final, NamedTuple

from starlette.responses import RedirectResponse, Response

from kya.authority.baseline_words import contributions
from kya.authority.reviewing import Looked, found, others
from kya.codec.baseline_reviews import Finding, Found
from kya.codec.baselines import baseline_digest
from kya.console.asking import Asking, RefusedError
from kya.console.files import as_file
from kya.console.kinds import Kind, may
from kya.console.limits import ROWS_MAX
from kya.console.order_story import bits_text
from kya.console.reviews import sheet_of
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.core.learn import Unusual
from kya.core.limits import SEQ_MAX

_FINDINGS: Final = {"accept": Finding.ACCEPTED, "strike": Finding.STRUCK}
_OTHERS: Final = "accept-others"


class OddRow(NamedTuple):
    """One order that is unlike the others, as the page shows it."""

    seq: int
    at: Instant
    what: str
    bits: str
    why: str


async def baseline(asking: Asking) -> Response:
    """The agent's baseline, and how far a review of its orders has come."""
    name, reading = _agent(asking), asking.console.follower.reading
    seen = asking.console.reviews.of(name)
    made = None if seen is None else seen.learned.learning.baseline
    return asking.page(
        "baseline.html",
        name=name,
        agent=reading.state.agents[name],
        lock_entry=reading.locks.get(name),
        seen=seen,
        odd=[] if seen is None else [_row(*each) for each in seen.open[:ROWS_MAX]],
        digest=None if made is None else baseline_digest(made),
        may_lock=may(asking.person, Kind.LOCK),
        last_seq=reading.state.agents[name].past.seq,
    )


async def begin(asking: Asking) -> Response:
    """Begin a review of the agent's orders."""
    form, name = await asking.form(), _agent(asking)
    _require_reviewer(asking)
    first, last = (_seq(form.get(field, ""), field) for field in ("first", "last"))
    await asking.console.reviews.begin(name, first, last)
    return _back(asking, name)


async def find(asking: Asking) -> Response:
    """Take what somebody found of one listed order, or of all that are left."""
    form, name = await asking.form(), _agent(asking)
    _require_reviewer(asking)
    word, by = form.get("finding", ""), _named(asking)

    def said(seen: Looked) -> list[Found]:
        if word == _OTHERS:
            return others(seen, by, asking.now)
        finding = _FINDINGS.get(word)
        if finding is None:
            raise InputError(f"finding: want one of {', '.join(_FINDINGS)}, {_OTHERS}")
        seqs = [_seq(form.get("seq", ""), "seq")]
        return found(seen, by, asking.now, {finding: seqs})

    await asking.console.reviews.find(name, said)
    return _back(asking, name)


async def sheet(asking: Asking) -> Response:
    """Return the review's sheet, with which the command line goes on."""
    name = _agent(asking)
    seen = asking.console.reviews.of(name)
    if seen is None:
        raise RefusedError(404, "No review has begun here.")
    return as_file(sheet_of(seen.review), f"review-{name}.jsonl")


def _agent(asking: Asking) -> str:
    """Return the agent of the path; RefusedError if it is not on record."""
    name: str = asking.request.path_params["agent"]
    if name not in asking.console.follower.reading.state.agents:
        raise RefusedError(404, f"No agent {name} is on record.")
    return name


def _require_reviewer(asking: Asking) -> None:
    """Raise for whoever could not lock what comes of the review."""
    if not may(asking.person, Kind.LOCK):
        raise DistrustError(f"review: not for {asking.person.role.value}")


def _named(asking: Asking) -> str:
    """Return who asks, as sheets name people."""
    return f"{asking.person.role.value}:{asking.person.name}"


def _seq(text: str, field: str) -> int:
    """Return the number of an order."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(SEQ_MAX))):
        raise InputError(f"{field}: want the number of an order")
    return int(text)


def _back(asking: Asking, name: str) -> Response:
    """Return to the page, which other tabs look at, too."""
    asking.console.follower.wake()
    return RedirectResponse(f"/agents/{name}/baseline", status_code=303)


def _row(seq: int, unusual: Unusual) -> OddRow:
    """Return an order that is listed, and what is odd about it."""
    attempt = unusual.attempt
    why = ", ".join(
        f"{name} {bits_text(bits)}" for name, bits in contributions(unusual).items()
    )
    what = f"{attempt.side} {attempt.size} {attempt.market}"
    at = Instant(attempt.at * 1_000)
    return OddRow(seq, at, what, bits_text(unusual.excess), why)
