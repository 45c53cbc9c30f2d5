"""The pages that only show: needs, agents, orders, incidents, halts and the log."""

import json
from collections.abc import Iterator
from itertools import islice, takewhile

from starlette.responses import RedirectResponse, Response

from kya.codec import canonical
from kya.codec.note import SignedNote
from kya.console.asking import Asking, RefusedError
from kya.console.counters import bars, scope_rows
from kya.console.habits import hours
from kya.console.kinds import Kind, may
from kya.console.limits import ROWS_MAX
from kya.console.order_story import story_of
from kya.console.reading import OrderRow
from kya.console.replacing import replacement_of
from kya.console.standing import next_steps, people_of, places_in, standing_of
from kya.core.control import ControlOutcome
from kya.core.decision import Outcome
from kya.core.instant import Instant
from kya.core.latch import Latch
from kya.core.limits import SEQ_MAX
from kya.core.override_admission import OVERRIDABLE
from kya.tlog.checkpoint import Checkpoint

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_TODAY_MAX = 5_000
_SHOWN_OF_AN_AGENT = 25


async def attention(asking: Asking) -> Response:
    """What needs somebody, the most urgent first; what to do where nothing is yet."""
    happened = islice(reversed(asking.console.follower.reading.happened), 12)
    return asking.page("attention.html", happened=list(happened))


async def agents(asking: Asking) -> Response:
    """All agents, so many at a time, by name."""
    reading, after = asking.console.follower.reading, _text(asking, "after")
    names = sorted(name for name in reading.state.agents if name > after)
    shown = [standing_of(reading, name, asking.now) for name in names[:ROWS_MAX]]
    more = names[ROWS_MAX - 1] if len(names) > ROWS_MAX else ""
    return asking.page("agents.html", agents=shown, more=more, after=after)


async def agent(asking: Asking) -> Response:
    """One agent: scope, counters, behaviour, and its newest orders."""
    reading, name = asking.console.follower.reading, asking.request.path_params["agent"]
    if name not in reading.state.agents:
        raise RefusedError(404, f"No agent {name} is on record.")
    standing = standing_of(reading, name, asking.now)
    rows = list(islice(reading.newest(name, None, None), _SHOWN_OF_AN_AGENT))
    today = _of_today(reading.newest(name, None, None), asking.now.day.start)
    return asking.page(
        "agent.html",
        standing=standing,
        mandate=reading.state.mandates.get(standing.credential.granted.mandate),
        scope=scope_rows(reading.state, standing.agent),
        bars=bars(standing.agent, standing.credential.granted.scope, asking.now),
        hours=hours(standing.agent.baseline, today),
        orders_today=len(today),
        orders=rows,
        count=reading.orders_of(name),
        may_reinstate=may(asking.person, Kind.REINSTATE),
        latches=list(Latch),
    )


async def replacement(asking: Asking) -> Response:
    """How far an agent's replacement has come, and what is to be done next."""
    reading, name = asking.console.follower.reading, asking.request.path_params["agent"]
    if name not in reading.state.agents:
        raise RefusedError(404, f"No agent {name} is on record.")
    return asking.page(
        "replacement.html",
        name=name,
        replacement=replacement_of(reading, name, asking.now),
        may_register=may(asking.person, Kind.REGISTER),
    )


async def orders(asking: Asking) -> Response:
    """The newest orders, those of one agent or with one outcome where asked for."""
    reading = asking.console.follower.reading
    name, word = _text(asking, "agent"), _text(asking, "outcome")
    if word and word not in _OUTCOMES:
        raise RefusedError(400, f"outcome: want one of {', '.join(_OUTCOMES)}.")
    below = _entry(asking, "before")
    if below is not None and below > asking.console.follower.sight.size:
        raise RefusedError(400, f"before: the log has no entry {below}.")
    found = reading.newest(name or None, _OUTCOMES.get(word), below)
    rows = list(islice(found, ROWS_MAX))
    more = rows[-1].index if len(rows) == ROWS_MAX else None
    return asking.page(
        "orders.html", orders=rows, agent=name, outcome=word, more=more, before=below
    )


