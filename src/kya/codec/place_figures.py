"""Limits of places in a package's report: where, how much, by whom, why, until when."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kya.core.money import Money
from kya.core.place_limits import PlaceLimited


@dataclass(slots=True, kw_only=True)
class PlaceFigures:
    """Limits of one place, and the entry of those that took their place, if any."""

    entry: int
    limited: PlaceLimited
    replaced_by: int | None = None

    def fields(self) -> dict[str, object]:
        """Return the limits as they stand in report.json."""
        limits = self.limited.limits
        return {
            "at": str(limits.at),
            "currency": limits.currency.code,
            "daily_max": _text(limits.daily_max),
            "entry": self.entry,
            "open_orders": limits.open_orders,
            "order_max": _text(limits.order_max),
            "place": str(limits.place),
            "reason": limits.reason,
            "replaced_by": self.replaced_by,
            "signed_by": list(self.limited.signed_by),
        }


@dataclass(slots=True)
class LimitedPlaces:
    """The limits of all places of a log, in its order."""

    all: list[PlaceFigures] = field(default_factory=list[PlaceFigures])

    def take(self, index: int, event: PlaceLimited) -> None:
        """Note limits, which take the place of the former ones there."""
        for found in self.all:
            former = found.limited.limits
            if found.replaced_by is None and former.place == event.limits.place:
                found.replaced_by = index
        self.all.append(PlaceFigures(entry=index, limited=event))

    def about(self, agent: str | None) -> Iterable[PlaceFigures]:
        """Return what can concern the agent: all but limits of other agents."""
        return (each for each in self.all if each.limited.limits.place.concerns(agent))


def _text(amount: Money | None) -> str | None:
    return None if amount is None else str(amount)
