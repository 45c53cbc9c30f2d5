"""The paper exchange's book and account: every order, and what its fills came to."""

import hashlib
from base64 import b32encode
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from kya.adapters.exchange_order import ZERO, BookOrder, Fill
from kya.adapters.line_journal import LineJournal
from kya.codec.kraken_pairs import Pairs
from kya.core.errors import MalformedError

_DECODER: Final = msgspec.json.Decoder(BookOrder)


class Book:
    """Orders by id in the order of their coming; each change is kept before its answer.

    With a path it outlives the process. `fills` has every execution with its order's
    id, in the order of their happening.
    """

    def __init__(
        self, pairs: Pairs, funds: Mapping[str, Decimal], path: Path | None
    ) -> None:
        """Begin with these funds, by asset, and with what an earlier run has left."""
        self._pairs = pairs
        self.funds = dict(funds)
        self.orders: dict[str, BookOrder] = {}
        self.fills: list[tuple[str, Fill]] = []
        self._journal = None if path is None else _journal(path)
        for order in self._journal.taken() if self._journal else ():
            self._remember(order)

    def keep(self, order: BookOrder) -> None:
        """Put the order as it stands on file, and its new fills in the account."""
        if self.orders.get(order.id) is order:
            return
        if self._journal is not None:
            self._journal.keep(order)
        self._remember(order)

    def open(self) -> list[BookOrder]:
        """Return what rests."""
        return [order for order in self.orders.values() if order.is_open]

    def newest_first(self) -> Iterator[BookOrder]:
        """Yield every order, the last one that came first."""
        return reversed(self.orders.values())

    def on_hold(self, asset: str) -> Decimal:
        """Return how much of an asset waits for what rests."""
        holds = [each.on_hold(self._pairs.of(each.pair)) for each in self.open()]
        return sum((amount for name, amount in holds if name == asset), ZERO)

    def free(self, asset: str) -> Decimal:
        """Return how much of an asset a new order may use."""
        return self.funds.get(asset, ZERO) - self.on_hold(asset)

    def next_id(self) -> str:
        """Return the id of the next order, in the form of Kraken's."""
        name = hashlib.sha256(b"%d" % (len(self.orders) + 1)).digest()
        text = b32encode(name).decode()
        return f"O{text[:5]}-{text[5:10]}-{text[10:16]}"

    def close(self) -> None:
        """Give back the file."""
        if self._journal is not None:
            self._journal.close()

    def _remember(self, order: BookOrder) -> None:
        """Know the order as it stands, and move what its new fills came to."""
        known = self.orders.get(order.id)
        pair = self._pairs.of(order.pair)
        for fill in order.fills[len(known.fills) if known else 0 :]:
            self.fills.append((order.id, fill))
            sign = 1 if order.side == "buy" else -1
            self._move(pair.base, sign * fill.volume)
            self._move(pair.quote, -sign * fill.volume * fill.price - fill.fee)
        self.orders[order.id] = order

    def _move(self, asset: str, amount: Decimal) -> None:
        """Add to the account."""
        self.funds[asset] = self.funds.get(asset, ZERO) + amount


def _journal(path: Path) -> LineJournal[BookOrder]:
    """Return the book that an earlier run may have left at this path."""
    return LineJournal(path, "paper exchange", _read, _rendered)


def _rendered(order: BookOrder) -> bytes:
    """Return the order as a line."""
    return msgspec.json.encode(order) + b"\n"


def _read(line: bytes) -> BookOrder:
    """Return the order of a line; MalformedError if it is none."""
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MalformedError(f"order: {error}") from error
