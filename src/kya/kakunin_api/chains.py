"""`chains`: a named group of orders. It says what was put together, and proves no more.

Each order is named by its leaf hash, so that whoever has the log can look it up.
"""

from hashlib import sha256
from typing import Final

from starlette.responses import Response

from kya.kakunin_api.asking import Asking
from kya.kakunin_api.envelope import RefusedError, answered, limit_in, listed
from kya.kakunin_api.notebook import Chain, ChainClosed, ChainOpened, ChainOrder
from kya.kakunin_api.risk import event_shown
from kya.kakunin_api.shown import certificate_status, serial_of
from kya.tlog.merkle import leaf_hash

_NAME_BYTES: Final = 8


async def create(asking: Asking) -> Response:
    """Open a chain; orders join it by `chain_id` in the payload that is signed."""
    fields = await asking.fields()
    opened = ChainOpened(
        chain=f"chain-{asking.service.chance(_NAME_BYTES).hex()}",
        name=fields.needed("name"),
        description=fields.text("description"),
        labels=fields.labels("metadata"),
        at=str(asking.now),
    )
    fields.require_none_left()
    asking.service.notebook.add(opened)
    return answered(_shown(Chain(opened)), 201)


async def show(asking: Asking) -> Response:
    """Show a chain with its orders."""
    found = _chain(asking)
    return answered({**_shown(found), **_told(asking, found)})


async def list_chains(asking: Asking) -> Response:
    """List chains, the newest first; `before` is the last chain that was seen."""
    limit, query = limit_in(asking.request), asking.request.query_params
    status, seen = query.get("status"), query.get("before")
    found = [
        each
        for each in reversed(asking.service.notebook.chains.values())
        if status in {None, _status(each)} and _may_see(asking, each)
    ]
    names = [each.opened.chain for each in found]
    start = names.index(seen) + 1 if seen in names else 0
    shown = found[start : start + limit]
    goes_on = len(found) > start + limit
    return listed(
        [_shown(each) for each in shown],
        limit,
        shown[-1].opened.chain if goes_on else None,
    )


async def close(asking: Asking) -> Response:
    """Close a chain: it takes no more orders, and its digest is fixed."""
    found = _chain(asking)
    if found.closed is not None:
        raise RefusedError(409, f"chain {found.opened.chain}: it is closed already")
    closing = ChainClosed(
        chain=found.opened.chain, digest=digest_of(found.orders), at=str(asking.now)
    )
    asking.service.notebook.add(closing)
    return answered(_shown(found))


async def verified(asking: Asking) -> Response:
    """Compare every order of a chain with the log, and its digest with them.

    Anybody may ask who knows the chain's name; the orders themselves are not shown.
    """
    found = asking.service.notebook.chain(str(asking.request.path_params["chain"]))
    against = await _against(asking, found)
    holds = None if found.closed is None else against is None
    shown = _shown(found)
    names = ("chain_id", "name", "status", "chain_hash", "event_count")
    times = ("created_at", "closed_at")
    note = against or "every order is in the log under the hash that the chain names"
    return answered(
        {name: shown[name] for name in (*names, *times)}
        | {"verified": holds, "note": note}
    )


def digest_of(orders: list[ChainOrder]) -> str:
    """Return the SHA-256 over the leaf hashes in their order, a line each."""
    lines = "".join(f"{order.leaf}\n" for order in orders)
    return sha256(lines.encode("ascii")).hexdigest()


async def _against(asking: Asking, found: Chain) -> str | None:
    """Return what speaks against a chain, None if nothing does."""
    if found.closed is not None and digest_of(found.orders) != found.closed.digest:
        return "its orders are not those that it was closed with"
    size = asking.service.follower.sight.size
    for order in found.orders:
        if order.entry >= size:
            return f"entry {order.entry} is not published yet"
        raw = await asking.service.follower.entry(order.entry)
        if leaf_hash(raw).hex() != order.leaf:
            return f"entry {order.entry} of the log is another one"
    return None


def _chain(asking: Asking) -> Chain:
    """Return the chain of the path; one with another's orders is not there."""
    name = str(asking.request.path_params["chain"])
    found = asking.service.notebook.chain(name)
    if not _may_see(asking, found):
        raise RefusedError(404, f"no chain {name[:80]!a}", code="not_found")
    return found


def _may_see(asking: Asking, found: Chain) -> bool:
    """Tell whether every order of a chain is of an agent that the token is for."""
    return all(asking.token.is_for(order.agent) for order in found.orders)


def _status(found: Chain) -> str:
    """Return whether it takes orders."""
    return "open" if found.closed is None else "closed"


def _shown(found: Chain) -> dict[str, object]:
    """Return a chain as callers read it."""
    opened, closed = found.opened, found.closed
    return {
        "chain_id": opened.chain,
        "name": opened.name,
        "description": opened.description,
        "status": _status(found),
        "chain_hash": None if closed is None else closed.digest,
        "event_count": len(found.orders),
        "created_at": opened.at,
        "closed_at": None if closed is None else closed.at,
        "metadata": opened.labels,
    }


def _told(asking: Asking, found: Chain) -> dict[str, object]:
    """Return the orders that this server still lists, and the agents behind them."""
    record, events = asking.record, list[dict[str, object]]()
    certificates: dict[tuple[str, str], str] = {}
    for number, each in enumerate(found.orders, start=1):
        row = record.rows.get(each.entry)
        if row is None:
            continue
        credential = record.state.credentials[row.order.credential]
        serial = serial_of(credential)
        certificates[each.agent, serial] = certificate_status(credential, asking.now)
        event = event_shown(row)
        events.append(
            {name: event[name] for name in _EVENT_FIELDS}
            | {
                "sequence": number,
                "event_id": event["id"],
                "agent_name": each.agent,
                "certificate_serial": serial,
                "details": event["payload"],
            }
        )
    agents = [
        {
            "agent_id": agent,
            "agent_name": agent,
            "certificate_serial": serial,
            "certificate_status": status,
        }
        for (agent, serial), status in certificates.items()
    ]
    return {"events": events, "participating_agents": agents}


_EVENT_FIELDS: Final = (
    "agent_id",
    "action_type",
    "risk_score",
    "risk_band",
    "occurred_at",
)
