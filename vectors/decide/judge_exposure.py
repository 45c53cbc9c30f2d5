"""The second judge's look at what an agent has at risk (spec/limits.md, 5 and 6)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

Fields: TypeAlias = dict[str, Any]


class Risk(NamedTuple):
    """A control that measures an amount or a count, and whether it could."""

    id: str
    field: str
    measured: Decimal | int
    unit: str
    is_known: bool = True


def counts_for(order: Fields, working: list[Fields]) -> Decimal:
    """Return what an order counts for: of a replace, what is beyond its target."""
    left = Decimal(order["remaining"])
    for other in working:
        if order["target"] is not None and other["seq"] == order["target"]:
            return max(Decimal(0), left - Decimal(other["remaining"]))
    return left


def risks(order: Fields, past: Fields, unit: str, worth: str | None) -> Iterator[Risk]:
    """Yield each measure with the order that is judged in it."""
    replaces = order.get("action", "new") == "replace"
    here = [each for each in past["working"] if each["market"] == order["market"]]
    more = 0 if replaces else 1
    yield Risk("open.orders", "open_orders", len(past["working"]) + more, "orders")
    per_market = len(here) + more
    yield Risk("open.market_orders", "open_orders_per_market", per_market, "orders")
    known = worth is not None and past["at_risk_in"] in (None, unit)
    mine = judged(order, worth)
    markets = {*past["by_market"], order["market"]}
    markets |= {each["market"] for each in past["working"]}
    by_market = {name: _worst(past, mine, "market", name) for name in markets}
    for name, field, measured in (
        ("position.market", "position_max", by_market[order["market"]]),
        ("exposure.gross", "gross_max", sum(by_market.values(), Decimal(0))),
        ("exposure.net", "net_max", _worst(past, mine, "", "")),
    ):
        yield Risk(name, field, measured, unit, known)
    at_venue = _worst(past, mine, "venue", order["venue"])
    yield Risk("venue.credit", "venue_credit_max", at_venue, unit, known)


def judged(order: Fields, worth: str | None) -> Fields:
    """Return the order that is judged as one more that works."""
    return {
        "market": order["market"],
        "remaining": worth or "0",
        "side": order["side"],
        "target": order.get("target"),
        "venue": order["venue"],
    }


def _worst(past: Fields, mine: Fields, field: str, name: str) -> Decimal:
    """Return the worst position where the field has this name; anywhere, without."""
    nets = past["by_venue"] if field == "venue" else past["by_market"]
    filled = [Decimal(nets[each]) for each in nets if not field or each == name]
    net = sum(filled, Decimal(0))
    buying = selling = Decimal(0)
    for each in [*past["working"], mine]:
        if not field or each[field] == name:
            counted = counts_for(each, past["working"])
            if each["side"] == "BUY":
                buying += counted
            else:
                selling += counted
    return max(net + buying, selling - net)


def reduces(order: Fields, past: Fields, unit: str, worth: str | None) -> bool:
    """Tell whether the order makes the position in its market smaller."""
    if worth is None or past["at_risk_in"] not in (None, unit):
        return False
    market, side = order["market"], order["side"]
    there = {*past["by_market"], *(each["market"] for each in past["working"])}
    if market not in there:
        return False
    together = sum(
        (
            counts_for(each, past["working"])
            for each in [*past["working"], judged(order, worth)]
            if each["market"] == market and each["side"] == side
        ),
        Decimal(0),
    )
    net = Decimal(past["by_market"].get(market, "0"))
    return together <= (-net if side == "BUY" else net)


def met(order: Fields, firm: list[Fields]) -> Fields | None:
    """Return the firm's order that this one would meet first."""
    buys, price = order["side"] == "BUY", order.get("limit_price")
    found: list[Fields] = []
    for each in firm:
        same = each["market"] == order["market"] and each["venue"] == order["venue"]
        own = (each["agent"], each["seq"]) == (order["agent"], order.get("target"))
        if own or not same or each["side"] == order["side"]:
            continue
        limit = each["limit_price"]
        bid, ask = (price, limit) if buys else (limit, price)
        if bid is None or ask is None or Decimal(bid) >= Decimal(ask):
            found.append(each)

    def sooner(each: Fields) -> tuple[bool, Decimal, str, int]:
        limit = Decimal(each["limit_price"] or 0)
        has_limit = each["limit_price"] is not None
        return has_limit, limit if buys else -limit, each["agent"], each["seq"]

    return min(found, key=sooner, default=None)
