"""How an agent behaved, counted once more: how much it sent, and what came of it.

Written from spec/limits.md §4; shares nothing with `kya.core`.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Final, NamedTuple

from kya.verify.plain_limits import PlainResult, distance_result
from kya.verify.plain_prices import BASIS_POINTS, Fields, PlainPrices

MESSAGES_KEPT: Final = 8_192
"""The newest messages of an agent, which alone count (4.1)."""

_ASKED: Final = (
    "market",
    "side",
    "type",
    "amount",
    "currency",
    "limit_price",
    "time_in_force",
    "venue",
)
"""What two orders share, beside the action, that differ in their names alone (4.4)."""


class PlainMessage(NamedTuple):
    """One order on record; `met` is the market's price for its side, or empty."""

    at: datetime
    asked: tuple[str | None, ...]
    market: str
    met: str


def message_of(order: Fields, said: Fields) -> PlainMessage:
    """Return the message that an order was, by the decision on it."""
    price: Fields | None = said["price"]
    met = ""
    if price is not None and price["market"] == order["market"]:
        met = price["ask" if order["side"] == "BUY" else "bid"]
    return PlainMessage(
        at=datetime.fromisoformat(said["received_at"]),
        asked=(order.get("action", "new"), *map(order.get, _ASKED)),
        market=order["market"],
        met=met,
    )


@dataclass(slots=True)
class PlainConduct:
    """What is counted of one agent; `messages`, `orders` and `fills` are of `day`."""

    day: str = ""
    messages: int = 0
    orders: int = 0
    fills: int = 0
    row: int = 0
    longest_row: int = 0
    executions: int = 0
    sent: deque[PlainMessage] = field(
        default_factory=lambda: deque[PlainMessage](maxlen=MESSAGES_KEPT)
    )

    def turn_to(self, day: str) -> None:
        """Forget what was counted of another day."""
        if day != self.day:
            self.day, self.messages, self.orders, self.fills = day, 0, 0, 0

    def take_order(self, order: Fields, said: Fields) -> None:
        """Count a message of the day, and an order if it was allowed, no cancel."""
        self.sent.append(message_of(order, said))
        self.messages += 1
        if said["outcome"] == "allowed" and order.get("action") != "cancel":
            self.orders += 1

    def take_last_report(self, order: Fields, said: Fields) -> None:
        """Count an execution or a reject; the day only goes on (4.3, 4.6)."""
        self.turn_to(max(said["at"][:10], self.day))
        if said["filled"] is not None:
            self.fills += 1
            self.executions += 1
            self.row = 0
        elif said["status"] == "rejected" and order.get("action") != "cancel":
            self.row += 1
            self.longest_row = max(self.row, self.longest_row)

    def rearm(self, latch: str) -> None:
        """Begin anew what people have set back."""
        if latch == "rejects":
            self.row = self.longest_row = 0
        elif latch == "executions":
            self.executions = 0

    def within(self, now: datetime, window: timedelta) -> Iterator[PlainMessage]:
        """Yield the messages later than the window's begin, the newest first (4.1)."""
        for message in reversed(self.sent):
            if message.at <= now - window:
                return
            yield message


def conduct_results(
    prices: PlainPrices, conduct: PlainConduct
) -> Iterator[PlainResult]:
    """Yield what each control of conduct that the limits arm must say."""
    limits = prices.limits
    if not limits:
        return
    now = datetime.fromisoformat(prices.said["received_at"])
    if "price_drift_bps" in limits:
        yield _drift(prices, conduct, now)
    if "duplicate_window_millis" in limits:
        yield _duplicate(prices, conduct, now)
    orders = conduct.orders + 1
    counts: tuple[tuple[str, str, Callable[[], int]], ...] = (
        ("rate.second", "messages_per_second", lambda: _rate(conduct, now, 1)),
        ("rate.minute", "messages_per_minute", lambda: _rate(conduct, now, 60)),
        ("rate.day", "messages_per_day", lambda: conduct.messages + 1),
        ("daily.orders", "orders_per_day", lambda: orders),
        (
            "rate.orders_per_fill",
            "orders_per_fill",
            lambda: ceil(Fraction(orders, max(1, conduct.fills))),
        ),
        ("latch.rejects", "rejects_in_a_row", lambda: conduct.longest_row),
        ("latch.executions", "executions_unreviewed", lambda: conduct.executions + 1),
    )
    for name, field_name, count in counts:
        if field_name in limits:
            most, counted = limits[field_name], count()
            reason = "" if counted <= most else name
            yield PlainResult(name, str(most), str(counted), reason)


def _rate(conduct: PlainConduct, now: datetime, seconds: int) -> int:
    """Count the messages of the last seconds, with this one (4.2)."""
    return 1 + sum(1 for _ in conduct.within(now, timedelta(seconds=seconds)))


def _drift(prices: PlainPrices, conduct: PlainConduct, now: datetime) -> PlainResult:
    """Measure from the market of the window's oldest message that knows it (4.5)."""
    name, most = "price.drift", prices.limits["price_drift_bps"]
    order, price = prices.order, prices.price
    if price is None or not prices.is_usable(price):
        return distance_result(name, most, None)
    met = price["ask" if order["side"] == "BUY" else "bid"]
    own = Fraction(str(order.get("limit_price", met)))
    first = own
    window = timedelta(seconds=prices.limits["price_drift_seconds"])
    for message in conduct.within(now, window):
        if message.market == order["market"] and message.met:
            first = Fraction(message.met)
    return distance_result(name, most, BASIS_POINTS * abs(own - first) / first)


def _duplicate(
    prices: PlainPrices, conduct: PlainConduct, now: datetime
) -> PlainResult:
    """Look for the same order in the window, under whatever name (4.4)."""
    micros = prices.limits["duplicate_window_millis"] * 1_000
    asked = message_of(prices.order, prices.said).asked
    for message in conduct.within(now, timedelta(microseconds=micros)):
        if message.asked == asked:
            ago = (now - message.at) // timedelta(microseconds=1)
            reason = "order.duplicate"
            return PlainResult("order.duplicate", str(micros), str(ago), reason)
    return PlainResult("order.duplicate", str(micros), "none", "")
