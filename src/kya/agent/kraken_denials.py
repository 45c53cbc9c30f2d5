"""Denials in Kraken's words, each beside our own reasons. Pure.

The first error of an answer is one that clients of Kraken know, so that a bot does what
it does there; the others are ours, `EKya:` and a reason code.
"""

from collections.abc import Sequence
from typing import Final

from kya.codec.kraken_words import PERMISSION_DENIED, UNKNOWN_ORDER
from kya.core.control import Reason

_CLOSED: Final = "EService:Market in cancel_only mode"
_FUNDS: Final = "EOrder:Insufficient funds"
_VOLUME: Final = "EGeneral:Invalid arguments:volume"
_PRICE: Final = "EGeneral:Invalid arguments:price"
_RATE: Final = "EOrder:Rate limit exceeded"
_ORDER: Final = "EOrder:Invalid order"

WORDS: Final = {
    Reason.HALT_HALTED: _CLOSED,
    Reason.HALT_REDUCING: _CLOSED,
    Reason.HOURS_CLOSED: _CLOSED,
    Reason.CALENDAR_CLOSED: _CLOSED,
    Reason.ORDER_AMOUNT_MAX: _VOLUME,
    Reason.ORDER_UNITS_MAX: _VOLUME,
    Reason.PLACE_ORDER_AMOUNT_MAX: _VOLUME,
    Reason.DAILY_AMOUNT_MAX: _FUNDS,
    Reason.PLACE_DAILY_AMOUNT_MAX: _FUNDS,
    Reason.VENUE_DAILY: _FUNDS,
    Reason.VENUE_CREDIT: _FUNDS,
    Reason.POSITION: _FUNDS,
    Reason.GROSS: _FUNDS,
    Reason.NET: _FUNDS,
    Reason.PRICE_BAND: _PRICE,
    Reason.PRICE_COLLAR: _PRICE,
    Reason.PRICE_DRIFT: _PRICE,
    Reason.RATE_SECOND: _RATE,
    Reason.RATE_MINUTE: _RATE,
    Reason.CLIENT_ORDER_ID_DUPLICATE: _ORDER,
    Reason.ORDER_DUPLICATE: _ORDER,
    Reason.SELF_TRADE: _ORDER,
    Reason.TARGET_UNKNOWN: UNKNOWN_ORDER,
    Reason.TARGET_DIFFERS: UNKNOWN_ORDER,
}
"""Every other reason says that the bot may not: it is no use to ask again."""


def denied_with(reasons: Sequence[Reason], order: str) -> tuple[str, ...]:
    """Return the errors of a denial; `order` is the leaf hash that names it."""
    first = WORDS.get(reasons[0], PERMISSION_DENIED) if reasons else PERMISSION_DENIED
    ours = [f"EKya:{reason.value}" for reason in reasons]
    return (first, *ours, f"EKya:order {order}")
