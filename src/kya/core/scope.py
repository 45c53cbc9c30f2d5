"""A scope: the limits themselves, as the board set them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from re import Pattern
from types import MappingProxyType
from typing import Final

from kya.core import tokens
from kya.core.closed_days import CLOSED_DAYS, YEARS
from kya.core.errors import MalformedError
from kya.core.instant import Day, Instant, TimeOfDay, Weekday
from kya.core.limits import LIST_ITEMS_MAX
from kya.core.money import Currency, Money
from kya.core.scope_limits import AMOUNTS, NO_LIMITS, Limits


class DailyMaxPer(Enum):
    """What the daily maximum is counted over, within one agent and UTC day."""

    AGENT = "agent"
    MARKET_AND_SIDE = "market_and_side"


class Calendar(Enum):
    """The days on which orders may be sent."""

    EVERY_DAY = "every_day"
    MONDAY_TO_FRIDAY = "monday_to_friday"
    TARGET = "target"
    UK_ENGLAND_WALES = "uk_england_wales"
    US_NYSE = "us_nyse"
    CH_SIX = "ch_six"

    __hash__ = object.__hash__  # Enum's own takes longer than the rest of a look-up.

    @property
    def is_of_an_exchange(self) -> bool:
        """Whether its closing days are listed, and only for some years."""
        return self is not _EVERY_DAY and self is not _MONDAY_TO_FRIDAY

    def covers(self, day: Day) -> bool:
        """Tell whether it can be said of this UTC day if it is open."""
        return not self.is_of_an_exchange or LISTED[0] <= day <= LISTED[1]

    def is_open(self, day: Day) -> bool:
        """Tell whether orders may be sent on this UTC day; never where not covered."""
        if self is _EVERY_DAY:
            return True
        if day.weekday in _WEEKEND:
            return False
        if self is _MONDAY_TO_FRIDAY:
            return True
        return self.covers(day) and day not in self.closed_days

    @property
    def closed_days(self) -> frozenset[Day]:
        """The closing days that are listed; weekends are not among them."""
        return _CLOSED.get(self, frozenset())


_EVERY_DAY: Final = Calendar.EVERY_DAY
_MONDAY_TO_FRIDAY: Final = Calendar.MONDAY_TO_FRIDAY
_WEEKEND: Final = (Weekday.SATURDAY, Weekday.SUNDAY)

LISTED: Final = (
    Day.parse(f"{YEARS.start}-01-01"),
    Day.parse(f"{YEARS.stop - 1}-12-31"),
)
"""First and last day that the calendars of exchanges cover."""

_CLOSED: Final[Mapping[Calendar, frozenset[Day]]] = MappingProxyType(
    {
        Calendar(name): frozenset(
            Day.parse(f"{year}-{each}")
            for year, listed in years.items()
            for each in listed.split(" ")
        )
        for name, years in CLOSED_DAYS.items()
    }
)


class RegionEvidence(Enum):
    """Who says where the agent runs: it alone, or somebody who can be checked."""

    SELF_ASSERTED = "self_asserted"
    ATTESTED = "attested"


class Mode(Enum):
    """Whether an order can move real money."""

    PAPER = "paper"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class TradingWindow:
    """The part of each UTC day in which orders may be sent: [opens, closes)."""

    opens: TimeOfDay
    closes: TimeOfDay

    def __post_init__(self) -> None:
        """Refuse a window that is empty or runs over midnight."""
        if self.opens >= self.closes:
            msg = f"trading window: want opens before closes, got {self}"
            raise MalformedError(msg)

    def __str__(self) -> str:
        """Render as `[08:00:00.000000, 17:00:00.000000)`."""
        return f"[{self.opens}, {self.closes})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an agent may do; amounts are in `currency`, both maxima are inclusive.

    `region_evidence` is the least that must be shown for the region. Orders received
    before `live_from` are paper orders: judged the same, never able to move real money.
    `limits` are all others that the board has set.
    """

    currency: Currency
    markets: frozenset[str]
    venues: frozenset[str]
    regions: frozenset[str]
    order_max: Money
    daily_max: Money
    daily_max_per: DailyMaxPer
    window: TradingWindow
    calendar: Calendar
    region_evidence: RegionEvidence
    live_from: Instant
    limits: Limits = field(default_factory=lambda: NO_LIMITS)

    def __post_init__(self) -> None:
        """Refuse a scope that grants nothing or contradicts itself."""
        _require_each(tokens.MARKET, "markets", self.markets)
        _require_each(tokens.VENUE, "venues", self.venues)
        _require_each(tokens.REGION, "regions", self.regions)
        if not self.order_max.currency == self.daily_max.currency == self.currency:
            msg = f"order_max, daily_max: want both in {self.currency}"
            raise MalformedError(msg)
        if not (self.order_max.minor_units and self.daily_max.minor_units):
            msg = "order_max, daily_max: want both more than zero"
            raise MalformedError(msg)
        for name in AMOUNTS:
            amount = getattr(self.limits, name)
            if amount is not None and amount.currency != self.currency:
                msg = f"{name}: want an amount in {self.currency}"
                raise MalformedError(msg)
        units = self.limits.order_units_max
        if units and frozenset(units) != self.markets:
            msg = "order_units_max: want one for each of the markets, and no other"
            raise MalformedError(msg)

    def mode_at(self, instant: Instant) -> Mode:
        """Tell whether an order received then is paper or live."""
        return Mode.LIVE if instant >= self.live_from else Mode.PAPER


def _require_each(pattern: Pattern[str], field: str, items: frozenset[str]) -> None:
    """Raise unless there are some items, not too many, and each matches."""
    if not 1 <= len(items) <= LIST_ITEMS_MAX:
        msg = f"{field}: want 1 to {LIST_ITEMS_MAX} items, got {len(items)}"
        raise MalformedError(msg)
    for item in items:
        tokens.require(pattern, field, item)
