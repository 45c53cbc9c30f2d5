"""What a model may ask for, and what it is told; everything else is refused.

Figures are text: a number of JSON would have been rounded on its way here.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kya.assistant.quoting import Quoted
from kya.core import tokens
from kya.core.limits import SEQ_MAX

_FIGURE = f"^{tokens.DECIMAL.pattern}$"

Market = Annotated[
    str,
    Meta(
        pattern=f"^{tokens.MARKET.pattern}$",
        description="The market as BASE/QUOTE, such as BTC/EUR.",
    ),
]
Side = Annotated[
    Literal["BUY", "SELL"],
    Meta(description="BUY takes the base for the quote, SELL gives it."),
]
Amount = Annotated[
    str,
    Meta(pattern=_FIGURE, description='Units of the base, as text: "0.10".'),
]
LimitPrice = Annotated[
    str,
    Meta(
        pattern=_FIGURE,
        description="The worst price that will do, as text; none for a market order.",
    ),
]
Lasting = Annotated[
    Literal["GTC", "IOC"],
    Meta(description="GTC rests until cancelled, IOC does not rest."),
]
Number = Annotated[
    int, Meta(ge=1, le=SEQ_MAX, description="The order's number, `order` in an answer.")
]


class WantedOrder(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """One order. Who asks, where it goes and under which mandate is not asked."""

    market: Market
    side: Side
    amount: Amount
    limit_price: LimitPrice | None = None
    time_in_force: Lasting = "IOC"


class OneOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order that this agent has sent."""

    order: Number


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No arguments."""


Outcome = Literal["allowed", "denied", "refused", "unknown"]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a request.

    `allowed` has left for the venue; `denied` is on record with its reasons, and
    `refused` was never an order; of `unknown` nobody knows yet. `order` names it from
    now on, `log_index` its place in the log.
    """

    outcome: Outcome
    said: str
    reasons: list[str] = []
    order: int | None = None
    log_index: int | None = None


class OrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """An order on record; the venue's own words are quoted."""

    order: int
    action: str
    market: str
    side: str
    type: str
    amount: str
    limit_price: str | None
    outcome: str | None
    reasons: list[str]
    venue: str | None
    filled: str | None
    price: str | None
    venue_said: Quoted | None = None


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One order, and why it was decided so, in words where they are known here."""

    said: str
    shown: OrderShown | None = None


class Working(msgspec.Struct, frozen=True, kw_only=True):
    """What the venue may still fill."""

    orders: list[OrderShown]
