"""Hours of a bound bot on a clock by hand, with everything that a seed lets go wrong.

The judges know nothing of the gateway: they compare the exchange's own book with the
log.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final

import ccxt

from kya.adapters.exchange_faults import ExchangeFault, Faults
from kya.adapters.exchange_markets import PAIRS
from kya.core.client_id import client_id_of
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.decision import Outcome
from kya.core.instant import TimeOfDay
from kya.core.order import Action, Order, Side
from kya.core.order_events import (
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.core.scope import Calendar, TradingWindow
from kya.pki.entries import Entry
from tests.bots.road import VENUE, Road, a_road, btc_scope
from tests.exchanges import STOLEN, a_bot
from tests.world import eur

FAULT_ONE_IN: Final = 6
ROUND_THE_CLOCK: Final = TradingWindow(
    TimeOfDay.parse("00:00:00.000000"), TimeOfDay.parse("23:59:59.999999")
)
_TIMEOUT_MILLIS: Final = 250
_SETTLES_SECONDS: Final = 20  # Twice as long as an order may take to arrive.
_PATIENCE_SECONDS: Final = 0.5
_MINUTE: Final = 60
_TIDIES_MINUTES: Final = 30
_OUTAGES: Final = (ExchangeFault.DOWN, ExchangeFault.REVOKED)


@contextmanager
def a_long_road(folder: Path, seed: int) -> Iterator["Day"]:
    """A bot that may trade at any hour, and an exchange that fails it now and then."""
    scope = replace(
        btc_scope(),
        window=ROUND_THE_CLOCK,
        calendar=Calendar.EVERY_DAY,
        daily_max=eur("5000000.00"),
    )
    plan = Faults(seed=seed, one_in=FAULT_ONE_IN)
    with a_road(folder, timeout=_TIMEOUT_MILLIS, plan=plan, scope=scope) as road:
        yield Day(road=road, random=Random(seed))


@dataclass
class Day:
    """What the bot does, minute by minute, and who else trades at the account."""

    road: Road
    random: Random
    foreign: dict[str, int] = field(default_factory=dict)
    thefts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.bot = a_bot(self.road.urls["sidecar"], timeout=30_000)
        self.thief = a_bot(self.road.urls["exchange"], apiKey=STOLEN)

    def pass_minutes(self, minutes: int, *, foreign_one_in: int = 0) -> None:
        """Let so many minutes pass; one in so many has a foreign order."""
        outage_left = 0
        for minute in range(minutes):
            if not outage_left and minute % _TIDIES_MINUTES == 0:
                self._tidy()
            outage_left = self._outage(outage_left)
            with self._refusals():
                self._act()
            self._end_minute(is_up=not outage_left)
            if foreign_one_in and not self.random.randrange(foreign_one_in):
                self._trade_as_somebody_else()
        self._end()

    def _outage(self, left: int) -> int:
        """Begin an outage now and then, and end it a few minutes later."""
        faults = self.road.exchange.faults
        if left > 1:
            return left - 1
        faults.standing = None
        if self.random.random() < 0.02:
            faults.standing = self.random.choice(_OUTAGES)
            return self.random.randrange(1, 4)
        return 0

    def _act(self) -> None:
        """Do what a bot does: order, take back, ask."""
        side = self.random.choice(("buy", "sell"))
        kind = self.random.random()
        if kind < 0.35:
            amount = self.random.choice((0.01, 0.025, 0.05, 0.5))
            self.bot.create_order("BTC/EUR", "market", side, amount)
        elif kind < 0.8:
            step = self.random.randrange(-30, 31) / 100_000
            # Half of it, which a fault may fill, is whole cents, too.
            amount = self.random.randrange(50, 300_000) / 50
            self.bot.create_order("EUR/USD", "limit", side, amount, 1.38 + step)
        elif kind < 0.95:
            resting = self.bot.fetch_open_orders()
            if resting and self.road.exchange.faults.standing is None:
                self.bot.cancel_order(self.random.choice(resting)["id"])
        else:
            self.bot.fetch_balance()
            self.bot.fetch_my_trades("EUR/USD")

    def _tidy(self) -> None:
        """Take back all that works, one order after the other."""
        for order in self.bot.fetch_open_orders():
            with self._refusals():
                self.bot.cancel_order(order["id"])

    def _trade_as_somebody_else(self) -> None:
        """Trade with a stolen key: under no name, or under one that is over."""
        own = next(iter(self.road.arrived), "")
        named = {"clientOrderId": own} if self.random.random() < 0.5 else {}
        before, book = len(self.road.arrived), self.road.exchange.book
        with suppress(ccxt.BaseError):
            self.thief.create_order("BTC/EUR", "market", "buy", 0.001, params=named)
            order = next(book.newest_first())
            self.foreign |= {fill.id: _units(fill.volume) for fill in order.fills}
        self.thefts.update(self.road.arrived[before:])

    def _end_minute(self, *, is_up: bool) -> None:
        """Let the minute end: what was sent is known, what was executed is copied."""
        self.road.clock.forward(seconds=_SETTLES_SECONDS)
        if is_up:
            self._settle()
        self.road.clock.forward(seconds=_MINUTE - _SETTLES_SECONDS)
        self.road.copied()

    def _settle(self) -> None:
        """Return once every word is on record; what left late needs more seconds."""
        drained = self.road.house.gateway.releases.drained()
        waiting = asyncio.run_coroutine_threadsafe(drained, self.road.loop)
        while True:
            with suppress(TimeoutError):
                return waiting.result(_PATIENCE_SECONDS)
            self.road.clock.forward(seconds=_SETTLES_SECONDS)

    def _end(self) -> None:
        """End the day: nothing works, nothing is on its way, everything is copied."""
        self.road.exchange.faults.standing = None
        self._end_minute(is_up=True)
        self._tidy()
        for _ in range(2):
            self._end_minute(is_up=True)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Count what the bot is told instead of an answer, and live on."""
        try:
            yield
        except ccxt.BaseError as error:
            self.refused[type(error).__name__] += 1


