"""What a gateway tells an agent of its own past: the shapes that both sides read."""

import msgspec


class OrderTold(msgspec.Struct, frozen=True, kw_only=True):
    """One order of an agent; `venue` is null until the venue has answered."""

    seq: int
    order_index: int
    order: str
    client_order_id: str
    action: str
    market: str
    side: str
    type: str
    amount: str
    currency: str
    limit_price: str | None
    time_in_force: str
    target: int | None
    created_at: str
    outcome: str | None
    reasons: tuple[str, ...]
    venue: str | None
    filled: str | None
    price: str | None
    detail: str
    reported_at: str | None


class ExecutionTold(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a venue's own list, and the order that it is of."""

    seq: int
    execution_id: str
    market: str
    side: str
    amount: str
    currency: str
    price: str
    at: str
