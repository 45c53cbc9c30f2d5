"""What an allowed order reserves of the day's sums, from its decision on."""

from kya.core.order import Action, Order


def reserved_by(order: Order, target: Order | None) -> int:
    """Return the minor units that the order adds to the day's sums if it is allowed.

    A cancel adds nothing. A replace adds what it asks for beyond its target, whose
    amount was counted when that was allowed; a smaller one gives nothing back. Without
    a target of its currency to compare with, it adds all that it asks for.
    """
    if order.action is Action.CANCEL:
        return 0
    asked, former = order.amount, None if target is None else target.amount
    if former is None or former.currency != asked.currency:
        return asked.minor_units
    return max(0, asked.minor_units - former.minor_units)
