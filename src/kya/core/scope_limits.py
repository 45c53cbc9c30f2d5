"""The limits that a scope may set beyond the story's: each arms one control or more.

A limit that is not set arms nothing. Each field is read by a control in `checks_*`.
"""

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.limits import (
    BASELINE_DAYS_MAX,
    BASIS_POINTS_MAX,
    COUNT_MAX,
    DUPLICATE_WINDOW_MILLIS_MAX,
    MESSAGES_PER_MINUTE_MAX,
    MESSAGES_PER_SECOND_MAX,
    PRICE_AGE_MILLIS_MAX,
    PRICE_DRIFT_SECONDS_MAX,
    SCORE_BPS_MAX,
    UNANSWERED_MAX,
)
from kya.core.money import Money, Quantity
from kya.core.order import Action, OrderType, TimeInForce

ACTIONS_UNLESS_LISTED: Final = frozenset({Action.NEW, Action.CANCEL})
"""What an agent may ask for whose scope lists no actions."""

ACTIONS_WITH_A_ROAD: Final = frozenset({Action.NEW, Action.REPLACE, Action.CANCEL})
"""What a scope may list: no venue has a road for any other action."""

NO_UNITS: Final[Mapping[str, Quantity]] = MappingProxyType({})


class SelfMatch(Enum):
    """What becomes of an order that could meet another one of the firm."""

    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a scope sets beyond its maxima; every maximum is inclusive.

    `actions` are what an agent may ask for; a cancel is always among them. `desk` names
    the desk whose halts also stop the agent. `order_units_max` is in units
    of the base, for each market of the scope or for none. `price_age_millis` arms the
    reference price, which must be no older; the other limits of prices, in basis
    points, need it. `price_buffer_bps` is added to a price that values an amount. What
    latches, `executions_unreviewed`, `rejects_in_a_row`, `daily_loss_max` and
    `drawdown_max`, stays so until people act. Amounts are in the scope's currency. The
    scores are those from which on an order, unlike its agent's past, is warned of or
    denied; either demands a locked baseline before the agent goes live, and one that
    reaches `baseline_days` has expired.
    """

    actions: frozenset[Action] | None = None
    desk: str | None = None
    order_types: frozenset[OrderType] | None = None
    times_in_force: frozenset[TimeInForce] | None = None
    order_units_max: Mapping[str, Quantity] = field(
        default_factory=lambda: NO_UNITS, hash=False
    )
    baseline_days: int | None = None
    baseline_warn_days: int | None = None
    duplicate_window_millis: int | None = None
    executions_unreviewed: int | None = None
    messages_per_day: int | None = None
    messages_per_minute: int | None = None
    messages_per_second: int | None = None
    orders_per_day: int | None = None
    orders_per_fill: int | None = None
    price_age_millis: int | None = None
    price_buffer_bps: int | None = None
    price_collar_bps: int | None = None
    price_drift_bps: int | None = None
    price_drift_seconds: int | None = None
    price_warn_bps: int | None = None
    rejects_in_a_row: int | None = None
    score_critical_bps: int | None = None
    score_warn_bps: int | None = None
    spread_bps: int | None = None
    open_orders: int | None = None
    open_orders_per_market: int | None = None
    position_max: Money | None = None
    gross_max: Money | None = None
    net_max: Money | None = None
    venue_daily_max: Money | None = None
    venue_credit_max: Money | None = None
    daily_loss_max: Money | None = None
    drawdown_max: Money | None = None
    self_trade: SelfMatch | None = None

    def __post_init__(self) -> None:
        """Refuse limits that can never be met, or that lack what they are measured by.

        MalformedError names the field and what was expected.
        """
        if self.actions is not None:
            _require_a_road(self.actions)
        if self.desk is not None:
            tokens.require(tokens.NAME, "desk", self.desk)
        _require_some("order_types", self.order_types)
        _require_some("times_in_force", self.times_in_force)
        for market in self.order_units_max:
            tokens.require(tokens.MARKET, "order_units_max", market)
        for name, most in COUNTS.items():
            _require_within(name, getattr(self, name), most)
        for name in AMOUNTS:
            amount = getattr(self, name)
            if amount is not None and not amount.minor_units:
                msg = f"{name}: want more than zero"
                raise MalformedError(msg)
        self._require_price()
        warn, critical = self.score_warn_bps, self.score_critical_bps
        if warn is not None and (critical is None or warn >= critical):
            msg = "score_warn_bps: want less than score_critical_bps"
            raise MalformedError(msg)
        warn, days = self.baseline_warn_days, self.baseline_days
        if days is not None and critical is None:
            msg = "baseline_days: want score_critical_bps beside it"
            raise MalformedError(msg)
        if warn is not None and (days is None or warn >= days):
            msg = "baseline_warn_days: want less than baseline_days"
            raise MalformedError(msg)

    def _require_price(self) -> None:
        """Raise if a limit of prices is set, but not how old a price may be."""
        for name in PRICE_LIMITS:
            if getattr(self, name) is not None and self.price_age_millis is None:
                msg = f"{name}: want price_age_millis beside it"
                raise MalformedError(msg)
        if (self.price_drift_bps is None) is not (self.price_drift_seconds is None):
            msg = "price_drift_bps, price_drift_seconds: want both or neither"
            raise MalformedError(msg)
        collar, warn = self.price_collar_bps, self.price_warn_bps
        if warn is not None and (collar is None or warn >= collar):
            msg = "price_warn_bps: want less than price_collar_bps"
            raise MalformedError(msg)


COUNTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "baseline_days": BASELINE_DAYS_MAX,
        "baseline_warn_days": BASELINE_DAYS_MAX,
        "duplicate_window_millis": DUPLICATE_WINDOW_MILLIS_MAX,
        "executions_unreviewed": COUNT_MAX,
        "messages_per_day": COUNT_MAX,
        "messages_per_minute": MESSAGES_PER_MINUTE_MAX,
        "messages_per_second": MESSAGES_PER_SECOND_MAX,
        "open_orders": UNANSWERED_MAX,
        "open_orders_per_market": UNANSWERED_MAX,
        "orders_per_day": COUNT_MAX,
        "orders_per_fill": COUNT_MAX,
        "price_age_millis": PRICE_AGE_MILLIS_MAX,
        "price_buffer_bps": BASIS_POINTS_MAX - 1,
        "price_collar_bps": BASIS_POINTS_MAX - 1,
        "price_drift_bps": BASIS_POINTS_MAX - 1,
        "price_drift_seconds": PRICE_DRIFT_SECONDS_MAX,
        "price_warn_bps": BASIS_POINTS_MAX - 1,
        "rejects_in_a_row": COUNT_MAX,
        "score_critical_bps": SCORE_BPS_MAX,
        "score_warn_bps": SCORE_BPS_MAX,
        "spread_bps": BASIS_POINTS_MAX - 1,
    }
)
"""The limits that are plain integers, and the most that each may be."""

AMOUNTS: Final = (
    "position_max",
    "gross_max",
    "net_max",
    "venue_daily_max",
    "venue_credit_max",
    "daily_loss_max",
    "drawdown_max",
)
"""The limits that are amounts in the scope's currency."""

