"""Controls of the market: whether its price can be trusted, and the order's beside it.

All need a reference price no older than the scope says. Distances are in basis points,
compared as exact fractions and shown rounded up.
"""

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
from kya.core.limits import BASIS_POINTS_MAX
from kya.core.price import MarketState
from kya.core.valuation import MICROS_PER_MILLI, touch

_PASSED: Final = ControlOutcome.PASSED
_WARNED: Final = ControlOutcome.WARNED
_FAILED: Final = ControlOutcome.FAILED
_CANNOT_EVALUATE: Final = ControlOutcome.CANNOT_EVALUATE
_NO_PRICE: Final = "no price"
_OPEN: Final = MarketState.OPEN.value

PRICE_AGE: Final = Control(
    id="price.age", version=1, unit="us", source="RTS 6 Art. 16(5); 15(1)(a)"
)
PRICE_BOOK: Final = Control(
    id="price.book", version=1, unit="", source="RTS 6 Art. 15(1)(a); FIA"
)
PRICE_SPREAD: Final = Control(
    id="price.spread",
    version=1,
    unit="bps",
    source="RTS 6 Art. 15(1)(a); FIA",
    overridable=True,
)
PRICE_BAND: Final = Control(
    id="price.band", version=1, unit="bps", source="RTS 6 Art. 15(1)(a)", soft=True
)
PRICE_COLLAR: Final = Control(
    id="price.collar",
    version=1,
    unit="bps",
    source="RTS 6 Art. 15(1)(a); RTS 7 Art. 20",
    overridable=True,
)


def price_is_fresh(case: Case) -> ControlResult | NotArmed:
    """The reference price is there, not of the future, and not too old."""
    millis = case.scope.limits.price_age_millis
    if millis is None:
        return NOT_ARMED
    limit, price = millis * MICROS_PER_MILLI, case.quote
    if price is None:
        return ControlResult(
            PRICE_AGE, _CANNOT_EVALUATE, limit, _NO_PRICE, Reason.PRICE_STALE
        )
    age = case.received_at.micros - price.at.micros
    if 0 <= age <= limit:
        return ControlResult(PRICE_AGE, _PASSED, limit, age)
    return ControlResult(PRICE_AGE, _FAILED, limit, age, Reason.PRICE_STALE)


def book_is_open_and_not_crossed(case: Case) -> ControlResult | NotArmed:
    """The market takes orders, and nobody bids more than somebody asks."""
    if case.scope.limits.price_age_millis is None:
        return NOT_ARMED
    price, wanted = case.quote, _OPEN
    if price is None:
        return ControlResult(
            PRICE_BOOK, _CANNOT_EVALUATE, wanted, _NO_PRICE, Reason.PRICE_BOOK
        )
    found = "crossed" if price.is_crossed else price.state.value
    if found == wanted:
        return ControlResult(PRICE_BOOK, _PASSED, wanted, found)
    return ControlResult(PRICE_BOOK, _FAILED, wanted, found, Reason.PRICE_BOOK)


def spread_is_within_max(case: Case) -> ControlResult | NotArmed:
    """The distance of ask and bid is at most so much of their middle."""
    most = case.scope.limits.spread_bps
    if most is None:
        return NOT_ARMED
    price = case.usable
    if price is None:
        return ControlResult(
            PRICE_SPREAD, _CANNOT_EVALUATE, most, _NO_PRICE, Reason.PRICE_SPREAD
        )
    bid, ask = price.bid.units, price.ask.units
    spread = Distance(2 * (ask - bid), ask + bid)
    if spread.is_within(most):
        return ControlResult(PRICE_SPREAD, _PASSED, most, spread.bps)
    return ControlResult(PRICE_SPREAD, _FAILED, most, spread.bps, Reason.PRICE_SPREAD)


def price_is_within_the_warning_band(case: Case) -> ControlResult | NotArmed:
    """The limit price is near the market; if it is not, people should know."""
    most = case.scope.limits.price_warn_bps
    if most is None:
        return NOT_ARMED
    distance = _distance(case)
    if distance is None:
        return ControlResult(
            PRICE_BAND, _CANNOT_EVALUATE, most, _NO_PRICE, Reason.PRICE_BAND
        )
    if distance.is_within(most):
        return ControlResult(PRICE_BAND, _PASSED, most, distance.bps)
    return ControlResult(PRICE_BAND, _WARNED, most, distance.bps, Reason.PRICE_BAND)


def price_is_within_the_collar(case: Case) -> ControlResult | NotArmed:
    """The limit price is at most so far from the market, above it or below.

    Measured from the ask for a buyer and the bid for a seller. A market order has no
    price of its own, and so no distance.
    """
    most = case.scope.limits.price_collar_bps
    if most is None:
        return NOT_ARMED
    distance = _distance(case)
    if distance is None:
        return ControlResult(
            PRICE_COLLAR, _CANNOT_EVALUATE, most, _NO_PRICE, Reason.PRICE_COLLAR
        )
    if distance.is_within(most):
        return ControlResult(PRICE_COLLAR, _PASSED, most, distance.bps)
    return ControlResult(PRICE_COLLAR, _FAILED, most, distance.bps, Reason.PRICE_COLLAR)


class Distance(NamedTuple):
    """How far apart two prices are, as a fraction of one."""

    apart: int
    whole: int

    def is_within(self, bps: int) -> bool:
        """Tell whether that is at most so many basis points."""
        return self.apart * BASIS_POINTS_MAX <= bps * self.whole

    @property
    def bps(self) -> int:
        """Basis points, rounded up."""
        return -(-self.apart * BASIS_POINTS_MAX // self.whole)


def _distance(case: Case) -> Distance | None:
    """Return how far the order's price is from the market's, or None without one."""
    price = case.usable
    if price is None:
        return None
    met, limit = touch(case.order, price), case.order.limit_price
    return Distance(0 if limit is None else abs(limit.units - met), met)
