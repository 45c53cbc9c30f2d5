"""What a control is, and what it found: the vocabulary of every decision."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from kya.core.instant import Instant, TimeOfDay, Weekday
from kya.core.money import Money
from kya.core.order import OrderType, TimeInForce
from kya.core.scope import Calendar, TradingWindow

Measured: TypeAlias = (
    int
    | str
    | Money
    | Instant
    | TimeOfDay
    | TradingWindow
    | Calendar
    | Weekday
    | frozenset[str]
    | OrderType
    | TimeInForce
    | frozenset[OrderType]
    | frozenset[TimeInForce]
)
"""What a limit or a measured value can be; the codec gives each one spelling."""


class Reason(Enum):
    """Why an order was not allowed. The value is the code on the wire."""

    CREDENTIAL_SUSPENDED = "credential.suspended"
    CREDENTIAL_REVOKED = "credential.revoked"
    CREDENTIAL_NOT_YET_VALID = "credential.not_yet_valid"
    CREDENTIAL_EXPIRED = "credential.expired"
    HALT_HALTED = "halt.halted"
    HALT_REDUCING = "halt.reducing"
    INCIDENT_GRACE_OVER = "incident.grace_over"
    SEQUENCE_GAP = "sequence.gap"
    SEQUENCE_PREV = "sequence.prev"
    CLIENT_ORDER_ID_DUPLICATE = "client_order_id.duplicate"
    CLOCK_SKEW = "clock.skew"
    ACTION_NOT_ALLOWED = "action.not_allowed"
    TARGET_UNKNOWN = "target.unknown"
    TARGET_DIFFERS = "target.differs"
    MARKET_NOT_ALLOWED = "market.not_allowed"
    VENUE_NOT_ALLOWED = "venue.not_allowed"
    REGION_NOT_ALLOWED = "region.not_allowed"
    REGION_EVIDENCE = "region.evidence"
    RUNTIME_DIGEST = "runtime.digest"
    ORDER_TYPE_NOT_ALLOWED = "order.type_not_allowed"
    TIME_IN_FORCE_NOT_ALLOWED = "order.time_in_force_not_allowed"
    PRICE_STALE = "price.stale"
    PRICE_BOOK = "price.book"
    PRICE_SPREAD = "price.spread"
    PRICE_BAND = "price.band"
    PRICE_COLLAR = "price.collar"
    PRICE_DRIFT = "price.drift"
    PRICE_MISSING = "price.missing"
    ORDER_AMOUNT_MAX = "order.amount_max"
    ORDER_UNITS_MAX = "order.units_max"
    DAILY_AMOUNT_MAX = "daily.amount_max"
    PLACE_ORDER_AMOUNT_MAX = "place.order_amount_max"
    PLACE_DAILY_AMOUNT_MAX = "place.daily_amount_max"
    PLACE_OPEN_ORDERS_MAX = "place.open_orders_max"
    ORDER_DUPLICATE = "order.duplicate"
    RATE_SECOND = "rate.second"
    RATE_MINUTE = "rate.minute"
    RATE_DAY = "rate.day"
    DAILY_ORDERS = "daily.orders"
    ORDERS_PER_FILL = "rate.orders_per_fill"
    LATCH_REJECTS = "latch.rejects"
    LATCH_EXECUTIONS = "latch.executions"
    OPEN_ORDERS = "open.orders"
    OPEN_IN_MARKET = "open.market_orders"
    POSITION = "position.market"
    GROSS = "exposure.gross"
    NET = "exposure.net"
    VENUE_DAILY = "venue.daily_amount"
    VENUE_CREDIT = "venue.credit"
    SELF_TRADE = "order.self_trade"
    LATCH_LOSS = "latch.daily_loss"
    LATCH_DRAWDOWN = "latch.drawdown"
    BEHAVIOUR_UNKNOWN = "behaviour.unknown"
    BEHAVIOUR_EXPIRED = "behaviour.expired"
    BEHAVIOUR_RENEWAL_DUE = "behaviour.renewal_due"
    BEHAVIOUR_UNUSUAL = "behaviour.unusual"
    BEHAVIOUR_CRITICAL = "behaviour.critical"
    BEHAVIOUR_SEQUENCE = "behaviour.sequence"
    HOURS_CLOSED = "hours.closed"
    CALENDAR_CLOSED = "calendar.closed"
    OVERLAY_FORBIDS = "overlay.forbids"
    OVERLAY_UNANSWERED = "overlay.unanswered"
    CONTROL_FAULTED = "control.faulted"

    __hash__ = object.__hash__  # Enum's own takes longer than the rest of a look-up.


IDENTITY_REASONS: Final = frozenset(
    {
        Reason.CREDENTIAL_SUSPENDED,
        Reason.CREDENTIAL_REVOKED,
        Reason.CREDENTIAL_NOT_YET_VALID,
        Reason.CREDENTIAL_EXPIRED,
    }
)
"""Reasons that make an order refused rather than denied: it has no valid credential."""


class ControlOutcome(Enum):
    """What came of one control. A control that cannot be evaluated blocks.

    One that failed and is set aside by an override does not, nor does a soft one that
    warns; both keep their reason.
    """

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    OVERRIDDEN = "overridden"
    CANNOT_EVALUATE = "cannot_evaluate"

    __hash__ = object.__hash__  # Enum's own takes longer than the rest of a look-up.


LETS_PASS: Final = frozenset(
    {ControlOutcome.PASSED, ControlOutcome.WARNED, ControlOutcome.OVERRIDDEN}
)
"""What does not stop an order; anything else does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One rule, as it is named in every decision.

    `source` cites what the rule answers to; `unit` is empty where the value says it.
    `overridable` marks a limit that two people may set aside for one order, `soft` one
    that warns and never denies.
    """

    id: str
    version: int
    unit: str
    source: str
    overridable: bool = False
    soft: bool = False


class ControlResult(NamedTuple):
    """What one control measured, against what limit, and what came of it.

    A named tuple, because sixteen of them are made for every order and a frozen
    dataclass takes three times as long to make. `reason` is set unless it passed.
    """

    control: Control
    outcome: ControlOutcome
    limit: Measured
    measured: Measured
    reason: Reason | None = None


class NotArmed(Enum):
    """What a control says whose limit the scope does not set. It is not listed."""

    NOT_ARMED = "not armed"


NOT_ARMED: Final = NotArmed.NOT_ARMED
"""A value of its own, so that a control which forgets its result blocks."""


def at_most(control: Control, most: int, count: int, reason: Reason) -> ControlResult:
    """Compare a count with its maximum, which is inclusive."""
    if count <= most:
        return ControlResult(control, ControlOutcome.PASSED, most, count)
    return ControlResult(control, ControlOutcome.FAILED, most, count, reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One reason why an order was not allowed."""

    reason: Reason
    control: Control
    outcome: ControlOutcome
    limit: Measured
    measured: Measured
