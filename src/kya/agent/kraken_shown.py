"""An agent's past in the shapes of Kraken's REST API. Pure."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from kya.agent.past import ToldExecution, ToldOrder
from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_shapes import ShownExecution, ShownOrder
from kya.codec.kraken_words import DialectError
from kya.core.instant import Instant
from kya.core.order_events import VenueStatus

_MILLION: Final = 1_000_000
_ID: Final = re.compile(r"OKYA00-([0-9]{5})-([0-9]{6})", re.ASCII)


def order_id(seq: int) -> str:
    """Return the name under which the bot knows an order: its `seq`, in their form."""
    high, low = divmod(seq, _MILLION)
    return f"OKYA00-{high:05}-{low:06}"


def seq_in(order_id: str) -> int | None:
    """Return the `seq` that an order's name holds, or None if it is none of ours."""
    match = _ID.fullmatch(order_id)
    return None if match is None else int(match[1]) * _MILLION + int(match[2])


def orders_shown(
    orders: Iterable[ToldOrder], executions: Sequence[ToldExecution], pairs: Pairs
) -> dict[str, ShownOrder]:
    """Return what went to the venue, the newest first; a cancel is no order there."""
    found = [order for order in orders if order.is_at_venue]
    by_seq: dict[int, list[str]] = {}
    for each in executions:
        by_seq.setdefault(each.seq, []).append(each.execution_id)
    return {
        order_id(order.seq): _shown(order, tuple(by_seq.get(order.seq, ())), pairs)
        for order in reversed(found)
    }


def executions_shown(
    executions: Iterable[ToldExecution], orders: Iterable[ToldOrder], pairs: Pairs
) -> list[ShownExecution]:
    """Return the executions as TradesHistory shows them; fees are not told."""
    kinds = {order.seq: order.type.lower() for order in orders}
    return [
        ShownExecution(
            id=each.execution_id,
            order_id=order_id(each.seq),
            pair=_name(each.market, pairs),
            side=each.side.lower(),
            kind=kinds.get(each.seq, "limit"),
            price=Decimal(each.price),
            volume=each.volume,
            at=Instant.parse(each.at),
        )
        for each in executions
    ]


def _shown(order: ToldOrder, executions: tuple[str, ...], pairs: Pairs) -> ShownOrder:
    """Return one order as OpenOrders and ClosedOrders show it."""
    filled = Decimal(order.filled or 0)
    status = "open"
    if not order.is_working:
        is_whole = order.venue == VenueStatus.FILLED.value
        status = "closed" if is_whole else "canceled"
    return ShownOrder(
        pair=_name(order.market, pairs),
        side=order.side.lower(),
        kind=order.type.lower(),
        price=Decimal(order.limit_price or 0),
        volume=Decimal(order.amount),
        filled=filled,
        cost=filled * Decimal(order.price or 0),
        status=status,
        reason=order.detail,
        client_id=order.client_order_id,
        userref="",
        opened=order.created,
        closed=order.over,
        executions=executions,
    )


def _name(market: str, pairs: Pairs) -> str:
    """Return a market's name in answers, or ours for one that is not listed there."""
    try:
        return pairs.of(market).altname
    except DialectError:
        return market
