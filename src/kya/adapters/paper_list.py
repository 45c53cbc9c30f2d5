"""The paper venue's drop copy: what was filled, one line for each fill."""

from dataclasses import dataclass, field

from kya.adapters.paper_book import Message
from kya.core.execution import Execution
from kya.core.instant import Instant
from kya.core.money import Money


@dataclass(slots=True)
class PaperList:
    """The fills in their order; `orders` are the venue's own numbers of messages."""

    venue: str
    lines: list[Execution] = field(default_factory=list[Execution])
    _orders: dict[str, int] = field(default_factory=dict[str, int])

    def take(self, before: int, message: Message, at: Instant) -> None:
        """Add a line if more than `before` minor units are filled by now."""
        number = self._orders.setdefault(message.client_id, len(self._orders) + 1)
        units, price = message.filled - before, message.last_price
        if units <= 0 or price is None:
            return
        amount = Money(units, message.amount.currency)
        self.lines.append(
            Execution(
                execution_id=f"{self.venue}-E{len(self.lines) + 1}",
                venue_order_id=f"{self.venue}-O{number}",
                client_id=message.client_id,
                market=message.market,
                side=message.side,
                amount=str(amount),
                currency=amount.currency.code,
                price=str(price),
                at=at,
            )
        )
