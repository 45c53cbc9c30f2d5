"""Denials in FIX's words, each beside our own reasons. Pure."""

from collections.abc import Sequence
from typing import Final

from kya.core.control import Reason
from kya.fix.reports import CancelReject, OrdReject

WORDS: Final = {
    Reason.MARKET_NOT_ALLOWED: OrdReject.UNKNOWN_SYMBOL,
    Reason.HALT_HALTED: OrdReject.CLOSED,
    Reason.HALT_REDUCING: OrdReject.CLOSED,
    Reason.HOURS_CLOSED: OrdReject.CLOSED,
    Reason.CALENDAR_CLOSED: OrdReject.CLOSED,
    Reason.ORDER_AMOUNT_MAX: OrdReject.EXCEEDS_LIMIT,
    Reason.ORDER_UNITS_MAX: OrdReject.EXCEEDS_LIMIT,
    Reason.PLACE_ORDER_AMOUNT_MAX: OrdReject.EXCEEDS_LIMIT,
    Reason.PLACE_DAILY_AMOUNT_MAX: OrdReject.EXCEEDS_LIMIT,
    Reason.PLACE_OPEN_ORDERS_MAX: OrdReject.EXCEEDS_LIMIT,
    Reason.DAILY_AMOUNT_MAX: OrdReject.EXCEEDS_LIMIT,
    Reason.VENUE_DAILY: OrdReject.EXCEEDS_LIMIT,
    Reason.VENUE_CREDIT: OrdReject.EXCEEDS_LIMIT,
    Reason.OPEN_ORDERS: OrdReject.EXCEEDS_LIMIT,
    Reason.OPEN_IN_MARKET: OrdReject.EXCEEDS_LIMIT,
    Reason.POSITION: OrdReject.EXCEEDS_LIMIT,
    Reason.GROSS: OrdReject.EXCEEDS_LIMIT,
    Reason.NET: OrdReject.EXCEEDS_LIMIT,
    Reason.CLOCK_SKEW: OrdReject.TOO_LATE,
    Reason.TARGET_UNKNOWN: OrdReject.UNKNOWN_ORDER,
    Reason.TARGET_DIFFERS: OrdReject.UNKNOWN_ORDER,
    Reason.CLIENT_ORDER_ID_DUPLICATE: OrdReject.DUPLICATE,
    Reason.ORDER_DUPLICATE: OrdReject.DUPLICATE,
    Reason.ORDER_TYPE_NOT_ALLOWED: OrdReject.UNSUPPORTED,
    Reason.TIME_IN_FORCE_NOT_ALLOWED: OrdReject.UNSUPPORTED,
}
"""Every other reason says that the bot may not: the broker's option, in FIX."""

_OF_CANCELS: Final = {
    Reason.TARGET_UNKNOWN: CancelReject.UNKNOWN_ORDER,
    Reason.TARGET_DIFFERS: CancelReject.UNKNOWN_ORDER,
    Reason.CLIENT_ORDER_ID_DUPLICATE: CancelReject.DUPLICATE,
}


def denied_order(reasons: Sequence[Reason]) -> str:
    """Return the OrdRejReason of a denial, by the first of its reasons."""
    return WORDS.get(reasons[0], OrdReject.OPTION) if reasons else OrdReject.OPTION


def denied_change(reasons: Sequence[Reason]) -> str:
    """Return the CxlRejReason of a denial, by the first of its reasons."""
    if not reasons:
        return CancelReject.OPTION
    return _OF_CANCELS.get(reasons[0], CancelReject.OPTION)


def codes(reasons: Sequence[Reason]) -> str:
    """Return our own codes, one behind the other."""
    return " ".join(reason.value for reason in reasons)
