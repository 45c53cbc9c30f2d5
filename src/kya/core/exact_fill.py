"""What was filled, exactly: a venue may count an asset finer than its currency is.

A report tells it in the currency's decimals, rounded up, so that what was filled is
never told as nothing. Where that is not exact, the venue's own figure stands beside it,
and list and reports are matched by that.
"""

from kya.core.errors import MalformedError
from kya.core.money import QUANTITY_DECIMALS, Currency, Money, Quantity


def scale_of(currency: Currency) -> int:
    """Return how many 10**-18 its smallest unit has."""
    scale: int = 10 ** (QUANTITY_DECIMALS - currency.decimals)
    return scale


def filled_of(units: int, currency: Currency) -> tuple[Money | None, Quantity | None]:
    """Return how so much, in 10**-18, is told; nothing of nothing."""
    if not units:
        return None, None
    whole, rest = divmod(units, scale_of(currency))
    if not rest:
        return Money(whole, currency), None
    return Money(whole + 1, currency), Quantity(units)


def exact_units(filled: Money | None, exact: Quantity | None) -> int:
    """Return what was filled in 10**-18."""
    if exact is not None:
        return exact.units
    return 0 if filled is None else filled.minor_units * scale_of(filled.currency)


def require_exact(filled: Money | None, exact: Quantity | None) -> None:
    """Raise unless the exact figure says what the other cannot, and rounds up to it."""
    if exact is None:
        return
    if filled is None or filled_of(exact.units, filled.currency) != (filled, exact):
        msg = f"filled_exact: want one that is finer and rounds up to {filled}"
        raise MalformedError(msg)
