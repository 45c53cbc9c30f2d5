"""The `limits` object of a scope: each limit that is set, by its name."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.errors import MalformedError
from kya.core.money import Currency, Money, Quantity
from kya.core.order import Action, OrderType, TimeInForce
from kya.core.scope_limits import AMOUNTS, COUNTS, NO_LIMITS, Limits, SelfMatch

E = TypeVar("E", bound=Enum)
_Count = int | msgspec.UnsetType
_Amount = str | msgspec.UnsetType
_Names = list[str] | msgspec.UnsetType
_UNSET = msgspec.UNSET


class LimitsFields(canonical.Statement, frozen=True, kw_only=True):
    """Limits on the wire; one that is not set does not stand there."""

    actions: _Names = _UNSET
    baseline_days: _Count = _UNSET
    baseline_warn_days: _Count = _UNSET
    daily_loss_max: _Amount = _UNSET
    desk: str | msgspec.UnsetType = _UNSET
    drawdown_max: _Amount = _UNSET
    duplicate_window_millis: _Count = _UNSET
    executions_unreviewed: _Count = _UNSET
    gross_max: _Amount = _UNSET
    messages_per_day: _Count = _UNSET
    messages_per_minute: _Count = _UNSET
    messages_per_second: _Count = _UNSET
    net_max: _Amount = _UNSET
    open_orders: _Count = _UNSET
    open_orders_per_market: _Count = _UNSET
    order_types: _Names = _UNSET
    order_units_max: dict[str, str] | msgspec.UnsetType = _UNSET
    orders_per_day: _Count = _UNSET
    orders_per_fill: _Count = _UNSET
    position_max: _Amount = _UNSET
    price_age_millis: _Count = _UNSET
    price_buffer_bps: _Count = _UNSET
    price_collar_bps: _Count = _UNSET
    price_drift_bps: _Count = _UNSET
    price_drift_seconds: _Count = _UNSET
    price_warn_bps: _Count = _UNSET
    rejects_in_a_row: _Count = _UNSET
    score_critical_bps: _Count = _UNSET
    score_warn_bps: _Count = _UNSET
    self_trade: _Amount = _UNSET
    spread_bps: _Count = _UNSET
    times_in_force: _Names = _UNSET
    venue_credit_max: _Amount = _UNSET
    venue_daily_max: _Amount = _UNSET


_ACTION = by_value("actions", Action)
_SELF_TRADE = by_value("self_trade", SelfMatch)
_TYPE = by_value("order_types", OrderType)
_TIME_IN_FORCE = by_value("times_in_force", TimeInForce)


def limits_from(wire: LimitsFields | msgspec.UnsetType, currency: Currency) -> Limits:
    """Return the limits of their fields; MalformedError if they are none."""
    if wire is _UNSET:
        return NO_LIMITS
    units = wire.order_units_max
    if units is not _UNSET and not units:
        msg = "order_units_max: want at least one"
        raise MalformedError(msg)
    figures: dict[str, Any] = {
        **{name: _set(getattr(wire, name)) for name in COUNTS},
        **{name: _money(name, getattr(wire, name), currency) for name in AMOUNTS},
    }
    limits = Limits(
        actions=_members("actions", wire.actions, _ACTION),
        desk=None if wire.desk is _UNSET else wire.desk,
        order_types=_members("order_types", wire.order_types, _TYPE),
        times_in_force=_members("times_in_force", wire.times_in_force, _TIME_IN_FORCE),
        order_units_max=(
            NO_LIMITS.order_units_max
            if units is _UNSET
            else {market: Quantity.parse(text) for market, text in units.items()}
        ),
        self_trade=(
            None if wire.self_trade is _UNSET else _SELF_TRADE(wire.self_trade)
        ),
        **figures,
    )
    if limits == NO_LIMITS:
        msg = "limits: want at least one, or no such field"
        raise MalformedError(msg)
    return limits


def limits_fields(limits: Limits) -> LimitsFields | msgspec.UnsetType:
    """Return the fields of the limits; nothing where none is set."""
    if limits == NO_LIMITS:
        return _UNSET
    units = {market: str(most) for market, most in limits.order_units_max.items()}
    figures: dict[str, Any] = {
        **{name: _shown(getattr(limits, name)) for name in COUNTS},
        **{name: _text(getattr(limits, name)) for name in AMOUNTS},
    }
    return LimitsFields(
        actions=_names(limits.actions),
        desk=limits.desk or _UNSET,
        order_types=_names(limits.order_types),
        order_units_max=units or _UNSET,
        times_in_force=_names(limits.times_in_force),
        self_trade=_UNSET if limits.self_trade is None else limits.self_trade.value,
        **figures,
    )


def _set(value: _Count) -> int | None:
    return None if value is _UNSET else value


def _shown(value: int | None) -> _Count:
    return _UNSET if value is None else value


def _money(name: str, text: _Amount, currency: Currency) -> Money | None:
    """Return the amount; MalformedError, naming the limit, if it is none."""
    if text is _UNSET:
        return None
    try:
        return Money.parse(text, currency)
    except MalformedError as error:
        msg = f"{name}: {error}"
        raise MalformedError(msg) from error


def _text(amount: Money | None) -> _Amount:
    return _UNSET if amount is None else str(amount)


def _members(
    field: str, names: _Names, read: Callable[[str], E]
) -> frozenset[E] | None:
    """Return the members that the list names; MalformedError unless in order."""
    if names is _UNSET:
        return None
    if sorted(set(names)) != names:
        msg = f"{field}: want a sorted list that holds each item once"
        raise MalformedError(msg)
    return frozenset(read(name) for name in names)


def _names(members: frozenset[E] | None) -> _Names:
    """Return the names in their order."""
    return _UNSET if members is None else sorted(str(m.value) for m in members)