async def order(asking: Asking) -> Response:
    """The whole story of one order, with the proof that it is in the log."""
    follower, asked = asking.console.follower, asking.request.path_params
    name, seq = asked["agent"], asked["seq"]
    index = follower.reading.entry_of(name, seq) if 1 <= seq <= SEQ_MAX else None
    if index is None:
        raise RefusedError(404, f"No order {seq} of {name} is on record.")
    raws = [await follower.entry(place) for place in (index, index + 1)]
    reports = [
        (place, json.loads(SignedNote.parse(await follower.entry(place)).text))
        for place in follower.reading.reports_of(name, seq)
    ]
    proof = await follower.proof(index)
    story = story_of(*raws)
    return asking.page(
        "order.html",
        story=story,
        passable=[
            row.id
            for row in story.controls
            if row.outcome == ControlOutcome.FAILED.value and row.id in OVERRIDABLE
        ],
        index=index,
        leaf=canonical.leaf_digest(raws[0]),
        reports=reports,
        proof=proof.render().decode(),
        path_length=len(proof.path),
        incident=follower.reading.state.incidents.get(canonical.leaf_digest(raws[0])),
    )


async def incidents(asking: Asking) -> Response:
    """All incidents, those that are not over first, the newest of them on top."""
    found = list(asking.console.follower.reading.state.incidents.values())[::-1]
    found.sort(key=lambda incident: incident.state.is_over)
    return asking.page("incidents.html", incidents=found[:ROWS_MAX], total=len(found))


async def incident(asking: Asking) -> Response:
    """One incident: its timeline, and what may be done next and by whom."""
    reading, asked = asking.console.follower.reading, asking.request.path_params
    found = reading.state.incidents.get(asked["incident"])
    if found is None:
        raise RefusedError(404, "No such incident is on record.")
    return asking.page(
        "incident.html",
        incident=found,
        story=reading.stories.get(found.id, []),
        steps=next_steps(found, asking.now),
        is_due=found.is_due(asking.now),
        order_entry=reading.entry_of(found.agent, found.seq),
        may_reinstate=may(asking.person, Kind.REINSTATE),
    )


async def halts(asking: Asking) -> Response:
    """What is stopped, and every place that can be."""
    state = asking.console.follower.reading.state
    stopped = [str(place) for place in state.halts]
    places = [place for place in places_in(state) if str(place) not in stopped]
    return asking.page("halts.html", places=places[:ROWS_MAX], place_count=len(places))


async def log(asking: Asking) -> Response:
    """The log: its checkpoint, who has seen it, and what was done, newest first."""
    follower = asking.console.follower
    note = SignedNote.parse(follower.sight.checkpoint)
    return asking.page(
        "log.html",
        checkpoint=Checkpoint.from_note(note),
        checkpoint_text=follower.sight.checkpoint.decode(),
        policy=follower.policy,
        happened=list(islice(reversed(follower.reading.happened), ROWS_MAX)),
        people=people_of(follower.reading.state)[:ROWS_MAX],
    )


async def entry(asking: Asking) -> Response:
    """One entry of the log as it is stored, with its proof."""
    follower, index = asking.console.follower, asking.request.path_params["index"]
    if index >= follower.sight.size:
        raise RefusedError(404, f"The log has no entry {index}.")
    raw = await follower.entry(index)
    proof = await follower.proof(index)
    return asking.page(
        "entry.html",
        index=index,
        raw=raw.decode(),
        kind=canonical.type_of(raw),
        leaf=canonical.leaf_digest(raw),
        proof=proof.render().decode(),
        path_length=len(proof.path),
    )


async def to_entry(asking: Asking) -> Response:
    """Go to the entry whose number somebody has typed."""
    index = _entry(asking, "index")
    if index is None:
        raise RefusedError(400, "index: want the number of an entry.")
    return RedirectResponse(f"/log/entries/{index}", status_code=303)


def _of_today(rows: Iterator[OrderRow], midnight: Instant) -> list[OrderRow]:
    """Return the newest orders back to midnight; times of receipt only go forward."""
    return list(
        islice(takewhile(lambda row: row.received_at >= midnight, rows), _TODAY_MAX)
    )


def _text(asking: Asking, name: str) -> str:
    """Return a parameter of the query, empty where it is not there."""
    return asking.request.query_params.get(name, "")


def _entry(asking: Asking, name: str) -> int | None:
    """Return an entry's number of the query; RefusedError for what is none."""
    text = _text(asking, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(SEQ_MAX))):
        raise RefusedError(400, f"{name}: want the number of an entry.")
    return int(text)
