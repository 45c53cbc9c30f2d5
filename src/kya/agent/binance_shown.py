"""An agent's past in the shapes of Binance's REST API. Pure. Fees are not told."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Final, cast

from kya.agent.answer import Answer
from kya.agent.at_venue import record_of
from kya.agent.past import ToldExecution, ToldOrder
from kya.codec.binance_signature import MICROS_PER_MILLISECOND
from kya.codec.binance_symbols import Symbols
from kya.codec.kraken_shapes import plain
from kya.core.instant import Instant
from kya.core.order_events import VenueStatus

_ID_BITS: Final = 52
"""An execution's number stays exact where numbers are floats."""

_STATUS: Final = {
    VenueStatus.FILLED.value: "FILLED",
    VenueStatus.PARTIALLY_FILLED.value: "EXPIRED",
    VenueStatus.CANCELLED.value: "CANCELED",
    VenueStatus.REJECTED.value: "REJECTED",
    VenueStatus.NOT_RECEIVED.value: "REJECTED",
}


def order_shown(order: ToldOrder, symbols: Symbols) -> dict[str, object]:
    """Return one order as a question for it is answered."""
    opened = millis(order.created)
    changed = opened if order.over is None else millis(order.over)
    return _what(order, symbols) | {
        "stopPrice": "0",
        "icebergQty": "0",
        "time": opened,
        "updateTime": changed,
        "isWorking": True,
        "kya": {"order": order.order, "seq": order.seq, "log_index": order.order_index},
    }


def cancel_shown(
    order: ToldOrder, symbols: Symbols, name: str, now: Instant
) -> dict[str, object]:
    """Return a cancelled order; `name` is that of its cancel."""
    return _what(order, symbols) | {
        "origClientOrderId": order.client_order_id,
        "clientOrderId": name,
        "transactTime": millis(now),
        "status": "CANCELED",
    }


def acknowledged(answer: Answer, symbol: str) -> dict[str, object]:
    """Return what is told of an order as soon as it is decided."""
    return {
        "symbol": symbol,
        "orderId": answer.order.seq,
        "orderListId": -1,
        "clientOrderId": answer.order.client_order_id,
        "transactTime": millis(answer.order.created_at),
        "kya": record_of(answer),
    }


def placed_shown(
    answer: Answer, order: ToldOrder, symbols: Symbols
) -> dict[str, object]:
    """Return an order that was just placed, as far as it is carried out by now."""
    told = acknowledged(answer, symbols.name_of(order.market))
    return _what(order, symbols) | told


def fills_shown(executions: Iterable[ToldExecution], seq: int) -> list[object]:
    """Return the executions of one order that are known by now."""
    return [
        {
            "price": each.price,
            "qty": plain(each.volume),
            "tradeId": execution_number(each.execution_id),
        }
        for each in executions
        if each.seq == seq
    ]


def execution_shown(execution: ToldExecution, symbols: Symbols) -> dict[str, object]:
    """Return one execution; its number is made of the venue's own name of it."""
    price = Decimal(execution.price)
    return {
        "symbol": symbols.name_of(execution.market),
        "id": execution_number(execution.execution_id),
        "orderId": execution.seq,
        "orderListId": -1,
        "price": execution.price,
        "qty": plain(execution.volume),
        "quoteQty": plain(price * execution.volume),
        "time": millis(Instant.parse(execution.at)),
        "isBuyer": execution.side == "BUY",
        "kya": {"execution_id": execution.execution_id},
    }


def account_shown(
    balances: object, codes: Mapping[str, str], now: Instant
) -> dict[str, object]:
    """Return an account; `codes` has everybody's names of the assets by the venue's."""
    held = cast("Mapping[str, Mapping[str, str]]", balances)
    return {
        "canTrade": True,
        "canWithdraw": False,
        "canDeposit": False,
        "updateTime": millis(now),
        "accountType": "SPOT",
        "balances": [_balance(codes.get(name, name), held[name]) for name in held],
        "permissions": ["SPOT"],
    }


def execution_number(name: str) -> int:
    """Return a number for an execution: the same for the same, and in no order."""
    return int.from_bytes(sha256(name.encode()).digest()) >> (256 - _ID_BITS)


def millis(instant: Instant) -> int:
    """Return an instant in milliseconds since 1970."""
    return instant.micros // MICROS_PER_MILLISECOND


def _what(order: ToldOrder, symbols: Symbols) -> dict[str, object]:
    """Return what every answer says of an order."""
    filled = Decimal(order.filled or 0)
    return {
        "symbol": symbols.name_of(order.market),
        "orderId": order.seq,
        "orderListId": -1,
        "clientOrderId": order.client_order_id,
        "price": order.limit_price or "0",
        "origQty": plain(Decimal(order.amount)),
        "executedQty": plain(filled),
        "origQuoteOrderQty": "0",
        "cummulativeQuoteQty": plain(filled * Decimal(order.price or 0)),
        "status": _status(order),
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
        "workingTime": millis(order.created),
        "selfTradePreventionMode": "NONE",
    }


def _status(order: ToldOrder) -> str:
    """Return how an order stands."""
    is_begun = bool(Decimal(order.filled or 0))
    waiting = "PARTIALLY_FILLED" if is_begun else "NEW"
    return _STATUS.get(order.venue or "", waiting)


def _balance(asset: str, held: Mapping[str, str]) -> dict[str, object]:
    """Return one asset of an account."""
    locked = Decimal(held.get("hold_trade", "0"))
    return {
        "asset": asset,
        "free": plain(Decimal(held["balance"]) - locked),
        "locked": plain(locked),
    }
