"""What the paper exchange's OHLC says: candles of its own quotes, without a volume.

Nobody trades there but its one account, so a candle shows what the market gave.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from kya.adapters.exchange_order import Quote
from kya.codec.kraken_shapes import plain
from kya.codec.kraken_words import invalid
from kya.core.instant import MICROS_PER_SECOND, Instant

CANDLES_MAX: Final = 720
"""As many as Kraken gives, whatever the interval."""

_MINUTES: Final = ("1", "5", "15", "30", "60", "240", "1440", "10080", "21600")
_LOOKS_MAX: Final = 5
"""How often a candle looks at the market: at its ends, and between them."""

_MINUTE: Final = 60


def candles(
    quote_at: Callable[[Instant], Quote | None], interval: str, since: str, now: Instant
) -> tuple[list[object], int]:
    """Return the candles behind `since`, in seconds, the one of this moment among them.

    Also when the last whole one began, by which the next question goes on.
    """
    if interval not in _MINUTES:
        raise invalid("interval")
    if not (since.isascii() and since.isdecimal()):
        raise invalid("since")
    length = int(interval) * _MINUTE
    newest = now.micros // MICROS_PER_SECOND // length * length
    first = max(newest - (CANDLES_MAX - 1) * length, 0)
    after = min(int(since), newest)
    begun = max(first, (after // length + 1) * length if after else first)
    found = list[object]()
    for start in range(begun, newest + 1, length):
        candle = _candle(quote_at, start, length, now)
        if candle is not None:
            found.append(candle)
    return found, newest - length


def _candle(
    quote_at: Callable[[Instant], Quote | None], start: int, length: int, now: Instant
) -> list[object] | None:
    """Return one candle of the bids, or None where there was no market."""
    bids = list[Decimal]()
    steps = min(_LOOKS_MAX, length // _MINUTE) - 1
    for step in range(steps + 1):
        seconds = start + (length - _MINUTE) * step // max(steps, 1)
        quote = quote_at(min(Instant(seconds * MICROS_PER_SECOND), now))
        if quote is not None:
            bids.append(quote.bid)
    if not bids:
        return None
    shown = [plain(each) for each in (bids[0], max(bids), min(bids), bids[-1])]
    return [start, *shown, shown[-1], "0", 0]
