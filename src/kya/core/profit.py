"""What an agent has won or lost since the log began, marked at the prices on record.

Kept by market, exactly: what it holds of the base and what it paid in the quote, both
in 10**-18, marked at the side of the newest quote at which it could get out. In the
scope's currency it can be told of markets that have it as base or quote. Of others
nobody can say, and a control that needs it blocks.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, Self

from kya.core.currencies import DECIMALS
from kya.core.money import PRICE_DECIMALS, QUANTITY_DECIMALS, Currency, Money, Price
from kya.core.order import Order, Side
from kya.core.price import ReferencePrice

_ONE: Final = 10**PRICE_DECIMALS


class Holding(NamedTuple):
    """One market: what is held of the base, what was paid, and the newest quote.

    `base` and `quote` are signed, in 10**-18; `bid` and `ask` in 10**-10. `is_known`
    until something was filled at no price, or in a third currency.
    """

    base: int = 0
    quote: int = 0
    bid: int = 0
    ask: int = 0
    is_known: bool = True

    def marked(self, price: ReferencePrice) -> Self:
        """Return the holding at a newer quote."""
        return self._replace(bid=price.bid.units, ask=price.ask.units)

    def plus(self, fill: "Fill", price: Price) -> "Holding":
        """Return the holding with so much more of both, marked if it never was."""
        base, quote, bid, ask, is_known = self
        if not bid:
            bid = ask = price.units
        return Holding(base + fill.base, quote + fill.quote, bid, ask, is_known)

    def profit(self, market: str, currency: Currency) -> int | None:
        """Return what is won in minor units, rounded down; None if nobody can say."""
        if not self.is_known:
            return None
        if not (self.base or self.quote):
            return 0
        base, quote = market.split("/")
        out = self.bid if self.base >= 0 else self.ask
        if not out:
            return None
        won = self.quote * _ONE + self.base * out  # of the quote, in 10**-28
        scale: int = 10 ** (QUANTITY_DECIMALS - DECIMALS[currency.code])
        if currency.code == quote:
            return won // (_ONE * scale)
        if currency.code == base:
            return won // (out * scale)
        return None


class Fill(NamedTuple):
    """What came of an order so far: base and quote, signed, in 10**-18."""

    base: int = 0
    quote: int = 0

    @classmethod
    def of(cls, order: Order, amount: Money, price: Price) -> Self | None:
        """Return what so much, at this price, comes to; rounded against the agent.

        None for an amount in a third currency: nobody can say how much that was.
        """
        base, quote = order.market.split("/")
        scale = 10 ** (QUANTITY_DECIMALS - amount.currency.decimals)
        units, is_buy = amount.minor_units * scale, order.side is Side.BUY
        if amount.currency.code == base:
            exact, got = units * price.units, units
            paid = -(-exact // _ONE) if is_buy else exact // _ONE
        elif amount.currency.code == quote:
            exact, paid = units * _ONE, units
            got = exact // price.units if is_buy else -(-exact // price.units)
        else:
            return None
        return cls(got, -paid) if is_buy else cls(-got, paid)


NO_FILL: Final = Fill()
NO_HOLDING: Final = Holding()
NO_HOLDINGS: Final[Mapping[str, Holding]] = MappingProxyType({})


class Profit(NamedTuple):
    """Every market's holding, and the worst since people last armed the latch.

    `now` is the sum over all markets in minor units of `currency`, or None if nobody
    can say; `begun` what it was when the day began, `peak` its greatest since people
    looked; `loss` and `drawdown` are the greatest distances below them since then.
    """

    currency: Currency | None = None
    holdings: Mapping[str, Holding] = NO_HOLDINGS
    now: int | None = 0
    begun: int = 0
    peak: int = 0
    loss: int = 0
    drawdown: int = 0

    def on_another_day(self) -> Self:
        """Return the profit as a new day begins."""
        return self if self.now is None else self._replace(begun=self.now)

    def marked(self, price: ReferencePrice) -> Self:
        """Return the profit at a newer quote of a market in which something is held."""
        known = self.holdings.get(price.market)
        if known is None or price.is_crossed:
            return self
        return self._with(price.market, known.marked(price))

    def settled(
        self, market: str, before: Fill, fill: Fill | None, price: Price | None
    ) -> Self:
        """Return the profit once an order's fill, `before` so far, comes to this."""
        known = self.holdings.get(market, NO_HOLDING)
        if fill is None or price is None:
            return self._with(market, known._replace(is_known=False))
        more = Fill(fill.base - before.base, fill.quote - before.quote)
        return self._with(market, known.plus(more, price))

    def told_in(self, currency: Currency) -> Self:
        """Return the profit as it is told in this currency."""
        return self if self.currency == currency else self._replace(currency=currency)

    def reviewed(self) -> Self:
        """Return the profit after people have looked: it counts from here on."""
        now = self.now or 0
        return self._replace(begun=now, peak=now, loss=0, drawdown=0)

    def _with(self, market: str, holding: Holding) -> Self:
        """Return the profit with this holding, and the worst brought up to it."""
        holdings = {**self.holdings, market: holding}
        now = _total(holdings, self.currency)
        if now is None:
            return self._replace(holdings=holdings, now=None)
        peak = max(self.peak, now)
        return self._replace(
            holdings=holdings,
            now=now,
            peak=peak,
            loss=max(self.loss, self.begun - now),
            drawdown=max(self.drawdown, peak - now),
        )


NO_PROFIT: Final = Profit()


def _total(holdings: Mapping[str, Holding], currency: Currency | None) -> int | None:
    """Return the sum over all markets; None if one of them cannot be told."""
    if currency is None:
        return None
    total = 0
    for market, holding in holdings.items():
        profit = holding.profit(market, currency)
        if profit is None:
            return None
        total += profit
    return total
