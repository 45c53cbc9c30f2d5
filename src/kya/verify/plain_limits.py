"""The limits of a scope once more: which controls it arms, and what each must say.

Written from the table of spec/decision.md §2 and from spec/limits.md; shares nothing
with `kya.core`.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Final, NamedTuple

from kya.verify.plain_prices import (
    UNIT_PLACES,
    Fields,
    PlainPrices,
    in_decimals,
    state_of,
)

_ALWAYS: Final = ""
_TARGET: Final = "a target"
CONTROLS: Final = (
    ("credential.standing", _ALWAYS),
    ("credential.validity", _ALWAYS),
    ("halt.state", _ALWAYS),
    ("incident.grace", "incident.grace"),
    ("sequence.seq", _ALWAYS),
    ("sequence.prev", _ALWAYS),
    ("client_order_id.unique", _ALWAYS),
    ("clock.skew", _ALWAYS),
    ("action.allowed", "actions"),
    ("action.target", _TARGET),
    ("market.allowed", _ALWAYS),
    ("venue.allowed", _ALWAYS),
    ("region.allowed", _ALWAYS),
    ("region.evidence", _ALWAYS),
    ("runtime.digest", _ALWAYS),
    ("order.type", "order_types"),
    ("order.time_in_force", "times_in_force"),
    ("price.age", "price_age_millis"),
    ("price.book", "price_age_millis"),
    ("price.spread", "spread_bps"),
    ("price.band", "price_warn_bps"),
    ("price.collar", "price_collar_bps"),
    ("price.drift", "price_drift_bps"),
    ("price.known", _ALWAYS),
    ("order.amount", _ALWAYS),
    ("order.units", "order_units_max"),
    ("daily.amount", _ALWAYS),
    ("place.order_amount", "place.order_amount"),
    ("place.daily_amount", "place.daily_amount"),
    ("place.open_orders", "place.open_orders"),
    ("order.duplicate", "duplicate_window_millis"),
    ("rate.second", "messages_per_second"),
    ("rate.minute", "messages_per_minute"),
    ("rate.day", "messages_per_day"),
    ("daily.orders", "orders_per_day"),
    ("rate.orders_per_fill", "orders_per_fill"),
    ("latch.rejects", "rejects_in_a_row"),
    ("latch.executions", "executions_unreviewed"),
    ("open.orders", "open_orders"),
    ("open.market_orders", "open_orders_per_market"),
    ("position.market", "position_max"),
    ("exposure.gross", "gross_max"),
    ("exposure.net", "net_max"),
    ("venue.daily_amount", "venue_daily_max"),
    ("venue.credit", "venue_credit_max"),
    ("order.self_trade", "self_trade"),
    ("latch.daily_loss", "daily_loss_max"),
    ("latch.drawdown", "drawdown_max"),
    ("behaviour.baseline", "behaviour.baseline"),
    ("behaviour.expiry", "behaviour.expiry"),
    ("behaviour.renewal", "behaviour.renewal"),
    ("behaviour.warn", "behaviour.warn"),
    ("behaviour.critical", "behaviour.critical"),
    ("behaviour.sequence", "behaviour.sequence"),
    ("hours.window", _ALWAYS),
    ("hours.calendar", _ALWAYS),
)
"""Every control in its place, and what arms it: a limit, or the order's action."""

OF_A_CANCEL: Final = frozenset(
    {
        "credential.standing",
        "credential.validity",
        "sequence.seq",
        "sequence.prev",
        "client_order_id.unique",
        "clock.skew",
        "action.allowed",
        "action.target",
    }
)
"""What alone is asked of an order that only takes risk away."""

SOFT: Final = frozenset({"behaviour.renewal", "behaviour.warn", "price.band"})
"""Controls that warn where they do not hold, and block where they cannot be asked."""

_NO_PRICE: Final = "no price"


