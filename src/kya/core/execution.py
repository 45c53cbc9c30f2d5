"""An execution in the venue's own words, and what it comes to if it is of an order."""

from dataclasses import dataclass
from typing import NamedTuple

from kya.core import fixed_point, tokens
from kya.core.errors import MalformedError
from kya.core.exact_fill import scale_of
from kya.core.instant import Instant
from kya.core.money import QUANTITY_DECIMALS, Currency, Money, Price
from kya.core.order import Action, Order, Side


class Executed(NamedTuple):
    """What was executed of an order: so much in 10**-18, at a price in 10**-10."""

    units: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One line of a venue's own list of executions.

    Names and figures stay as the venue writes them, for it may name what nobody here
    knows: an order of somebody else, an asset that is on no list of ours. `client_id`
    is empty where the venue names no order of a client.
    """

    execution_id: str
    venue_order_id: str
    client_id: str
    market: str
    side: Side
    amount: str
    currency: str
    price: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse what no list can say."""
        for field, text in (
            ("execution_id", self.execution_id),
            ("venue_order_id", self.venue_order_id),
            ("market", self.market),
            ("currency", self.currency),
        ):
            tokens.require(tokens.FOREIGN, field, text)
        if self.client_id:
            tokens.require(tokens.FOREIGN, "client_id", self.client_id)
        tokens.require(tokens.DECIMAL, "amount", self.amount)
        tokens.require(tokens.DECIMAL, "price", self.price)

    def __str__(self) -> str:
        """Say what was executed, as people read it."""
        return (
            f"{self.execution_id}: {self.side.value} {self.currency} {self.amount} of"
            f" {self.market} at {self.price}"
        )

    def of(self, order: Order) -> Executed | None:
        """Return what it comes to, or None where it cannot be of this order."""
        if order.action is Action.CANCEL or (self.market, self.side) != (
            order.market,
            order.side,
        ):
            return None
        currency = order.amount.currency
        if self.currency != currency.code:
            return None
        try:
            units = amount_units(self.amount, currency)
            return Executed(units, Price.parse(self.price).units)
        except MalformedError:
            return None


def amount_units(text: str, currency: Currency) -> int:
    """Return an amount in 10**-18; one in more decimals than its currency's is exact.

    MalformedError for another spelling than the currency's, or the shortest finer one.
    """
    _, _, fraction = text.partition(".")
    if len(fraction) > currency.decimals:
        return fixed_point.parse_shortest(text, QUANTITY_DECIMALS)
    return Money.parse(text, currency).minor_units * scale_of(currency)
