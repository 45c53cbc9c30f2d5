"""A reference price: where it came from and when, beside the figures."""

from dataclasses import dataclass

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.money import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePrice:
    """Best bid and ask of one market at one instant, from one named source."""

    market: str
    bid: Price
    ask: Price
    at: Instant
    source: str

    def __post_init__(self) -> None:
        """Refuse a crossed book."""
        tokens.require(tokens.MARKET, "market", self.market)
        tokens.require_text("source", self.source)
        if self.bid > self.ask:
            msg = f"price of {self.market}: bid {self.bid} is above ask {self.ask}"
            raise MalformedError(msg)
