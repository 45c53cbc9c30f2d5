"""How each limit beyond the maxima compares: one that is not set stops nothing."""

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kya.core.money import Quantity
from kya.core.relation import Relation, listed, more_is_wider, relation_of
from kya.core.scope_limits import ACTIONS_UNLESS_LISTED, AMOUNTS, COUNTS, Limits


def _maximum(old: int | None, new: int | None) -> Relation:
    """Compare figures of which the greater one lets more pass, and none lets all."""
    if old is None or new is None:
        return relation_of(
            stops_more=old is None and new is not None,
            lets_more_pass=old is not None and new is None,
        )
    return more_is_wider(old, new)


def _list(old: frozenset[Enum] | None, new: frozenset[Enum] | None) -> Relation:
    """Compare lists, of which none lets all pass."""
    if old is None or new is None:
        return relation_of(
            stops_more=old is None and new is not None,
            lets_more_pass=old is not None and new is None,
        )
    return listed(old, new)


def _units(old: Mapping[str, Quantity], new: Mapping[str, Quantity]) -> Relation:
    """Compare maxima market by market; a market that is not there has none."""
    found = [
        _maximum(
            old[market].units if market in old else None,
            new[market].units if market in new else None,
        )
        for market in {*old, *new}
    ]
    return relation_of(
        stops_more=any(each is Relation.NARROWER for each in found),
        lets_more_pass=any(each is Relation.WIDER for each in found),
    )


def _price_age(old: int | None, new: int | None) -> Relation:
    """Compare ages; a price is asked of every order, and values some that were denied.

    So a scope that asks for prices and one that does not are not comparable.
    """
    if (old is None) is not (new is None):
        return Relation.INCOMPARABLE
    return _maximum(old, new)


def _desk(old: str | None, new: str | None) -> Relation:
    """Compare desks: a halt of one says nothing of another."""
    if old == new:
        return Relation.EQUAL
    if old is None:
        return Relation.NARROWER
    return Relation.WIDER if new is None else Relation.INCOMPARABLE


def _drift_seconds(old: int | None, new: int | None) -> Relation:
    """Compare times over which a drift is measured: what is set stops, else nothing."""
    if old is None or new is None:
        return _maximum(old, new)
    return Relation.EQUAL if old == new else Relation.INCOMPARABLE


def _maximum_named(name: str) -> Callable[[Limits, Limits], Relation]:
    """Return how the maximum of this name is compared."""
    return lambda old, new: _maximum(getattr(old, name), getattr(new, name))


def _amount_named(name: str) -> Callable[[Limits, Limits], Relation]:
    """Return how the amount of this name is compared; of two currencies it is not."""

    def compared(old: Limits, new: Limits) -> Relation:
        before, after = getattr(old, name), getattr(new, name)
        if before is None or after is None:
            return _maximum(None if before is None else 0, None if after is None else 0)
        if before.currency != after.currency:
            return Relation.INCOMPARABLE
        return _maximum(before.minor_units, after.minor_units)

    return compared


LIMITS_LIMITS: Final[Mapping[str, Callable[[Limits, Limits], Relation]]] = (
    MappingProxyType(
        {
            # A scope that lists no actions allows some all the same.
            "actions": lambda old, new: listed(
                old.actions or ACTIONS_UNLESS_LISTED,
                new.actions or ACTIONS_UNLESS_LISTED,
            ),
            "desk": lambda old, new: _desk(old.desk, new.desk),
            "order_types": lambda old, new: _list(old.order_types, new.order_types),
            "times_in_force": lambda old, new: _list(
                old.times_in_force, new.times_in_force
            ),
            "order_units_max": lambda old, new: _units(
                old.order_units_max, new.order_units_max
            ),
            **{name: _maximum_named(name) for name in COUNTS},
            **{name: _amount_named(name) for name in AMOUNTS},
            "self_trade": lambda old, new: more_is_wider(
                -(old.self_trade is not None), -(new.self_trade is not None)
            ),
            # What is a minimum, or is not comparable by its figure alone.
            "price_age_millis": lambda old, new: _price_age(
                old.price_age_millis, new.price_age_millis
            ),
            # The greater the buffer, the dearer an order is, and the sooner too dear.
            "price_buffer_bps": lambda old, new: more_is_wider(
                new.price_buffer_bps or 0, old.price_buffer_bps or 0
            ),
            # The longer the time without the same order, or for a drift, the stricter.
            "duplicate_window_millis": lambda old, new: more_is_wider(
                new.duplicate_window_millis or 0, old.duplicate_window_millis or 0
            ),
            # A longer time begins at another price, which may be a nearer one.
            "price_drift_seconds": lambda old, new: _drift_seconds(
                old.price_drift_seconds, new.price_drift_seconds
            ),
        }
    )
)
"""How each field of `Limits` is compared; a test demands that none is missing."""
