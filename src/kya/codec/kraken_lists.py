"""Lists of orders and executions as Kraken's REST API pages through them. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from kya.codec.kraken_shapes import ShownExecution, ShownOrder
from kya.codec.kraken_words import UNKNOWN_ORDER, DialectError, invalid
from kya.core.instant import MICROS_PER_SECOND

Parameters = Mapping[str, str]
Orders = Mapping[str, ShownOrder]
T = TypeVar("T")
_PAGE: Final = 50


def open_orders(newest_first: Orders, parameters: Parameters) -> dict[str, object]:
    """Return what OpenOrders says."""
    named = _named(newest_first, parameters)
    resting = {id_: order for id_, order in named.items() if order.is_open}
    return {"open": _shown(resting, parameters)}


def closed_orders(newest_first: Orders, parameters: Parameters) -> dict[str, object]:
    """Return one page of what is over, and how many there are."""
    named = _named(newest_first, parameters)
    over = [(id_, order) for id_, order in named.items() if not order.is_open]
    page = _shown(dict(_page(over, parameters)), parameters)
    return {"closed": page, "count": len(over)}


def queried_orders(known: Orders, parameters: Parameters) -> dict[str, object]:
    """Return what QueryOrders says; DialectError for an id that nobody knows."""
    ids = parameters.get("txid", "").split(",")
    if not all(id_ in known for id_ in ids):
        raise DialectError(UNKNOWN_ORDER)
    return _shown({id_: known[id_] for id_ in ids}, parameters)


def executions(
    known: Iterable[ShownExecution], parameters: Parameters
) -> dict[str, object]:
    """Return one page of what TradesHistory says, the newest first."""
    start, end = _micros(parameters, "start"), _micros(parameters, "end")
    found = sorted(
        (
            each
            for each in known
            if each.at.micros > start and (not end or each.at.micros <= end)
        ),
        key=lambda each: (each.at.micros, each.id),
        reverse=True,
    )
    page = {each.id: each.shown() for each in _page(found, parameters)}
    return {"trades": page, "count": len(found)}


def queried_executions(
    known: Iterable[ShownExecution], parameters: Parameters
) -> dict[str, object]:
    """Return what QueryTrades says."""
    ids = parameters.get("txid", "").split(",")
    return {each.id: each.shown() for each in known if each.id in ids}


def _shown(orders: Orders, parameters: Parameters) -> dict[str, object]:
    """Return the orders as the API shows them."""
    asked = parameters.get("trades", "").lower() == "true"
    return {id_: each.shown(with_executions=asked) for id_, each in orders.items()}


def _named(orders: Orders, parameters: Parameters) -> Orders:
    """Return the orders that a client id or a user's number names, if one is given."""
    client_id, userref = parameters.get("cl_ord_id"), parameters.get("userref")
    return {
        id_: order
        for id_, order in orders.items()
        if (client_id is None or order.client_id == client_id)
        and (userref is None or order.userref == userref)
    }


def _page(items: list[T], parameters: Parameters) -> list[T]:
    """Return one page from an offset on."""
    text = parameters.get("ofs", "0")
    if not (text.isascii() and text.isdecimal()):
        raise invalid("ofs")
    return items[int(text) : int(text) + _PAGE]


def _micros(parameters: Parameters, name: str) -> int:
    """Return an instant in seconds as microseconds, 0 where none is named."""
    try:
        return int(Decimal(parameters.get(name, "0")) * MICROS_PER_SECOND)
    except (ArithmeticError, ValueError) as error:
        raise invalid(name) from error
