"""Is a new mandate within an old one? Each limit is compared by itself.

The answer can err on the safe side alone: where every limit is equal or narrower, the
new mandate allows nothing that the old one does not; a limit that is wider counts as
such even where another one keeps every order from making use of it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from kya.core.errors import InputError
from kya.core.incident_policy import policy_relation
from kya.core.instant import Day
from kya.core.mandate import Mandate
from kya.core.money import Money
from kya.core.narrowing_limits import LIMITS_LIMITS
from kya.core.relation import Relation, listed, more_is_wider, relation_of
from kya.core.scope import (
    LISTED,
    Calendar,
    DailyMaxPer,
    RegionEvidence,
    Scope,
    TradingWindow,
)
from kya.core.scope_limits import NO_LIMITS as NONE_SET
from kya.core.scope_limits import Limits

_LIMITS: Final = "limits."
"""What the names of a scope's further limits begin with."""


class Comparison(NamedTuple):
    """One limit, by its field's name, and what the new one is beside the old one."""

    limit: str
    relation: Relation


def comparisons(old: Mandate, new: Mandate) -> tuple[Comparison, ...]:
    """Return what each limit of the new mandate is beside the old one's.

    Those of `limits` stand at the end, each if one of the two sets it.

    InputError for the mandates of two agents: neither limits the other's orders.
    """
    before, after = old.scope.limits, new.scope.limits
    limits = [
        f"{_LIMITS}{name}"
        for name in LIMITS_LIMITS
        if _is_set(name, before) or _is_set(name, after)
    ]
    names = (*MANDATE_LIMITS, *SCOPE_LIMITS, *limits)
    return tuple(Comparison(name, relation(old, new, name)) for name in names)


def relation(old: Mandate, new: Mandate, limit: str) -> Relation:
    """Return what this one limit of the new mandate is beside the old one's.

    InputError for the mandates of two agents: neither limits the other's orders.
    """
    if old.agent != new.agent:
        msg = f"mandates: want two of one agent, got {old.agent}'s and {new.agent}'s"
        raise InputError(msg)
    if limit in MANDATE_LIMITS:
        return MANDATE_LIMITS[limit](old, new)
    before, after = old.scope, new.scope
    if limit in SCOPE_LIMITS:
        return SCOPE_LIMITS[limit](before, after)
    name = limit.removeprefix(_LIMITS)
    return LIMITS_LIMITS[name](before.limits, after.limits)


def _is_set(name: str, limits: Limits) -> bool:
    """Tell whether these limits set the one of this name."""
    return bool(getattr(limits, name) != getattr(NONE_SET, name))


def is_within(old: Mandate, new: Mandate) -> bool:
    """Tell whether the new mandate allows nothing that the old one does not."""
    return all(found.relation.is_within for found in comparisons(old, new))


def _amount(old: Money, new: Money) -> Relation:
    """Compare maxima; those of two currencies are not, whatever the rate of the day."""
    if old.currency != new.currency:
        return Relation.INCOMPARABLE
    return more_is_wider(old.minor_units, new.minor_units)


def _window(old: TradingWindow, new: TradingWindow) -> Relation:
    """Compare parts of the day."""
    return relation_of(
        stops_more=old.opens < new.opens or new.closes < old.closes,
        lets_more_pass=new.opens < old.opens or old.closes < new.closes,
    )


def _calendar(old: Calendar, new: Calendar) -> Relation:
    """Compare the days that are open, on every day that can tell two calendars apart.

    Two exchanges differ on listed closing days alone. Any other two differ in the week
    before those are listed as well: there an exchange has nothing open.
    """
    week_before = (Day(LISTED[0].number - back) for back in range(1, 8))
    telling = {*old.closed_days, *new.closed_days, *week_before}
    return relation_of(
        stops_more=any(old.is_open(day) and not new.is_open(day) for day in telling),
        lets_more_pass=any(
            new.is_open(day) and not old.is_open(day) for day in telling
        ),
    )


# From narrow to wide. What an agent sums up is never less than a part of it.
_SUMS: Final = (DailyMaxPer.AGENT, DailyMaxPer.MARKET_AND_SIDE)
_EVIDENCE: Final = (RegionEvidence.ATTESTED, RegionEvidence.SELF_ASSERTED)

SCOPE_LIMITS: Final[Mapping[str, Callable[[Scope, Scope], Relation]]] = (
    MappingProxyType(
        {
            "currency": lambda old, new: (
                Relation.EQUAL
                if old.currency == new.currency
                else Relation.INCOMPARABLE
            ),
            "markets": lambda old, new: listed(old.markets, new.markets),
            "venues": lambda old, new: listed(old.venues, new.venues),
            "regions": lambda old, new: listed(old.regions, new.regions),
            "region_evidence": lambda old, new: more_is_wider(
                _EVIDENCE.index(old.region_evidence),
                _EVIDENCE.index(new.region_evidence),
            ),
            "order_max": lambda old, new: _amount(old.order_max, new.order_max),
            "daily_max": lambda old, new: _amount(old.daily_max, new.daily_max),
            "daily_max_per": lambda old, new: more_is_wider(
                _SUMS.index(old.daily_max_per), _SUMS.index(new.daily_max_per)
            ),
            "window": lambda old, new: _window(old.window, new.window),
            "calendar": lambda old, new: _calendar(old.calendar, new.calendar),
            # What is paper under one and live under the other can move real money.
            "live_from": lambda old, new: more_is_wider(
                new.live_from.micros, old.live_from.micros
            ),
        }
    )
)
"""How each field of a scope is compared; a test demands that none is missing."""

MANDATE_LIMITS: Final[Mapping[str, Callable[[Mandate, Mandate], Relation]]] = (
    MappingProxyType(
        {
            "valid_from": lambda old, new: more_is_wider(
                new.valid_from.micros, old.valid_from.micros
            ),
            "valid_until": lambda old, new: more_is_wider(
                old.valid_until.micros, new.valid_until.micros
            ),
            # The longer people may wait after a breach, the longer it goes on.
            "grace_seconds": lambda old, new: more_is_wider(
                old.grace_seconds, new.grace_seconds
            ),
            "incidents": lambda old, new: policy_relation(old.incidents, new.incidents),
        }
    )
)
"""How each limit of a mandate outside its scope is compared."""

NO_LIMITS: Final = frozenset(
    {"operator", "agent", "scope", "resolved_at", "resolution"}
)
"""What a mandate says besides its limits: names, and where it comes from."""
