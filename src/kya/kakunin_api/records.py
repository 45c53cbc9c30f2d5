"""`events`, `audit-log` and `forensics`: what the log has, and nothing that it has not.

Events are the decisions of the log. Nobody can add one: what a caller says it has done
is no event here. Rows of another system are shown as what they are, unverified.
"""

from collections.abc import Iterator, Mapping
from heapq import merge
from operator import itemgetter
from typing import Final

from starlette.responses import Response

from kya.console.reading import OrderRow
from kya.console.telling import Happening
from kya.core.errors import InputError
from kya.kakunin_api.asking import Asking
from kya.kakunin_api.envelope import (
    RefusedError,
    answered,
    limit_in,
    listed,
    not_found,
    whole_in,
)
from kya.kakunin_api.limits import PROVEN_MAX
from kya.kakunin_api.risk import action_type_of, event_shown
from kya.kakunin_api.spelling import list_in, object_in

_ENTRY_MAX: Final = 10**15


async def create_event(asking: Asking) -> Response:
    """Refuse: what somebody says they have done is not on record here."""
    del asking
    msg = (
        "events: no caller adds one; an order sent to sign is an event once the gateway"
        " has decided it"
    )
    raise RefusedError(422, msg, code="events_are_decisions")


async def list_events(asking: Asking) -> Response:
    """List decisions, the newest first; `before` is an entry of the log."""
    query, limit = asking.request.query_params, limit_in(asking.request)
    agent = query.get("agent_id", query.get("agentId"))
    found = _decisions(asking, agent, _before(asking))
    band, kind = query.get("band"), query.get("action_type", query.get("actionType"))
    rows: list[dict[str, object]] = []
    last = 0
    for row in found:
        event = event_shown(row)
        wanted = band in {None, event["risk_band"]}
        wanted = wanted and kind in {None, event["action_type"]}
        if not wanted:
            continue
        if len(rows) == limit:
            return listed(rows, limit, str(last))
        rows.append(event)
        last = row.index
    return listed(rows, limit, None)


async def audit_log(asking: Asking) -> Response:
    """List what is on record, the newest first, with the entry of each."""
    limit, before = limit_in(asking.request), _before(asking)
    rows: list[Mapping[str, object]] = []
    for row in _on_record(asking):
        entry = row["log_index"]
        if before is not None and isinstance(entry, int) and entry >= before:
            continue
        if len(rows) == limit:
            return listed(rows, limit, str(rows[-1]["log_index"]))
        rows.append(row)
    return listed(rows, limit, None)


async def export(asking: Asking) -> Response:
    """Give out all of it under the checkpoint it is of, and unverified rows apart."""
    sight = asking.service.follower.sight
    return answered(
        {
            "checkpoint": sight.checkpoint.decode(),
            "log_size": sight.size,
            "entries": list(_on_record(asking)),
            "unverified_history": list(_history(asking)),
        }
    )


async def forensics(asking: Asking) -> Response:
    """Give out an agent's newest orders, each with the proof that it is in the log."""
    agent = asking.agent
    if agent not in asking.record.state.agents:
        raise not_found(f"no agent {agent[:80]!a} is enrolled")
    limit = whole_in(asking.request, "limit", PROVEN_MAX, PROVEN_MAX)
    rows: list[dict[str, object]] = []
    follower = asking.service.follower
    for row in list(_decisions(asking, agent, None))[:limit]:
        entry, decision = row.index, row.index + 1
        rows.append(
            {
                "event": event_shown(row),
                "order_note": (await follower.entry(entry)).decode(),
                "order_proof": (await follower.proof(entry)).render().decode(),
                "decision_note": (await follower.entry(decision)).decode(),
                "decision_proof": (await follower.proof(decision)).render().decode(),
            }
        )
    sight = follower.sight
    return answered(
        {
            "agent_id": agent,
            "orders_on_record": asking.record.orders_of(agent),
            "checkpoint": sight.checkpoint.decode(),
            "orders": rows,
        }
    )


def _decisions(
    asking: Asking, agent: str | None, before: int | None
) -> Iterator[OrderRow]:
    """Yield the orders that the token may see, the newest first."""
    for row in asking.record.newest(agent, None, before):
        if asking.token.is_for(row.order.agent):
            yield row


def _before(asking: Asking) -> int | None:
    """Return the entry below which is asked for, None for all."""
    if "before" not in asking.request.query_params:
        return None
    return whole_in(asking.request, "before", 1, _ENTRY_MAX)


def _on_record(asking: Asking) -> Iterator[Mapping[str, object]]:
    """Yield decisions and what people have done, the newest entry first.

    A token for some agents sees their decisions alone. No more is made than is read.
    """
    happened = () if asking.token.agents else tuple(asking.record.happened)
    decisions = ((row.index, _decided(row)) for row in _decisions(asking, None, None))
    acts = ((each.entry, _happened(each)) for each in reversed(happened))
    for _, row in merge(decisions, acts, key=itemgetter(0), reverse=True):
        yield row


def _decided(row: OrderRow) -> Mapping[str, object]:
    """Return the decision on an order as a row."""
    return {
        "log_index": row.index,
        "event_type": f"behavior.{action_type_of(row)}",
        "actor_type": "agent",
        "resource_id": row.order.agent,
        "occurred_at": str(row.received_at),
        "verified": True,
        "metadata": event_shown(row)["payload"],
    }


def _happened(each: Happening) -> Mapping[str, object]:
    """Return what people or the authority have done as a row."""
    return {
        "log_index": each.entry,
        "event_type": "record",
        "actor_type": "user",
        "resource_id": None,
        "occurred_at": str(each.at),
        "verified": True,
        "metadata": {"said": each.said},
    }


def _history(asking: Asking) -> Iterator[Mapping[str, object]]:
    """Yield rows of another system: nobody has verified them, and nobody can."""
    if asking.token.agents:
        return
    for row in asking.service.history:
        yield {"verified": False, "row": row}


def read_history(found: object) -> tuple[Mapping[str, object], ...]:
    """Return the rows of an exported list, bare or in its envelope."""
    envelope = object_in(found)
    rows = list_in(found if envelope is None else envelope.get("data"))
    read = [object_in(row) for row in rows or ()]
    if rows is None or None in read:
        raise InputError("history: want a list of rows, or one under `data`")
    return tuple(row for row in read if row is not None)
