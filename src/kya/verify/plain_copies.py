"""The venues' lists once more, by plain reading: what reports and lists come to.

Each order has a page with the lines of the list and the last report on it. Whenever one
of them is new, sums are added up and compared, exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Final

from kya.verify.plain_prices import (
    BASIS_POINTS,
    UNIT_PLACES,
    Fields,
    PlainPrices,
    in_decimals,
)

COPY_KINDS: Final = frozenset({"kya/drop-copy/v1", "kya/unexplained/v1"})
WAIT_SECONDS: Final = 60
PRICE_DIGITS: Final = 10**10


@dataclass(slots=True)
class _Page:
    """One order: the lines on it, since when the newest waits, and its last report."""

    allowed: PlainPrices
    aside: frozenset[str]
    lines: list[Fields] = field(default_factory=list[Fields])
    since: str = ""
    report: Fields | None = None
    is_wrong: bool = False

    @property
    def order(self) -> Fields:
        """The order itself."""
        return self.allowed.order

    @property
    def listed(self) -> Fraction:
        """What the list has of the order."""
        return sum((Fraction(line["amount"]) for line in self.lines), Fraction(0))

    @property
    def reported(self) -> Fraction:
        """What the last report says was filled, by the venue's own figure."""
        said = {} if self.report is None else self.report
        return Fraction(said.get("filled_exact") or said.get("filled") or 0)

    @property
    def is_final(self) -> bool:
        """Whether no report can follow."""
        status = "unknown" if self.report is None else self.report["status"]
        return status not in {"unknown", "acknowledged"}

    def is_at_the_reported_price(self) -> bool:
        """Tell whether the lines' mean price, rounded down, is the report's."""
        said = None if self.report is None else self.report["price"]
        worth = sum(
            (Fraction(line["amount"]) * Fraction(line["price"]) for line in self.lines),
            Fraction(0),
        )
        mean = worth / self.listed * PRICE_DIGITS
        return said is not None and mean // 1 == Fraction(said) * PRICE_DIGITS


