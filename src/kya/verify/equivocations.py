"""Equivocations on record: did the agent truly sign two orders under one `seq`."""

from kya.core.errors import DistrustError, InputError
from kya.core.order_events import Equivocated, OrderSubmitted
from kya.core.state import State
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.verify.order_table import OrderTable


def objection_to(event: Equivocated, state: State, orders: OrderTable) -> str | None:
    """Return why the agent is not shown to have signed twice, None if it is."""
    what = f"equivocation of {event.agent} at seq {event.seq}"
    known = orders.order(event.agent, event.seq)
    if known is None or known.leaf.hex() != event.order:
        return f"{what}: names {event.order}, which is not the order on record"
    try:
        entry = Entry.read(event.conflicting)
        other = entry.event
        if not isinstance(other, OrderSubmitted):
            return f"{what}: the other note is no order"
        authenticate(
            entry, state, b""
        )  # An order needs no root: its agent is enrolled.
    except (InputError, DistrustError) as error:
        return f"{what}: the other order does not count: {error}"
    if (other.order.agent, other.order.seq) != (event.agent, event.seq):
        return f"{what}: the other order is {other.order.agent} {other.order.seq}"
    if other.leaf == event.order:
        return f"{what}: both orders are the same"
    return None
