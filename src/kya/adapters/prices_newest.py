"""The newest price of each market, kept while it is the newest, in bounded memory."""

from collections import deque
from typing import Final

from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.limits_outside import (
    FEED_AHEAD_MAX,
    FEED_AHEAD_MICROS_MAX,
    FEED_MARKETS_MAX,
)
from kya.core.price import ReferencePrice


class NewestPrices:
    """What a feed has said last of each market.

    A source's clock may be ahead of ours, so prices dated a little ahead wait for their
    time beside the newest that our clock has reached.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        """Know no price."""
        self._kept: Final[dict[str, deque[ReferencePrice]]] = {}

    def keep(self, price: ReferencePrice, now: Instant) -> None:
        """Let the price take the place of older ones; MalformedError if it may not."""
        if price.at.micros - now.micros > FEED_AHEAD_MICROS_MAX:
            raise MalformedError(f"price of {price.market}: dated ahead of us")
        kept = self._kept.get(price.market)
        if kept is None:
            if len(self._kept) >= FEED_MARKETS_MAX:
                raise MalformedError(f"markets: want at most {FEED_MARKETS_MAX}")
            kept = self._kept[price.market] = deque()
        elif price.at < kept[-1].at:
            raise MalformedError(f"price of {price.market}: older than the one before")
        while len(kept) > 1 and kept[1].at <= now:
            kept.popleft()
        if len(kept) > FEED_AHEAD_MAX:
            raise MalformedError(f"prices ahead of us: want at most {FEED_AHEAD_MAX}")
        if kept and price.at <= now:
            kept.clear()
        kept.append(price)

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        """Return the newest price that is not after the instant, or None."""
        kept = self._kept.get(market, ())
        return next((price for price in reversed(kept) if price.at <= instant), None)

    def newest(self) -> dict[str, Instant]:
        """Return of when the newest price of each market is."""
        return {market: kept[-1].at for market, kept in sorted(self._kept.items())}
