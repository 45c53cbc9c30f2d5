"""A reference price: where it came from and when, beside the figures."""

from dataclasses import dataclass
from enum import Enum

from kya.core import tokens
from kya.core.instant import Instant
from kya.core.money import Price


class MarketState(Enum):
    """Whether the market takes orders, as the price's source says."""

    OPEN = "open"
    AUCTION = "auction"
    HALTED = "halted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePrice:
    """Best bid and ask of one market at one instant, from one named source.

    What a source says is kept as it is, a crossed book too: a control blocks on it.
    """

    market: str
    bid: Price
    ask: Price
    at: Instant
    source: str
    state: MarketState = MarketState.OPEN

    def __post_init__(self) -> None:
        """Refuse what names no market or no source."""
        tokens.require(tokens.MARKET, "market", self.market)
        tokens.require_text("source", self.source)

    @property
    def is_crossed(self) -> bool:
        """Whether somebody seems to pay more than somebody asks."""
        return self.bid.units > self.ask.units
