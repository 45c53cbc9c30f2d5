"""Denials in Binance's words, each beside our own reasons. Pure.

The code, and with some the whole sentence, is one that clients of Binance know, so that
a bot does what it does there. Reasons and leaf hash stand in the member `kya`, and
behind the sentence wherever clients do not go by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kya.codec.binance_words import (
    CANCEL_REJECTED,
    NO_FUNDS,
    NO_PRIVILEGE,
    ORDER_REJECTED,
    REFUSED_BY_FILTER,
    TOO_MANY_ORDERS,
    BinanceError,
)
from kya.core.control import Reason

_TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A code and a sentence; clients go by the sentence where it is `known`."""

    code: int
    sentence: str
    known: bool = False
    status: int = 400


_CLOSED: Final = Words(code=REFUSED_BY_FILTER, sentence="Market is closed.", known=True)
_FUNDS: Final = Words(code=ORDER_REJECTED, sentence=NO_FUNDS, known=True)
_QUANTITY: Final = Words(code=REFUSED_BY_FILTER, sentence="Filter failure: LOT_SIZE.")
_PRICE: Final = Words(
    code=REFUSED_BY_FILTER, sentence="Filter failure: PERCENT_PRICE_BY_SIDE."
)
_RATE: Final = Words(
    code=TOO_MANY_ORDERS, sentence="Too many new orders.", status=_TOO_MANY
)
_DUPLICATE: Final = Words(code=ORDER_REJECTED, sentence="Duplicate order sent.")
_REJECTED: Final = Words(code=ORDER_REJECTED, sentence="New order rejected.")
_UNKNOWN: Final = Words(code=CANCEL_REJECTED, sentence="Unknown order sent.")
NOT_ALLOWED: Final = Words(code=ORDER_REJECTED, sentence=NO_PRIVILEGE)
"""Every other reason: the bot may not, and it is no use to ask again."""

WORDS: Final = {
    Reason.HALT_HALTED: _CLOSED,
    Reason.HALT_REDUCING: _CLOSED,
    Reason.HOURS_CLOSED: _CLOSED,
    Reason.CALENDAR_CLOSED: _CLOSED,
    Reason.ORDER_AMOUNT_MAX: _QUANTITY,
    Reason.ORDER_UNITS_MAX: _QUANTITY,
    Reason.PLACE_ORDER_AMOUNT_MAX: _QUANTITY,
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
    Reason.CLIENT_ORDER_ID_DUPLICATE: _DUPLICATE,
    Reason.ORDER_DUPLICATE: _DUPLICATE,
    Reason.SELF_TRADE: _REJECTED,
    Reason.TARGET_UNKNOWN: _UNKNOWN,
    Reason.TARGET_DIFFERS: _UNKNOWN,
}


def denial(reasons: Sequence[Reason], order: str) -> BinanceError:
    """Return the answer to a denial; `order` is the leaf hash that names it."""
    words = WORDS.get(reasons[0], NOT_ALLOWED) if reasons else NOT_ALLOWED
    codes = [reason.value for reason in reasons]
    sentence = words.sentence
    if not words.known:
        sentence = f"{sentence} kya: {' '.join(codes)}; order {order}"
    kya = {"order": order, "reasons": codes}
    return BinanceError(words.code, sentence, words.status, kya)


def rejection(detail: str) -> BinanceError:
    """Return the answer where the venue itself has rejected an order."""
    if "insufficient" in detail.lower():
        return BinanceError(ORDER_REJECTED, NO_FUNDS, kya={"venue": detail})
    sentence = f"{_REJECTED.sentence} The venue says: {detail or 'nothing'}"
    return BinanceError(ORDER_REJECTED, sentence, kya={"venue": detail})
