"""Denials in Kraken's words, each beside our own reasons. Pure.

The first error of an answer is one that clients of Kraken know, so that a bot does what
it does there; the others are ours, `EKya:` and a reason code.
"""

from collections.abc import Sequence
from typing import Final

from kya.agent.denial_kinds import Kind, kind_of
from kya.codec.kraken_words import PERMISSION_DENIED, UNKNOWN_ORDER
from kya.core.control import Reason

_ORDER: Final = "EOrder:Invalid order"
WORDS: Final = {
    Kind.CLOSED: "EService:Market in cancel_only mode",
    Kind.SIZE: "EGeneral:Invalid arguments:volume",
    Kind.FUNDS: "EOrder:Insufficient funds",
    Kind.PRICE: "EGeneral:Invalid arguments:price",
    Kind.RATE: "EOrder:Rate limit exceeded",
    Kind.DUPLICATE: _ORDER,
    Kind.SELF_MATCH: _ORDER,
    Kind.NO_TARGET: UNKNOWN_ORDER,
    Kind.NOT_ALLOWED: PERMISSION_DENIED,
}


def denied_with(reasons: Sequence[Reason], order: str) -> tuple[str, ...]:
    """Return the errors of a denial; `order` is the leaf hash that names it."""
    ours = [f"EKya:{reason.value}" for reason in reasons]
    return (WORDS[kind_of(reasons)], *ours, f"EKya:order {order}")