@dataclass(slots=True)
class PlainCopies:
    """The pages by venue and client id, and how far each list has come."""

    _pages: dict[tuple[str, str], _Page] = field(
        default_factory=dict[tuple[str, str], _Page]
    )
    _ends: dict[str, int] = field(default_factory=dict[str, int])
    _now: str = ""
    _until: dict[str, str] = field(default_factory=dict[str, str])

    def allow(self, allowed: PlainPrices, leaf: str) -> None:
        """Begin the page of an order that may leave."""
        said = allowed.said
        self._now = max(self._now, said["received_at"])
        aside = frozenset(
            each["id"] for each in said["controls"] if each["outcome"] == "overridden"
        )
        self._pages[allowed.order["venue"], leaf[:32]] = _Page(allowed, aside)

    def report(self, said: Fields) -> Iterator[str]:
        """Take a report; yield what is wrong with the list by it."""
        self._now = max(self._now, said["at"])
        key = said["venue"], said["order"][:32]
        page = self._pages.get(key)
        if page is None or said["status"] == "unknown":
            return
        page.report = said
        if said["venue"] in self._ends:
            yield from self._compare(*key)
        elif page.is_final:  # A list that begins later has nothing of it.
            del self._pages[key]

    def take(self, said: Fields, halted: set[str]) -> Iterator[str]:
        """Take lines of a list; yield what is wrong with them.

        `halted` are the places where trading is halted.
        """
        venue, self._now = said["venue"], max(self._now, said["at"])
        if said["_type"] == "kya/unexplained/v1":
            if said["place"] is not None and said["place"] not in halted:
                yield "unexplained, but nothing is halted for it"
            return
        if self._ends.get(venue, said["after"]) != said["after"]:
            yield f"the list of {venue} goes on after {said['after']}, with a gap"
        if not self._until.get(venue, "") <= said["until"] <= said["at"]:
            yield f"the list of {venue} is whole until a time that cannot be"
        self._ends[venue] = said["after"] + len(said["executions"])
        self._until[venue] = said["until"]
        for line in said["executions"]:
            yield from self._enter(venue, line, said["at"])

    def overdue(self) -> Iterator[str]:
        """Yield what has waited too long for its other side when the log ends."""
        for (venue, client_id), page in self._pages.items():
            listed, reported = page.listed, page.reported
            if page.is_wrong or listed == reported or venue not in self._ends:
                continue
            waits = listed > reported
            since = page.since if waits or page.report is None else page.report["at"]
            if (
                _seconds(since, self._now if waits else self._until[venue])
                > WAIT_SECONDS
            ):
                yield (
                    f"{venue} lists {_text(listed)} of {client_id}, and reports say"
                    f" {_text(reported)}"
                )

    def _enter(self, venue: str, line: Fields, at: str) -> Iterator[str]:
        """Put a line on the page of its order; yield what is wrong with it."""
        page = self._pages.get((venue, line["client_id"]))
        name = f"{line['execution_id']} at {venue}"
        if page is None:
            yield f"{name} is of no order that awaits an execution"
            return
        same = ("market", "side", "currency")
        if page.order.get("action") == "cancel" or any(
            line[key] != page.order[key] for key in same
        ):
            yield f"{name} is of another kind than its order"
            return
        if line["execution_id"] in {other["execution_id"] for other in page.lines}:
            yield f"{name} is listed twice"
            return
        page.lines.append(line)
        if page.listed - Fraction(line["amount"]) <= page.reported:
            page.since = at
        broken = [limit for limit in _broken(page) if limit not in page.aside]
        if broken:
            yield f"{name} breaks {', '.join(broken)}, which its order was allowed by"
        yield from self._compare(venue, line["client_id"])

    def _compare(self, venue: str, client_id: str) -> Iterator[str]:
        """Compare list and report of an order as far as both have come."""
        page = self._pages[venue, client_id]
        listed, reported = page.listed, page.reported
        if page.is_wrong:
            return
        if listed == reported > 0 and not page.is_at_the_reported_price():
            page.is_wrong = True
            yield f"{venue} lists {client_id} at another price than was reported"
        if page.is_final and listed > reported:
            page.is_wrong = True
            yield (
                f"{venue} lists {_text(listed)} of {client_id}; its last report:"
                f" {_text(reported)}"
            )
        if page.is_final and listed == reported:
            del self._pages[venue, client_id]


def _broken(page: _Page) -> Iterator[str]:
    """Yield the limits that the newest line on the page breaks, by itself or in all."""
    order, scope, limits = page.order, page.allowed.scope, page.allowed.limits
    buys, price = order["side"] == "BUY", Fraction(page.lines[-1]["price"])
    if "limit_price" in order:
        limit = Fraction(order["limit_price"])
        if price > limit if buys else price < limit:
            yield "order.limit_price"
    quoted = page.allowed.price
    if "price_collar_bps" in limits and quoted is not None:
        met = Fraction(quoted["ask" if buys else "bid"])
        if abs(price / met - 1) * BASIS_POINTS > limits["price_collar_bps"]:
            yield "price.collar"
    base, _, quote = order["market"].partition("/")
    held, lines = order["currency"], page.lines
    paid = sum(Fraction(line["amount"]) * Fraction(line["price"]) for line in lines)
    got = sum(Fraction(line["amount"]) / Fraction(line["price"]) for line in lines)
    worth = {(base, quote): paid, (quote, base): got}.get((held, scope.get("currency")))
    if worth is not None and worth > Fraction(scope["order_max"]):
        yield "order.amount"
    units = limits.get("order_units_max", {}).get(order["market"])
    if units is not None and held == quote and got > Fraction(units):
        yield "order.units"


def _text(amount: Fraction) -> str:
    """Return an amount with all decimals that it has."""
    told = in_decimals(int(amount * 10**UNIT_PLACES), UNIT_PLACES)
    return told.rstrip("0").rstrip(".")


def _seconds(start: str, end: str) -> float:
    """Return the time between two instants, in seconds."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
