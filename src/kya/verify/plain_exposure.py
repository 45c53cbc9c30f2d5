"""What an agent has at risk, once more: by working orders and by what was filled.

Written from spec/limits.md §5; shares nothing with `kya.core`. All of it is in the
smallest units of the scope's currency.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from kya.verify.plain_limits import PlainResult
from kya.verify.plain_prices import Fields, PlainPrices, in_decimals
from kya.verify.plain_working import PlainWorking, WorkingOrder


@dataclass(frozen=True, slots=True)
class PlainExposure:
    """One order that is judged, among the working orders of its agent.

    `known` where all that is at risk can be compared, the order included.
    """

    order: Fields
    judged: WorkingOrder
    all: PlainWorking
    known: bool

    @property
    def working(self) -> list[WorkingOrder]:
        """The agent's working orders, without the one that is judged."""
        return list(self.all.of_agent(self.order["agent"]))

    def worst(self, field: str, name: str) -> int:
        """Return the worst position where the field has this name (5.3)."""
        position, buying, selling = self._sums(field, name)
        return max(position + buying, selling - position)

    def gross(self) -> int:
        """Return the sum of the worst positions of all markets."""
        orders = [each.order for each in self.working]
        names = {each["market"] for each in (*orders, self.order)}
        names |= set(self.all.places_of(self.order["agent"], "market"))
        return sum(self.worst("market", name) for name in names)

    def reduces(self) -> bool:
        """Tell whether it only takes back what was bought or sold before (5.7)."""
        position, buying, selling = self._sums("market", self.order["market"])
        if not self.known:
            return False
        if self.order["side"] == "BUY":
            return position < 0 and buying <= -position
        return position > 0 and selling <= position

    def count(self, market: str = "") -> int:
        """Count the working orders with this one; a replace is in a place of one."""
        orders = [each.order for each in self.working]
        there = [each for each in orders if market in ("", each["market"])]
        return len(there) + (self.order.get("action") != "replace")

    def _sums(self, field: str, name: str) -> tuple[int, int, int]:
        """Return position, buying and selling; everywhere if no field is named."""
        agent, sums = self.order["agent"], {"BUY": 0, "SELL": 0}
        for each in (*self.working, self.judged):
            if not field or each.order[field] == name:
                sums[each.order["side"]] += self._counts(each)
        where = field or "market"
        names = [name] if field else self.all.places_of(agent, where)
        position = sum(self.all.position(agent, where, each) for each in names)
        return position, sums["BUY"], sums["SELL"]

    def _counts(self, working: WorkingOrder) -> int:
        """Return what remains, of a replace beyond what remains of its target (5.1)."""
        target = self.all.target_of(working.order)
        if target is None:
            return working.remaining
        return max(0, working.remaining - target.remaining)


def exposure_of(
    prices: PlainPrices, worth: str | None, working: PlainWorking
) -> PlainExposure:
    """Take the order as one more that works; without a worth it has no measure."""
    order, unit = prices.order, prices.scope["currency"]
    return PlainExposure(
        order=order,
        judged=WorkingOrder(order, "", Decimal(worth or 0), unit),
        all=working,
        known=worth is not None and working.is_in(order["agent"], unit),
    )


def exposure_results(
    prices: PlainPrices, exposure: PlainExposure, at_venue: int | None
) -> Iterator[PlainResult]:
    """Yield what each control of exposure that the limits arm must say.

    `at_venue` is the day's sum at the order's venue with it, if it can be compared.
    """
    limits, order = prices.limits, prices.order
    if not limits:
        return
    for name, field, counted in (
        ("open.orders", "open_orders", exposure.count()),
        (
            "open.market_orders",
            "open_orders_per_market",
            exposure.count(order["market"]),
        ),
    ):
        if field in limits:
            most = limits[field]
            reason = "" if counted <= most else name
            yield PlainResult(name, str(most), str(counted), reason)
    amounts: tuple[tuple[str, str, Callable[[], int | None]], ...] = (
        (
            "position.market",
            "position_max",
            lambda: exposure.worst("market", order["market"]),
        ),
        ("exposure.gross", "gross_max", exposure.gross),
        ("exposure.net", "net_max", lambda: exposure.worst("", "")),
        ("venue.daily_amount", "venue_daily_max", lambda: at_venue),
        (
            "venue.credit",
            "venue_credit_max",
            lambda: exposure.worst("venue", order["venue"]),
        ),
    )
    for name, field, measure in amounts:
        if field in limits:
            measured = measure() if exposure.known else None
            yield _amount(name, limits[field], measured)
    if "self_trade" in limits:
        met = _met(order, exposure.all)
        reason = "" if met == "none" else "order.self_trade"
        yield PlainResult("order.self_trade", "none", met, reason)


def _amount(name: str, most: str, measured: int | None) -> PlainResult:
    """Compare an amount in the smallest units with its maximum."""
    if measured is None:
        return PlainResult(name, most, "unknown", name, weighed=False)
    _, _, decimals = most.partition(".")
    shown = in_decimals(measured, len(decimals))
    reason = "" if Decimal(shown) <= Decimal(most) else name
    return PlainResult(name, most, shown, reason)


def _met(order: Fields, working: PlainWorking) -> str:
    """Return the order of the firm that this one would meet first, or `none` (5.6)."""
    buys, price = order["side"] == "BUY", order.get("limit_price")
    found: list[tuple[bool, Decimal, str, int, str]] = []
    for each in working.of_the_firm():
        other = each.order
        same = all(other[name] == order[name] for name in ("market", "venue"))
        own = (other["agent"], other["seq"]) == (order["agent"], order.get("target"))
        if own or not same or other["side"] == order["side"]:
            continue
        limit = other.get("limit_price")
        bid, ask = (price, limit) if buys else (limit, price)
        if bid is None or ask is None or Decimal(bid) >= Decimal(ask):
            rank = Decimal(limit or 0) * (1 if buys else -1)
            at = "market" if limit is None else limit
            words = f"{other['agent']} {other['seq']} at {at}"
            found.append((limit is not None, rank, other["agent"], other["seq"], words))
    return min(found)[4] if found else "none"