@dataclass
class Judged:
    """What the log says in the end."""

    orders: dict[str, Order] = field(default_factory=dict)
    allowed: set[str] = field(default_factory=set)
    reports: dict[str, VenueReported] = field(default_factory=dict)
    copied: Counter[str] = field(default_factory=Counter)
    unexplained: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, entries: list[bytes]) -> "Judged":
        judged = cls()
        for raw in entries:
            judged.take(Entry.read(raw).event)
        return judged

    def take(self, event: object) -> None:
        match event:
            case OrderSubmitted():
                self.orders[event.leaf] = event.order
            case OrderDecided(outcome=Outcome.ALLOWED):
                self.allowed.add(event.order)
            case VenueReported():
                self.reports[event.order] = event
            case DropCopied():
                for line in event.executions:
                    sign = 1 if line.side is Side.BUY else -1
                    self.copied[line.market] += sign * _units(Decimal(line.amount))
            case ExecutionUnexplained():
                execution = event.found.execution
                self.unexplained.add(execution.execution_id if execution else "none")
            case _:
                pass

    def sent_once(self) -> Counter[str]:
        """The client ids that are to arrive, each once."""
        return Counter(
            client_id_of(leaf)
            for leaf in self.allowed
            if self.orders[leaf].action is Action.NEW
        )

    def never_received(self) -> set[str]:
        """The client ids of which the log says that they did not arrive."""
        return {
            client_id_of(leaf)
            for leaf, report in self.reports.items()
            if report.status is VenueStatus.NOT_RECEIVED
        }

    def positions(self) -> Counter[str]:
        """What was bought less what was sold, as the venue's word on orders has it."""
        found: Counter[str] = Counter()
        for leaf, report in self.reports.items():
            order = self.orders[leaf]
            if report.filled is not None:
                sign = 1 if order.side is Side.BUY else -1
                found[order.market] += sign * _units(Decimal(str(report.filled)))
        return found


def positions_at(road: Road) -> Counter[str]:
    """The same by the exchange's own book."""
    found: Counter[str] = Counter()
    for order in road.exchange.book.orders.values():
        sign = 1 if order.side == "buy" else -1
        found[PAIRS.of(order.pair).market] += sign * _units(order.filled)
    return found


def _units(amount: Decimal) -> int:
    """An amount in units of 10**-8."""
    return int(amount.scaleb(8))


def left_open(road: Road) -> list[object]:
    """What list and reports still disagree about."""
    found = road.house.sequencer.state.copies[VENUE]
    return [*found.untold, *found.accounts.values()]
