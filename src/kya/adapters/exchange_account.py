"""What the paper exchange says of its account: balances, orders, own executions."""

from collections.abc import Callable, Iterator, Mapping

from kya.adapters.exchange_book import Book
from kya.codec.kraken_lists import (
    closed_orders,
    executions,
    open_orders,
    queried_executions,
    queried_orders,
)
from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_shapes import ShownExecution, ShownOrder, plain

Parameters = Mapping[str, str]


class Account:
    """Answers the methods that change nothing."""

    def __init__(self, book: Book, pairs: Pairs) -> None:
        """Read this book."""
        self._book = book
        self._pairs = pairs
        self.methods: Mapping[str, Callable[[Parameters], object]] = {
            "Balance": self._balance,
            "BalanceEx": self._balance_with_holds,
            "OpenOrders": lambda asked: open_orders(self._orders(), asked),
            "ClosedOrders": lambda asked: closed_orders(self._orders(), asked),
            "QueryOrders": lambda asked: queried_orders(self._orders(), asked),
            "TradesHistory": lambda asked: executions(self._executions(), asked),
            "QueryTrades": lambda asked: queried_executions(self._executions(), asked),
        }

    def _balance(self, _: Parameters) -> object:
        """Return the whole funds."""
        return {asset: plain(funds) for asset, funds in self._book.funds.items()}

    def _balance_with_holds(self, _: Parameters) -> object:
        """Return the whole funds, and what of them waits for what rests."""
        return {
            asset: {
                "balance": plain(funds),
                "hold_trade": plain(self._book.on_hold(asset)),
            }
            for asset, funds in self._book.funds.items()
        }

    def _orders(self) -> dict[str, ShownOrder]:
        """Return every order by its id, the newest first."""
        return {
            order.id: order.shown(self._pairs.of(order.pair))
            for order in self._book.newest_first()
        }

    def _executions(self) -> Iterator[ShownExecution]:
        """Yield every execution, by order."""
        for order in self._book.orders.values():
            yield from order.executions()
