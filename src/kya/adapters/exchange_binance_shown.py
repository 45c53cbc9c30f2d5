"""Orders, executions and the account in the shapes of Binance's REST API. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from kya.adapters.exchange_order import BookOrder, Fill
from kya.codec.binance_signature import MICROS_PER_MILLISECOND
from kya.codec.kraken_shapes import plain

_ENDED: Final = {"closed": "FILLED", "canceled": "CANCELED", "expired": "EXPIRED"}
_NOT_MET: Final = "Out of liquidity"


def order_shown(symbol: str, order: BookOrder, number: int) -> dict[str, object]:
    """Return an order as a question for it is answered."""
    changed = millis(order.closed or order.opened)
    return {
        "symbol": symbol,
        "orderId": number,
        "orderListId": -1,
        "clientOrderId": order.client_id or order.id,
        "price": plain(order.price),
        "origQty": plain(order.volume),
        "executedQty": plain(order.filled),
        "cummulativeQuoteQty": plain(order.cost),
        "status": _status(order),
        "timeInForce": order.lasting,
        "type": order.kind.upper(),
        "side": order.side.upper(),
        "time": millis(order.opened),
        "updateTime": changed,
        "transactTime": changed,
        "isWorking": True,
    }


def cancelled_shown(
    order: Mapping[str, object], asked: Mapping[str, str]
) -> dict[str, object]:
    """Return a cancelled order: its name is beside that of its cancel."""
    cancel = asked.get("newClientOrderId") or f"cancel-{order['orderId']}"
    return {
        **order,
        "origClientOrderId": order["clientOrderId"],
        "clientOrderId": cancel,
    }


def fill_shown(
    symbol: str, order: BookOrder, number: int, fill: Fill
) -> dict[str, object]:
    """Return one execution of an order, which has this number."""
    return {
        "symbol": symbol,
        "orderId": number,
        "orderListId": -1,
        "price": plain(fill.price),
        "qty": plain(fill.volume),
        "quoteQty": plain(fill.price * fill.volume),
        "commission": plain(fill.fee),
        "commissionAsset": "",
        "time": millis(fill.at),
        "isBuyer": order.side == "buy",
        "isMaker": False,
        "isBestMatch": True,
    }


def account_shown(
    held: Mapping[str, tuple[Decimal, Decimal]], now: int
) -> dict[str, object]:
    """Return the account; `held` has what is free and what waits, by asset."""
    return {
        "canTrade": True,
        "canWithdraw": False,
        "canDeposit": False,
        "updateTime": now,
        "accountType": "SPOT",
        "balances": [
            {"asset": asset, "free": plain(free), "locked": plain(locked)}
            for asset, (free, locked) in held.items()
        ],
        "permissions": ["SPOT"],
    }


def millis(micros: int) -> int:
    """Return an instant as Binance counts it."""
    return micros // MICROS_PER_MILLISECOND


def _status(order: BookOrder) -> str:
    """Return what the order has come to, in Binance's word."""
    if order.is_open:
        return "PARTIALLY_FILLED" if order.fills else "NEW"
    return "EXPIRED" if order.reason == _NOT_MET else _ENDED[order.status]
