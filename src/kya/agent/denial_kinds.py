"""What a denial is to a client of an exchange, who knows no reason of ours. Pure."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from kya.core.control import Reason


class Kind(Enum):
    """What a bot can make of a denial."""

    CLOSED = "nothing is taken now"
    SIZE = "the order is too large"
    FUNDS = "there is no room for it today, or at all"
    PRICE = "the price is too far from the market"
    RATE = "there were too many orders"
    DUPLICATE = "it was sent before"
    SELF_MATCH = "it would meet an order of the same firm"
    NO_TARGET = "the order that it names does not work"
    NOT_ALLOWED = "the bot may not, and it is no use to ask again"


KINDS: Final = {
    Reason.HALT_HALTED: Kind.CLOSED,
    Reason.HALT_REDUCING: Kind.CLOSED,
    Reason.HOURS_CLOSED: Kind.CLOSED,
    Reason.CALENDAR_CLOSED: Kind.CLOSED,
    Reason.ORDER_AMOUNT_MAX: Kind.SIZE,
    Reason.ORDER_UNITS_MAX: Kind.SIZE,
    Reason.PLACE_ORDER_AMOUNT_MAX: Kind.SIZE,
    Reason.DAILY_AMOUNT_MAX: Kind.FUNDS,
    Reason.PLACE_DAILY_AMOUNT_MAX: Kind.FUNDS,
    Reason.VENUE_DAILY: Kind.FUNDS,
    Reason.VENUE_CREDIT: Kind.FUNDS,
    Reason.POSITION: Kind.FUNDS,
    Reason.GROSS: Kind.FUNDS,
    Reason.NET: Kind.FUNDS,
    Reason.PRICE_BAND: Kind.PRICE,
    Reason.PRICE_COLLAR: Kind.PRICE,
    Reason.PRICE_DRIFT: Kind.PRICE,
    Reason.RATE_SECOND: Kind.RATE,
    Reason.RATE_MINUTE: Kind.RATE,
    Reason.CLIENT_ORDER_ID_DUPLICATE: Kind.DUPLICATE,
    Reason.ORDER_DUPLICATE: Kind.DUPLICATE,
    Reason.SELF_TRADE: Kind.SELF_MATCH,
    Reason.TARGET_UNKNOWN: Kind.NO_TARGET,
    Reason.TARGET_DIFFERS: Kind.NO_TARGET,
}
"""Every other reason says that the bot may not."""


def kind_of(reasons: Sequence[Reason]) -> Kind:
    """Return what the first of the reasons is to a client."""
    if not reasons:
        return Kind.NOT_ALLOWED
    return KINDS.get(reasons[0], Kind.NOT_ALLOWED)