class PlainResult(NamedTuple):
    """What one armed control must say; `reason` is empty where it holds."""

    id: str
    limit: str
    measured: str
    reason: str
    weighed: bool = True

    @property
    def warns(self) -> bool:
        """Whether it speaks against the order, and people are to be told, no more."""
        return bool(self.reason) and self.weighed and self.id in SOFT

    @property
    def outcome(self) -> str:
        """The outcome, unless people have set the control aside."""
        if not self.reason:
            return "passed"
        if not self.weighed:
            return "cannot_evaluate"
        return "warned" if self.warns else "failed"


def armed_by(order: Fields, limits: Iterable[str]) -> tuple[str, ...]:
    """Return the controls that a decision on the order lists, in their order.

    Those of places are armed by their own name among the limits.
    """
    return _armed_by(order.get("action", "new"), frozenset(limits))


@lru_cache(maxsize=256)
def _armed_by(action: str, limits: frozenset[str]) -> tuple[str, ...]:
    """Return the same, kept: what arms them repeats from order to order."""
    armed = {_ALWAYS, *limits}
    if action != "new":
        armed.add("actions")
    if action in {"replace", "cancel"}:
        armed.add(_TARGET)
    listed = [name for name, field in CONTROLS if field in armed]
    if action == "cancel":
        listed = [name for name in listed if name in OF_A_CANCEL]
    return tuple(listed)


def results(prices: PlainPrices) -> Iterator[PlainResult]:
    """Yield what each control of this one order that the limits arm must say."""
    if prices.limits:
        armed = set(armed_by(prices.order, prices.limits))
        yield from (each for each in _every_result(prices) if each.id in armed)


def _every_result(prices: PlainPrices) -> Iterator[PlainResult]:
    order, limits = prices.order, prices.limits
    for name, listed in (
        ("type", limits.get("order_types", [])),
        ("time_in_force", limits.get("times_in_force", [])),
    ):
        reason = "" if order[name] in listed else f"order.{name}_not_allowed"
        yield PlainResult(f"order.{name}", " ".join(listed), order[name], reason)
    yield from _age_and_book(prices)
    yield distance_result("price.spread", limits.get("spread_bps", 0), prices.spread())
    away = prices.distance()
    yield distance_result("price.band", limits.get("price_warn_bps", 0), away)
    yield distance_result("price.collar", limits.get("price_collar_bps", 0), away)
    yield _units(prices)


def _age_and_book(prices: PlainPrices) -> Iterator[PlainResult]:
    price, oldest = prices.price, prices.limits.get("price_age_millis", 0) * 1_000
    if price is None:
        limit = str(oldest)
        yield PlainResult("price.age", limit, _NO_PRICE, "price.stale", weighed=False)
        yield PlainResult("price.book", "open", _NO_PRICE, "price.book", weighed=False)
        return
    age, state = prices.age(price), state_of(price)
    stale = "" if 0 <= age <= oldest else "price.stale"
    yield PlainResult("price.age", str(oldest), str(age), stale)
    shut = "" if state == "open" else "price.book"
    yield PlainResult("price.book", "open", state, shut)


def distance_result(name: str, most: int, found: Fraction | None) -> PlainResult:
    """Return a distance in basis points beside the most that it may be."""
    if found is None:
        return PlainResult(name, str(most), _NO_PRICE, name, weighed=False)
    reason = "" if found <= most else name
    return PlainResult(name, str(most), str(ceil(found)), reason)


def _units(prices: PlainPrices) -> PlainResult:
    order, units = prices.order, prices.units()
    most = prices.limits.get("order_units_max", {}).get(order["market"])
    name, reason = "order.units", "order.units_max"
    if most is None or units is None:
        amount = f"{order['amount']} {order['currency']}"
        return PlainResult(name, most or "no limit", amount, reason, weighed=False)
    shown = in_decimals(int(units * 10**UNIT_PLACES), UNIT_PLACES)
    measured = shown.rstrip("0").rstrip(".")
    return PlainResult(name, most, measured, "" if units <= Fraction(most) else reason)
