"""An agent's past: what the next decision needs to know of all earlier ones."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, Self

from kya.core.conduct import Conduct
from kya.core.exposure import NO_EXPOSURE, Exposure
from kya.core.growing_set import GrowingSet
from kya.core.instant import Day
from kya.core.money import Currency, Money
from kya.core.order import Order, Side
from kya.core.profit import NO_PROFIT, Profit
from kya.core.tokens import NO_DIGEST

NOTHING: Final[Mapping[tuple[str, Side], int]] = MappingProxyType({})
NO_DAY: Final = Day(0)
NO_VENUES: Final[Mapping[str, int]] = MappingProxyType({})
NO_CONDUCT: Final = Conduct()


class Past(NamedTuple):
    """The agent's chain head and its counters of one UTC day.

    `allowed` sums the allowed orders of `day` in minor units of `currency`, by market
    and side, `by_venue` the same ones by venue; they count from the decision on and are
    not given back. `conduct`, `exposure` and `profit` are of its whole life, but for
    what they say is of the day.
    """

    seq: int = 0
    prev: str = NO_DIGEST
    day: Day = NO_DAY
    client_order_ids: GrowingSet = GrowingSet()
    currency: Currency | None = None
    allowed: Mapping[tuple[str, Side], int] = NOTHING
    by_venue: Mapping[str, int] = NO_VENUES
    conduct: Conduct = NO_CONDUCT
    exposure: Exposure = NO_EXPOSURE
    profit: Profit = NO_PROFIT

    def on(self, day: Day) -> Self:
        """Return the past as the given day sees it, without another day's counters."""
        if day == self.day:
            return self
        return self._replace(
            day=day,
            client_order_ids=GrowingSet(),
            currency=None,
            allowed=NOTHING,
            by_venue=NO_VENUES,
            profit=self.profit.on_another_day(),
            conduct=self.conduct.on_another_day(),
        )

    def including(
        self, order: Order, order_line_digest: str, *, counted: Money | None
    ) -> "Past":
        """Return the past after this order, which reserves what was `counted`."""
        allowed, currency, by_venue = self.allowed, self.currency, self.by_venue
        if counted is not None:
            key = (order.market, order.side)
            allowed = {**allowed, key: allowed.get(key, 0) + counted.minor_units}
            at_venue = by_venue.get(order.venue, 0) + counted.minor_units
            by_venue = {**by_venue, order.venue: at_venue}
            currency = counted.currency
        return self._replace(
            seq=order.seq,
            prev=order_line_digest,
            client_order_ids=self.client_order_ids.adding(order.client_order_id),
            currency=currency,
            allowed=allowed,
            by_venue=by_venue,
        )

    def behaving(self, conduct: Conduct) -> Self:
        """Return the past with this conduct."""
        return self._replace(conduct=conduct)


NO_PAST: Final = Past()
"""Nothing has happened yet."""
