"""Controls of places: what all agents together may ask for where the order goes."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from kya.core.case import Case
from kya.core.control import (
    NOT_ARMED,
    Control,
    ControlOutcome,
    ControlResult,
    NotArmed,
    Reason,
)
from kya.core.fixed_point import render_padded
from kya.core.levels import Place
from kya.core.money import Money
from kya.core.reservation import reserved_by

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE

PLACE_ORDER_AMOUNT: Final = Control(
    id="place.order_amount",
    version=1,
    unit="",
    source="RTS 6 Art. 15(1)(b)",
    overridable=True,
)
PLACE_DAILY_AMOUNT: Final = Control(
    id="place.daily_amount",
    version=1,
    unit="",
    source="RTS 6 Art. 15(4)-(5), 17",
    overridable=True,
)
PLACE_OPEN_ORDERS: Final = Control(
    id="place.open_orders",
    version=1,
    unit="orders",
    source="RTS 6 Art. 15(4)-(5), 17",
    overridable=True,
)


class _Figure(NamedTuple):
    """What is measured at one place, against its limit there."""

    place: Place
    most: int
    measured: int


def order_amount_is_within_max_of_each_place(case: Case) -> ControlResult | NotArmed:
    """The order's worth is at most the order maximum of each place that it touches."""
    if not case.place_limits:
        return NOT_ARMED
    asked = [
        (each.limits.place, each.limits.order_max, 0)
        for each in case.place_limits
        if each.limits.order_max is not None
    ]
    return _amounts(case, asked, case.worth, PLACE_ORDER_AMOUNT)


def daily_amount_is_within_max_of_each_place(case: Case) -> ControlResult | NotArmed:
    """The day's allowed orders of all agents with this one are within each maximum.

    Counted over the UTC day from the decision on, in the currency of the place's
    limits, and not given back. A replace counts with what it adds to its target.
    """
    if not case.place_limits:
        return NOT_ARMED
    asked = [
        (each.limits.place, each.limits.daily_max, each.allowed)
        for each in case.place_limits
        if each.limits.daily_max is not None
    ]
    added = reserved_by(case.order, case.worth, case.target)
    return _amounts(case, asked, added, PLACE_DAILY_AMOUNT)


def open_orders_are_within_max_of_each_place(case: Case) -> ControlResult | NotArmed:
    """At most so many orders of all agents await their final report, with this one.

    A replace stands for its target, and is not one more.
    """
    if not case.place_limits:
        return NOT_ARMED
    more = 1 if case.target is None else 0
    figures = [
        _Figure(each.limits.place, each.limits.open_orders, each.open_orders + more)
        for each in case.place_limits
        if each.limits.open_orders is not None
    ]
    if not figures:
        return NOT_ARMED
    place, most, count = _deciding(figures)
    limit, measured = f"{most} at {place.words}", f"{count} at {place.words}"
    if count <= most:
        return ControlResult(PLACE_OPEN_ORDERS, _PASSED, limit, measured)
    return ControlResult(
        PLACE_OPEN_ORDERS, _FAILED, limit, measured, Reason.PLACE_OPEN_ORDERS_MAX
    )


_REASONS: Final = {
    PLACE_ORDER_AMOUNT.id: Reason.PLACE_ORDER_AMOUNT_MAX,
    PLACE_DAILY_AMOUNT.id: Reason.PLACE_DAILY_AMOUNT_MAX,
}


def _amounts(
    case: Case,
    asked: Sequence[tuple[Place, Money, int]],
    added: Money | None,
    control: Control,
) -> ControlResult | NotArmed:
    """Compare what was there with what the order adds, at each place; none, if nothing.

    A place of another currency than the order's worth blocks before any that fails: an
    override could set that one aside, and with it what nobody can evaluate.
    """
    if not asked:
        return NOT_ARMED
    worth, reason = case.worth, _REASONS[control.id]
    for place, most, _ in asked:
        if worth is None or worth.currency != most.currency:
            shown, at = worth or case.order.amount, place.words
            limit = f"{most} {most.currency} at {at}"
            measured = f"{shown} {shown.currency} at {at}"
            return ControlResult(control, _CANNOT_EVALUATE, limit, measured, reason)
    more = 0 if added is None else added.minor_units
    place, most_units, units = _deciding(
        [
            _Figure(place, most.minor_units, before + more)
            for place, most, before in asked
        ]
    )
    currency = asked[0][1].currency
    limit, measured = (
        f"{render_padded(each, currency.decimals)} {currency} at {place.words}"
        for each in (most_units, units)
    )
    if units <= most_units:
        return ControlResult(control, _PASSED, limit, measured)
    return ControlResult(control, _FAILED, limit, measured, reason)


def _deciding(figures: Sequence[_Figure]) -> _Figure:
    """Return the first that is above its limit, else the one with the least left."""
    for figure in figures:
        if figure.measured > figure.most:
            return figure
    return min(figures, key=lambda figure: figure.most - figure.measured)
