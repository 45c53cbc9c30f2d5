"""What an allowed order reserves of the day's sums, from its decision on."""

from typing import NamedTuple

from kya.core.money import Money
from kya.core.order import Action, Order


class Target(NamedTuple):
    """A working order that another one acts on, and its worth when it was allowed."""

    order: Order
    worth: Money


def reserved_by(
    order: Order, worth: Money | None, target: Target | None
) -> Money | None:
    """Return what the order adds to the day's sums if it is allowed; None for nothing.

    A cancel adds nothing. A replace adds what it is worth beyond its target, which was
    counted when that was allowed; one of less worth gives nothing back. Without a
    target to compare with, it adds all of its worth.
    """
    if worth is None or order.action is Action.CANCEL:
        return None
    if target is None or target.worth.currency != worth.currency:
        return worth
    more = worth.minor_units - target.worth.minor_units
    return Money(more, worth.currency) if more > 0 else None
