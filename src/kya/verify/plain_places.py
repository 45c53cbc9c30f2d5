"""Limits of places once more, by plain reading: what people set, and what is used."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from kya.verify.plain_limits import PlainResult
from kya.verify.plain_prices import Fields
from kya.verify.plain_working import PlainWorking

PLACE_KINDS: Final = frozenset({"kya/place-limits/v1"})
_OPEN: Final = "place.open_orders"
_AMOUNTS: Final = (
    ("order_max", "place.order_amount"),
    ("daily_max", "place.daily_amount"),
)
_FIGURES: Final = ("order_max", "daily_max", "open_orders")


class Asked(NamedTuple):
    """An order, the scope it is under, its worth and what it adds to its day."""

    order: Fields
    scope: Fields
    day: str
    worth: str | None
    added: Decimal


class _Row(NamedTuple):
    """One place's limit, and what is measured there."""

    place: str
    limit: str
    currency: str
    measured: Decimal

    @property
    def left(self) -> Decimal:
        """How much of the limit is left; less than nothing above it."""
        return Decimal(self.limit) - self.measured


@dataclass(slots=True)
class PlainPlaces:
    """The limits in force by the place as it is written, and what was allowed there."""

    limits: dict[str, Fields] = field(default_factory=dict[str, Fields])
    sums: dict[tuple[str, str, str], Decimal] = field(
        default_factory=dict[tuple[str, str, str], Decimal]
    )
    touched: dict[tuple[str, int], list[str]] = field(
        default_factory=dict[tuple[str, int], list[str]]
    )

    def take(self, said: Fields, signed_by: int) -> Iterator[str]:
        """Put limits in force; yield what is wrong with them, as far as that shows."""
        former = self.limits.get(said["place"])
        self.limits[said["place"]] = said
        if former is not None and said["at"] <= former["at"]:
            yield "limits of a place that are on record already, or older than what is"
        if signed_by < 2 and not _tightens(said, former):  # noqa: PLR2004  two people
            yield "limits of a place that are new or widen, by less than two people"

    def count(self, asked: Asked, currency: str) -> None:
        """Take an order that was allowed; a cancel uses nothing."""
        order, places = asked.order, _places(asked.order, asked.scope)
        if order.get("action") == "cancel":
            return
        self.touched[order["agent"], order["seq"]] = places
        for place in places:
            key = (place, asked.day, currency)
            self.sums[key] = self.sums.get(key, Decimal(0)) + asked.added

    def settle(self, said: Fields) -> None:
        """Forget where an order went whose report is the last word on it."""
        self.touched.pop((said["agent"], said["seq"]), None)

    def results(self, asked: Asked, working: PlainWorking) -> Iterator[PlainResult]:
        """Yield what each control of places must say, in their order."""
        places = _places(asked.order, asked.scope)
        here = [self.limits[place] for place in places if place in self.limits]
        for name, control in _AMOUNTS:
            rows = [self._row(said, name, asked) for said in here if name in said]
            if rows:
                yield _amount(control, rows, asked)
        limited = [said for said in here if "open_orders" in said]
        if limited:
            open_now = self._open(working)
            more = 0 if working.target_of(asked.order) else 1
            row = _deciding(
                [
                    _Row(
                        said["place"],
                        str(said["open_orders"]),
                        "",
                        Decimal(open_now.count(said["place"]) + more),
                    )
                    for said in limited
                ]
            )
            reason, at = "" if row.left >= 0 else f"{_OPEN}_max", _at(row.place)
            yield PlainResult(
                _OPEN, f"{row.limit} {at}", f"{row.measured} {at}", reason
            )

    def _row(self, said: Fields, name: str, asked: Asked) -> _Row:
        """Measure an amount at the place of these limits."""
        place, unit = said["place"], said["currency"]
        measured = Decimal(asked.worth or 0)
        if name == "daily_max":
            before = self.sums.get((place, asked.day, unit), Decimal(0))
            measured = before + asked.added
        return _Row(place, said[name], unit, measured)

    def _open(self, working: PlainWorking) -> list[str]:
        """Return the places of every open order of the firm, one after the other."""
        return [
            place
            for each in working.of_the_firm()
            if working.target_of(each.order) is None
            for place in self.touched[each.order["agent"], each.order["seq"]]
        ]


def _amount(control: str, rows: list[_Row], asked: Asked) -> PlainResult:
    """Compare amounts; one that cannot be compared stops before any that fails."""
    order, unit, worth = asked.order, asked.scope["currency"], asked.worth
    foreign = [row for row in rows if worth is None or row.currency != unit]
    row = foreign[0] if foreign else _deciding(rows)
    measured = f"{row.measured.quantize(Decimal(row.limit)):f} {unit}"
    if foreign:
        measured = f"{worth} {unit}"
        if worth is None:
            measured = f"{order['amount']} {order['currency']}"
    at = _at(row.place)
    holds = not foreign and row.left >= 0
    return PlainResult(
        control,
        f"{row.limit} {row.currency} {at}",
        f"{measured} {at}",
        "" if holds else f"{control}_max",
        not foreign,
    )


def _deciding(rows: list[_Row]) -> _Row:
    """Return the first row above its limit, else the first with the least left."""
    above = [row for row in rows if row.left < 0]
    return above[0] if above else min(rows, key=lambda row: row.left)


def _at(place: str) -> str:
    return f"at {place.replace(':', ' ', 1)}"


def _places(order: Fields, scope: Fields) -> list[str]:
    """Return where the order goes, the narrowest place first."""
    desk = scope.get("limits", {}).get("desk")
    return [
        f"agent:{order['agent']}",
        *([] if desk is None else [f"desk:{desk}"]),
        f"market:{order['market']}",
        f"venue:{order['venue']}",
        "firm",
    ]


def _tightens(said: Fields, former: Fields | None) -> bool:
    """Tell whether the same limits are set, none of them higher."""
    if former is None or former["currency"] != said["currency"]:
        return False
    return all(
        (name in said) is (name in former)
        and Decimal(said.get(name, 0)) <= Decimal(former.get(name, 0))
        for name in _FIGURES
    )
