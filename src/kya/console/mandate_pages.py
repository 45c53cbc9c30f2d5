"""The pages of mandates: all of them, and one beside the one that came before."""

import asyncio
from itertools import islice

from starlette.responses import Response

from kya.codec.mandate_drafts import written_down
from kya.console.asking import Asking, RefusedError
from kya.console.kinds import Kind, may
from kya.console.limits import ROWS_MAX
from kya.console.mandates import (
    carried_by,
    changes,
    former_of,
    row_of,
    rows,
    words_of,
)


async def mandates(asking: Asking) -> Response:
    """All mandates, the newest first, and what waits for a director's signature."""
    reading = asking.console.follower.reading
    waiting = [
        act for act in asking.console.queue.open() if act.drafted.kind is Kind.MANDATE
    ]
    return asking.page(
        "mandates.html",
        rows=list(islice(rows(reading, asking.now), ROWS_MAX)),
        total=len(reading.state.mandates),
        acts=waiting,
        may_grant=may(asking.person, Kind.MANDATE),
        draft=_successor(asking),
    )


async def mandate(asking: Asking) -> Response:
    """One mandate in words, and every limit that is not its predecessor's."""
    reading, digest = (
        asking.console.follower.reading,
        asking.request.path_params["mandate"],
    )
    row = row_of(reading, digest, asking.now)
    if row is None:
        raise RefusedError(404, "No such mandate is on record.")
    former = former_of(reading.state, digest)
    # A counterexample is searched for: other requests need not wait for it.
    changed = (
        []
        if former is None
        else await asyncio.to_thread(changes, former[1], row.mandate)
    )
    return asking.page(
        "mandate.html",
        row=row,
        words=words_of(row.mandate),
        former=None if former is None else former[0],
        changes=changed,
        carried=carried_by(reading.state, digest),
        may_grant=may(asking.person, Kind.MANDATE),
    )


def _successor(asking: Asking) -> str:
    """Return the mandate that is to be followed, as somebody would write it down."""
    mandates_on_record = asking.console.follower.reading.state.mandates
    former = mandates_on_record.get(asking.request.query_params.get("from", ""))
    return "" if former is None else written_down(former)
