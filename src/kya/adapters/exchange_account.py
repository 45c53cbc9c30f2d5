"""What the paper exchange says of its account: balances, orders, own executions."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from kya.adapters.exchange_book import Book
from kya.adapters.exchange_order import BookOrder
from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_shapes import ShownExecution, plain
from kya.codec.kraken_words import UNKNOWN_ORDER, DialectError, invalid
from kya.core.instant import MICROS_PER_SECOND, Instant

Parameters = Mapping[str, str]
_PAGE: Final = 50
T = TypeVar("T")


class Account:
    """Answers the methods that change nothing."""

    def __init__(self, book: Book, pairs: Pairs) -> None:
        """Read this book."""
        self._book = book
        self._pairs = pairs
        self.methods: Mapping[str, Callable[[Parameters, Instant], object]] = {
            "Balance": self._balance,
            "BalanceEx": self._balance_with_holds,
            "OpenOrders": self._open_orders,
            "ClosedOrders": self._closed_orders,
            "QueryOrders": self._query_orders,
            "TradesHistory": self._executions,
            "QueryTrades": self._query_executions,
        }

    def _balance(self, parameters: Parameters, now: Instant) -> object:
        """Return the whole funds."""
        del parameters, now
        return {asset: plain(funds) for asset, funds in self._book.funds.items()}

    def _balance_with_holds(self, parameters: Parameters, now: Instant) -> object:
        """Return the whole funds, and what of them waits for what rests."""
        del parameters, now
        return {
            asset: {
                "balance": plain(funds),
                "hold_trade": plain(self._book.on_hold(asset)),
            }
            for asset, funds in self._book.funds.items()
        }

    def _open_orders(self, parameters: Parameters, now: Instant) -> object:
        """Return what rests."""
        del now
        orders = [o for o in self._book.newest_first() if o.is_open]
        return {"open": self._shown(_named(orders, parameters), parameters)}

    def _closed_orders(self, parameters: Parameters, now: Instant) -> object:
        """Return one page of what is over, the newest first."""
        del now
        orders = [o for o in self._book.newest_first() if not o.is_open]
        named = _named(orders, parameters)
        page = self._shown(_page(named, parameters), parameters)
        return {"closed": page, "count": len(named)}

    def _query_orders(self, parameters: Parameters, now: Instant) -> object:
        """Return the orders of these ids."""
        del now
        ids = parameters.get("txid", "").split(",")
        if not all(each in self._book.orders for each in ids):
            raise DialectError(UNKNOWN_ORDER)
        return self._shown([self._book.orders[each] for each in ids], parameters)

    def _executions(self, parameters: Parameters, now: Instant) -> object:
        """Return one page of the executions, the newest first."""
        del now
        start, end = _second(parameters, "start"), _second(parameters, "end")
        found = sorted(
            (
                each
                for each in self._all_executions()
                if each.at.micros > start and (not end or each.at.micros <= end)
            ),
            key=lambda each: (each.at.micros, each.id),
            reverse=True,
        )
        page = {each.id: each.shown() for each in _page(found, parameters)}
        return {"trades": page, "count": len(found)}

    def _query_executions(self, parameters: Parameters, now: Instant) -> object:
        """Return the executions of these ids."""
        del now
        known = {each.id: each for each in self._all_executions()}
        ids = parameters.get("txid", "").split(",")
        return {each: known[each].shown() for each in ids if each in known}

    def _all_executions(self) -> Iterator[ShownExecution]:
        """Yield every execution, by order."""
        for order in self._book.orders.values():
            yield from order.executions()

    def _shown(
        self, orders: list[BookOrder], parameters: Parameters
    ) -> dict[str, object]:
        """Return the orders as the API shows them."""
        with_executions = parameters.get("trades", "").lower() == "true"
        return {
            order.id: order.shown(self._pairs.of(order.pair)).shown(
                with_executions=with_executions
            )
            for order in orders
        }


def _named(orders: list[BookOrder], parameters: Parameters) -> list[BookOrder]:
    """Return the orders that a client id or a user's number names, if one is given."""
    client_id, userref = parameters.get("cl_ord_id"), parameters.get("userref")
    return [
        order
        for order in orders
        if (client_id is None or order.client_id == client_id)
        and (userref is None or order.userref == userref)
    ]


def _page(items: list[T], parameters: Parameters) -> list[T]:
    """Return one page from an offset on."""
    text = parameters.get("ofs", "0")
    if not text.isdecimal():
        raise invalid("ofs")
    return items[int(text) : int(text) + _PAGE]


def _second(parameters: Parameters, name: str) -> int:
    """Return an instant in seconds as microseconds, 0 where none is named."""
    text = parameters.get(name, "0")
    try:
        return int(Decimal(text) * MICROS_PER_SECOND)
    except ArithmeticError as error:
        raise invalid(name) from error
