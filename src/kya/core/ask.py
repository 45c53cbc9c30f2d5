"""What to ask for to go beyond one limit of a mandate, and beyond no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from kya.core.limits import MINOR_UNITS_MAX
from kya.core.mandate import Mandate
from kya.core.money import Currency, Money
from kya.core.order import Action, OrderType, Side, TimeInForce
from kya.core.past import NOTHING
from kya.core.scope import RegionEvidence
from kya.core.scope_limits import ACTIONS_UNLESS_LISTED

E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be asked for: an order, and what was shown and allowed before it."""

    market: str
    venue: str
    region: str
    amount: Money
    allowed: Mapping[tuple[str, Side], int]
    currency: Currency | None
    evidence: RegionEvidence
    type: OrderType
    time_in_force: TimeInForce
    action: Action


def ask_beyond(old: Mandate, new: Mandate, limit: str) -> Ask:
    """Return the least that is beyond this limit of the old mandate."""
    before, after = old.scope, new.scope
    market = _one(before.markets, after.markets, beyond=limit == "markets")
    units = 1
    allowed: Mapping[tuple[str, Side], int] = NOTHING
    currency: Currency | None = None
    if before.currency == after.currency:
        if limit == "order_max":
            units = min(before.order_max.minor_units + 1, MINOR_UNITS_MAX)
        if limit in ("daily_max", "daily_max_per"):
            # Under a sum of the whole agent, the other side's orders count as well.
            side = Side.BUY if limit == "daily_max" else Side.SELL
            allowed = {(market, side): before.daily_max.minor_units}
            currency = before.currency
    return Ask(
        market=market,
        venue=_one(before.venues, after.venues, beyond=limit == "venues"),
        region=_one(before.regions, after.regions, beyond=limit == "regions"),
        amount=Money(units, after.currency),
        allowed=allowed,
        currency=currency,
        evidence=after.region_evidence,
        type=_member(
            before.limits.order_types,
            after.limits.order_types,
            OrderType.MARKET,
            beyond=limit == "limits.order_types",
        ),
        time_in_force=_member(
            before.limits.times_in_force,
            after.limits.times_in_force,
            TimeInForce.DAY,
            beyond=limit == "limits.times_in_force",
        ),
        action=_member(
            (before.limits.actions or ACTIONS_UNLESS_LISTED) - {Action.CANCEL},
            (after.limits.actions or ACTIONS_UNLESS_LISTED) - {Action.CANCEL},
            Action.NEW,
            beyond=limit == "limits.actions",
        ),
    )


def _member(
    old: frozenset[E] | None, new: frozenset[E] | None, preferred: E, *, beyond: bool
) -> E:
    """Return a member that both allow or, beyond the old list, that the new one adds.

    Where no list is set, every member is allowed.
    """
    every = tuple(type(preferred))
    before, after = (set(every if items is None else items) for items in (old, new))
    fit = (after - before if beyond else after & before) or after
    return preferred if preferred in fit or not fit else min(fit, key=every.index)


def _one(old: frozenset[str], new: frozenset[str], *, beyond: bool) -> str:
    """Return an item that both list or, beyond the old list, that the new one adds."""
    return min((new - old if beyond else new & old) or new)