PRICE_LIMITS: Final = (
    "price_buffer_bps",
    "price_collar_bps",
    "price_drift_bps",
    "price_warn_bps",
    "spread_bps",
)
"""The limits that are measured by the reference price."""


def _require_a_road(actions: frozenset[Action]) -> None:
    """Raise for an action that no venue has a road for, or without the cancel."""
    if not {Action.CANCEL} <= actions <= ACTIONS_WITH_A_ROAD:
        wanted = ", ".join(sorted([each.value for each in ACTIONS_WITH_A_ROAD]))
        msg = (
            f"actions: want cancel, and besides it some of {wanted}: no venue has a"
            " road for anything else"
        )
        raise MalformedError(msg)


def _require_some(name: str, items: Sized | None) -> None:
    """Raise for a list that is there and names nothing."""
    if items is not None and not items:
        msg = f"{name}: want at least one"
        raise MalformedError(msg)


def _require_within(name: str, value: int | None, most: int) -> None:
    """Raise unless the figure is not set, or from 1 to `most`."""
    if value is not None and not (type(value) is int and 1 <= value <= most):
        msg = f"{name}: want 1 to {most}, got {value}"
        raise MalformedError(msg)


NO_LIMITS: Final = Limits()
"""What a scope sets that names no limit of these."""
