"""An agent's past: what the next decision needs to know of all earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Self

from kya.core.conduct import Conduct
from kya.core.growing_set import GrowingSet
from kya.core.instant import Day
from kya.core.money import Currency, Money
from kya.core.order import Order, Side
from kya.core.tokens import NO_DIGEST

NOTHING: Final[Mapping[tuple[str, Side], int]] = MappingProxyType({})
NO_DAY: Final = Day(0)
NO_CONDUCT: Final = Conduct()


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The agent's chain head and its counters of one UTC day.

    `allowed` sums the allowed orders of `day` in minor units of `currency`, by market
    and side; they count from the decision on and are not given back.
    """

    seq: int = 0
    prev: str = NO_DIGEST
    day: Day = NO_DAY
    client_order_ids: GrowingSet = field(default_factory=GrowingSet)
    currency: Currency | None = None
    allowed: Mapping[tuple[str, Side], int] = field(default_factory=lambda: NOTHING)
    conduct: Conduct = field(default_factory=lambda: NO_CONDUCT)

    def on(self, day: Day) -> Self:
        """Return the past as the given day sees it, without another day's counters."""
        if day == self.day:
            return self
        return replace(
            self,
            day=day,
            client_order_ids=GrowingSet(),
            currency=None,
            allowed=NOTHING,
            conduct=self.conduct.on_another_day(),
        )

    def including(
        self, order: Order, order_line_digest: str, *, counted: Money | None
    ) -> Self:
        """Return the past after this order, which reserves what was `counted`."""
        allowed, currency = self.allowed, self.currency
        if counted is not None:
            key = (order.market, order.side)
            allowed = {**allowed, key: allowed.get(key, 0) + counted.minor_units}
            currency = counted.currency
        return replace(
            self,
            seq=order.seq,
            prev=order_line_digest,
            client_order_ids=self.client_order_ids.adding(order.client_order_id),
            currency=currency,
            allowed=allowed,
        )

    def behaving(self, conduct: Conduct) -> Self:
        """Return the past with this conduct."""
        return replace(self, conduct=conduct)
