"""Denials in Binance's words, each beside our own reasons. Pure.

The code, and with some the whole sentence, is one that clients of Binance know, so that
a bot does what it does there. Reasons and leaf hash stand in the member `kya`, and
behind the sentence wherever clients do not go by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kya.agent.denial_kinds import Kind, kind_of
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


_REJECTED: Final = Words(code=ORDER_REJECTED, sentence="New order rejected.")
WORDS: Final = {
    Kind.CLOSED: Words(
        code=REFUSED_BY_FILTER, sentence="Market is closed.", known=True
    ),
    Kind.SIZE: Words(code=REFUSED_BY_FILTER, sentence="Filter failure: LOT_SIZE."),
    Kind.FUNDS: Words(code=ORDER_REJECTED, sentence=NO_FUNDS, known=True),
    Kind.PRICE: Words(
        code=REFUSED_BY_FILTER, sentence="Filter failure: PERCENT_PRICE_BY_SIDE."
    ),
    Kind.RATE: Words(
        code=TOO_MANY_ORDERS, sentence="Too many new orders.", status=_TOO_MANY
    ),
    Kind.DUPLICATE: Words(code=ORDER_REJECTED, sentence="Duplicate order sent."),
    Kind.SELF_MATCH: _REJECTED,
    Kind.NO_TARGET: Words(code=CANCEL_REJECTED, sentence="Unknown order sent."),
    Kind.NOT_ALLOWED: Words(code=ORDER_REJECTED, sentence=NO_PRIVILEGE),
}


def denial(reasons: Sequence[Reason], order: str) -> BinanceError:
    """Return the answer to a denial; `order` is the leaf hash that names it."""
    words = WORDS[kind_of(reasons)]
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
