"""What the paper exchange does to orders that rest: edit, amend, cancel."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Protocol, cast

import msgspec

from kya.adapters.exchange_book import Book
from kya.adapters.exchange_order import BookOrder, ended
from kya.codec.kraken_orders import NewOrder, decimal_in, read_new_order
from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_words import UNKNOWN_ORDER, DialectError, invalid
from kya.core.instant import Instant

Parameters = Mapping[str, str]
_USER = "User requested"
_DAY_SECONDS = 86_400


class Entering(Protocol):
    """Takes an order, or refuses it before anything has changed."""

    def __call__(self, wanted: NewOrder, now: Instant) -> dict[str, object]:
        """Return the answer to AddOrder."""
        ...


class Changes:
    """Answers the methods that act on what rests."""

    def __init__(self, book: Book, pairs: Pairs, enter: Entering) -> None:
        """Change this book; what takes an order's place is entered like a new one."""
        self._book = book
        self._pairs = pairs
        self._enter = enter
        self._due: Instant | None = None
        self.methods: Mapping[str, Callable[[Parameters, Instant], object]] = {
            "EditOrder": self._edit,
            "AmendOrder": self._amend,
            "CancelOrder": self._cancel,
            "CancelAll": self._cancel_all,
            "CancelAllOrdersAfter": self._cancel_after,
        }

    def cancel_when_due(self, now: Instant) -> None:
        """Cancel everything if the time for that has come."""
        if self._due is not None and now >= self._due:
            self._due = None
            self._end(self._book.open(), "Cancelled by timer", now)

    def _edit(self, parameters: Parameters, now: Instant) -> object:
        """Put a new order in the place of one that rests, both at once or neither."""
        (order,) = self._resting(parameters)[:1]
        changed = {
            "pair": order.pair,
            "type": order.side,
            "ordertype": order.kind,
            "volume": parameters.get("volume", str(order.left)),
            "price": parameters.get("price", str(order.price)),
            "userref": parameters.get("userref", order.userref),
        }
        wanted = read_new_order({k: v for k, v in changed.items() if v})
        entered = self.put_in_place(order, wanted, "Order replaced", now)
        (new,) = cast("list[str]", entered["txid"])
        return {
            "status": "ok",
            "txid": new,
            "originaltxid": order.id,
            "volume": changed["volume"],
            "price": changed["price"],
            "orders_cancelled": 1,
            "descr": entered["descr"],
        }

    def put_in_place(
        self, order: BookOrder, wanted: NewOrder, why: str, now: Instant
    ) -> dict[str, object]:
        """Enter an order where another one rests, both at once or neither."""
        self._end([order], why, now)
        try:
            return self._enter(wanted, now)
        except DialectError:
            self._book.keep(order)
            raise

    def _amend(self, parameters: Parameters, now: Instant) -> object:
        """Change what rests in its place: the whole volume, or the limit."""
        (order,) = self._resting(parameters)[:1]
        volume, price = order.volume, order.price
        if "order_qty" in parameters:
            volume = Decimal(decimal_in(parameters, "order_qty"))
        if "limit_price" in parameters:
            price = Decimal(decimal_in(parameters, "limit_price"))
        if volume <= order.filled:
            raise invalid("order_qty")
        amended = msgspec.structs.replace(order, volume=volume, price=price)
        pair = self._pairs.of(order.pair)
        (asset, held), (_, needed) = order.on_hold(pair), amended.on_hold(pair)
        if needed - held > self._book.free(asset):
            raise DialectError("EOrder:Insufficient funds")
        self._book.keep(amended)
        return {"amend_id": f"T{order.id[1:-2]}{now.micros % 100:02}"}

    def cancel(self, order: BookOrder, now: Instant) -> None:
        """Take one order out of the book, as its owner wished."""
        self._end([order], _USER, now)

    def _cancel(self, parameters: Parameters, now: Instant) -> object:
        """Cancel the orders of one name."""
        return self._end(self._resting(parameters), _USER, now)

    def _cancel_all(self, parameters: Parameters, now: Instant) -> object:
        """Cancel everything."""
        del parameters
        return self._end(self._book.open(), _USER, now)

    def _cancel_after(self, parameters: Parameters, now: Instant) -> object:
        """Cancel everything after so many seconds unless asked again; 0 forgets it."""
        text = parameters.get("timeout", "")
        if not text.isdecimal() or int(text) > _DAY_SECONDS:
            raise invalid("timeout")
        self._due = now.plus(seconds=int(text)) if int(text) else None
        trigger = "0" if self._due is None else str(self._due)
        return {"currentTime": str(now), "triggerTime": trigger}

    def _resting(self, parameters: Parameters) -> list[BookOrder]:
        """Return what rests under the name that is given, at least one order."""
        names = {"id": parameters.get("txid"), "client_id": parameters.get("cl_ord_id")}
        found = [
            order
            for order in self._book.open()
            if order.id == names["id"]
            or (order.userref and order.userref == names["id"])
            or (order.client_id and order.client_id == names["client_id"])
        ]
        if not found:
            raise DialectError(UNKNOWN_ORDER)
        return found

    def _end(
        self, orders: list[BookOrder], why: str, now: Instant
    ) -> dict[str, object]:
        """Take the orders out of the book."""
        for order in orders:
            self._book.keep(ended(order, "canceled", why, now.micros))
        return {"count": len(orders)}
