"""What an agent has at risk: its working orders, and what came of the filled ones.

All worths are minor units of one currency, the scope's. A position is what was bought
less what was sold, at what it was worth when allowed: no price of a later day moves it,
so that it can be told of every market.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, Self

from kya.core.money import Currency, Money
from kya.core.order import Order, Side
from kya.core.profit import NO_FILL, Fill


class Working(NamedTuple):
    """An allowed order that the venue may still fill, in whole or in part.

    `worth` is that of its whole `amount`, of which `filled` is done, and `before` was
    done by the orders in whose place it stands; `fill` is what that came to. `counted`
    is what it adds to the risk, `limit` its price in 10**-10, `target` the order whose
    place it is to take.
    """

    market: str
    side: Side
    venue: str
    worth: int
    amount: int
    limit: int | None
    target: int | None
    before: int = 0
    filled: int = 0
    counted: int = 0
    fill: Fill = NO_FILL

    @classmethod
    def of(cls, order: Order, worth: Money) -> Self:
        """Return an order that goes to its venue now, in nobody's place."""
        limit = order.limit_price
        return cls(
            market=order.market,
            side=order.side,
            venue=order.venue,
            worth=worth.minor_units,
            amount=order.amount.minor_units,
            limit=None if limit is None else limit.units,
            target=order.target,
            counted=worth.minor_units,
        )

    @property
    def remaining(self) -> int:
        """The worth of what is not filled yet, rounded up."""
        left = max(0, self.amount - self.before - self.filled)
        return -(-self.worth * left // self.amount)


class AtRisk(NamedTuple):
    """What was bought on balance in one place, and what working orders may add."""

    net: int = 0
    buying: int = 0
    selling: int = 0

    def plus(self, side: Side, filled: int, counted: int) -> "AtRisk":
        """Return this with so much more filled, and so much more that may be."""
        net, buying, selling = self
        if side is Side.BUY:
            return AtRisk(net + filled, buying + counted, selling)
        return AtRisk(net - filled, buying, selling + counted)

    @property
    def worst(self) -> int:
        """The largest position that working orders can lead to, either way."""
        return max(self.net + self.buying, self.selling - self.net)


class Move(NamedTuple):
    """So much of an order's worth filled, and so much more that working orders add."""

    order: Working
    filled: int
    counted: int


NOWHERE: Final[Mapping[str, AtRisk]] = MappingProxyType({})
NOTHING_WORKS: Final[Mapping[int, Working]] = MappingProxyType({})
_NOT_AT_RISK: Final = AtRisk()


class Exposure(NamedTuple):
    """One agent's working orders by `seq`, and what is at risk by market and by venue.

    `is_mixed` once there were worths in two currencies: nobody can compare it then. A
    named tuple, because one is made for every order.
    """

    currency: Currency | None = None
    is_mixed: bool = False
    working: Mapping[int, Working] = NOTHING_WORKS
    markets: Mapping[str, AtRisk] = NOWHERE
    venues: Mapping[str, AtRisk] = NOWHERE

    def is_in(self, currency: Currency) -> bool:
        """Tell whether its worths are in this currency, so far as there are any."""
        known = self.currency
        return not self.is_mixed and (known is None or known.code == currency.code)

    def with_order(self, order: Order, worth: Money) -> "Exposure":
        """Return the exposure with one more order at its venue."""
        added = Working.of(order, worth)
        if order.target is not None:
            added = added._replace(counted=counted_for(added, self.working))
        currency, is_mixed, working, markets, venues = self
        known = currency or worth.currency
        is_mixed = is_mixed or known.code != worth.currency.code
        working = {**working, order.seq: added}
        changed = Exposure(known, is_mixed, working, markets, venues)
        return changed.moved(Move(added, 0, added.counted))

    def with_fill(
        self, seq: int, filled: int, fill: Fill, *, is_final: bool
    ) -> "Exposure":
        """Return the exposure once so many minor units of an order are filled in all.

        After the last word on it, whatever is to take its place counts for itself.
        """
        known = self.working.get(seq)
        if known is None:
            return self
        done = known._replace(filled=max(known.filled, filled), fill=fill)
        working = {**self.working}
        del working[seq]
        counted = 0
        if not is_final:
            counted = counted_for(done, working)
            working[seq] = done._replace(counted=counted)
        bought = known.remaining - done.remaining
        moves = [Move(done, bought, counted - known.counted)]
        before = done.before + done.filled if is_final else 0
        for other, order in working.items():
            if order.target == seq:
                after = order._replace(before=max(order.before, before))
                after = after._replace(counted=counted_for(after, working))
                working[other] = after
                moves.append(Move(after, 0, after.counted - order.counted))
        currency, is_mixed, _, markets, venues = self
        return Exposure(currency, is_mixed, working, markets, venues).moved(*moves)

    def added_by(self, order: Order, worth: Money) -> int:
        """Return what the order would add, beyond the rest of its target."""
        target = None if order.target is None else self.working.get(order.target)
        if target is None:
            return worth.minor_units
        return max(0, worth.minor_units - target.remaining)

    def moved(self, *moves: Move) -> "Exposure":
        """Return the exposure with the sums of market and venue moved by so much."""
        currency, is_mixed, working, old_markets, old_venues = self
        markets, venues = {**old_markets}, {**old_venues}
        for order, filled, counted in moves:
            market, side, venue = order[:3]
            there, at = (
                markets.get(market, _NOT_AT_RISK),
                venues.get(venue, _NOT_AT_RISK),
            )
            markets[market] = there.plus(side, filled, counted)
            venues[venue] = at.plus(side, filled, counted)
        return Exposure(currency, is_mixed, working, markets, venues)


def counted_for(order: Working, working: Mapping[int, Working]) -> int:
    """Return what it adds: of a replace, what is beyond the rest of its target."""
    target = None if order.target is None else working.get(order.target)
    if target is None:
        return order.remaining
    return max(0, order.remaining - target.remaining)


NO_EXPOSURE: Final = Exposure()
