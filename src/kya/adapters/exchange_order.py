"""An order of the paper exchange, and what becomes of it at a price. Pure."""

from collections.abc import Iterable
from decimal import ROUND_UP, Decimal
from typing import Final, NamedTuple

import msgspec

from kya.codec.kraken_pairs import Pair
from kya.codec.kraken_shapes import ShownExecution, ShownOrder
from kya.core.instant import Instant

ZERO: Final = Decimal(0)
_FEE_RATE: Final = Decimal("0.0025")
_FEE_UNIT: Final = Decimal("0.0001")


class Quote(NamedTuple):
    """What a market gives and wants at one moment."""

    bid: Decimal
    ask: Decimal


class Fill(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One execution of an order; the fee is in the quote currency."""

    id: str
    price: Decimal
    volume: Decimal
    fee: Decimal
    at: int


class BookOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order as it stands: its line in the journal. Instants in microseconds.

    `price` is its limit, zero for a market order; `closed` is 0 while it is open.
    """

    id: str
    pair: str
    side: str
    price: Decimal
    volume: Decimal
    lasting: str
    flags: str
    client_id: str
    userref: str
    expires: int
    opened: int
    status: str = "open"
    closed: int = 0
    reason: str = ""
    fills: tuple[Fill, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it rests in the book."""
        return self.status == "open"

    @property
    def kind(self) -> str:
        """How its price is chosen, in Kraken's word."""
        return "limit" if self.price else "market"

    @property
    def filled(self) -> Decimal:
        """How much of the base was executed."""
        return _sum(fill.volume for fill in self.fills)

    @property
    def left(self) -> Decimal:
        """How much of the base may still be executed."""
        return self.volume - self.filled

    @property
    def cost(self) -> Decimal:
        """What was executed came to, in the quote currency."""
        return _sum(fill.volume * fill.price for fill in self.fills)

    @property
    def fee(self) -> Decimal:
        """What was paid for that."""
        return _sum(fill.fee for fill in self.fills)

    def on_hold(self, pair: Pair) -> tuple[str, Decimal]:
        """Return the asset, and how much of it waits for this order's execution."""
        if not self.is_open:
            return pair.quote, ZERO
        if self.side == "sell":
            return pair.base, self.left
        worth = self.left * self.price
        return pair.quote, worth + fee_on(worth)

    def shown(self, pair: Pair) -> ShownOrder:
        """Return it as the API shows it."""
        return ShownOrder(
            pair=pair.altname,
            side=self.side,
            kind=self.kind,
            price=self.price,
            volume=self.volume,
            filled=self.filled,
            cost=self.cost,
            fee=self.fee,
            status=self.status,
            reason=self.reason,
            client_id=self.client_id,
            userref=self.userref,
            opened=Instant(self.opened),
            closed=Instant(self.closed) if self.closed else None,
            executions=tuple(fill.id for fill in self.fills),
            flags=self.flags,
        )

    def executions(self) -> list[ShownExecution]:
        """Return its fills as the API shows them."""
        return [
            ShownExecution(
                id=fill.id,
                order_id=self.id,
                pair=self.pair,
                side=self.side,
                kind=self.kind,
                price=fill.price,
                volume=fill.volume,
                fee=fill.fee,
                at=Instant(fill.at),
            )
            for fill in self.fills
        ]


def matched(
    order: BookOrder, quote: Quote | None, now: int, most: Decimal
) -> BookOrder:
    """Return an open order as this moment leaves it: filled, expired, or as it was.

    At most so much of it is filled now.
    """
    if not order.is_open:
        return order
    if order.expires and now >= order.expires:
        return ended(order, "expired", "Order expired", now)
    if quote is None or not is_met(order, quote):
        return order
    price = quote.ask if order.side == "buy" else quote.bid
    volume = min(most, order.left)
    fill = Fill(
        id=f"{_EXECUTION}{order.id[1:-1]}{len(order.fills)}",
        price=price,
        volume=volume,
        fee=fee_on(volume * price),
        at=now,
    )
    order = msgspec.structs.replace(order, fills=(*order.fills, fill))
    return order if order.left else ended(order, "closed", "", now)


_EXECUTION: Final = "T"


def entered(order: BookOrder, quote: Quote, now: int, most: Decimal) -> BookOrder:
    """Return a new order after its first moment; what cannot rest is over by then."""
    order = matched(order, quote, now, most)
    if not order.is_open or (order.price and order.lasting != "IOC"):
        return order
    return ended(order, "canceled", "Out of liquidity", now)


def ended(order: BookOrder, status: str, reason: str, now: int) -> BookOrder:
    """Return an order that is over, with what it has filled."""
    return msgspec.structs.replace(order, status=status, reason=reason, closed=now)


def is_met(order: BookOrder, quote: Quote) -> bool:
    """Tell whether the market meets the order's limit, if it has one."""
    if not order.price:
        return True
    if order.side == "buy":
        return quote.ask <= order.price
    return quote.bid >= order.price


def fee_on(worth: Decimal) -> Decimal:
    """Return the fee for an execution of this worth, rounded up."""
    return (worth * _FEE_RATE).quantize(_FEE_UNIT, ROUND_UP)


def _sum(figures: Iterable[Decimal]) -> Decimal:
    """Return the sum, a decimal where there is nothing, too."""
    return sum(figures, ZERO)
